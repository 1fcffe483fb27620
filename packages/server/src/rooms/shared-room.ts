import { formatPosition, Problem } from '@whereabouts/protocol'
import {
  type Batch,
  type Exchange,
  ExchangeLost,
  type Follower,
  type Following,
  type History,
} from '../exchange/exchange.js'
import type { Operation, Restatement } from '../room/operation.js'
import { type KnownMember, Room, type SavedRoom } from '../room/room.js'
import type { Clock } from '../stream/clock.js'
import { Frames } from '../stream/frames.js'
import type { Pace } from '../stream/pace.js'
import { newEpoch } from './epoch.js'
import type { HostedRoom, HostedRoomsLimits, RoomHooks } from './hosted-rooms.js'
import { OwnConnections } from './own-connections.js'
import { RoomGuard } from './room-guard.js'
import { type Numbered, Outcomes } from './outcomes.js'
import { Signal } from './signal.js'
import { Solitude } from './solitude.js'

/** What bounds a room, and its log. */
export interface SharedRoomLimits extends HostedRoomsLimits {
  /** After so many batches, a node that begins to follow gets the room's state instead. */
  readonly checkpointBatches?: number
}

/** What the rooms of a node have in common. */
export interface SharedRoomContext {
  readonly exchange: Exchange<Numbered>
  readonly limits: SharedRoomLimits
  readonly clock: Clock
  readonly pace: Pace
  readonly hooks: RoomHooks
  /** A number from 0 to 1. */
  readonly random: () => number
  /** A number that no operation of this node has had. */
  readonly nextNumber: () => number
  /** Something may have changed. */
  readonly changed: (room: SharedRoom) => void
  /** Another node took an update into the document; without bytes, it has to be fetched. */
  readonly updated: (name: string, bytes: Uint8Array | undefined) => void
  readonly failed: (room: SharedRoom) => void
}

/** What came of an operation. */
export interface Told {
  /** The room's position after it. */
  readonly position: string
  /** Whether it is in the room's log, from which every node has it. */
  readonly isShared: boolean
}

/** A host has connections in the room; a visitor only looks at it, and speaks for none. */
export type Role = 'host' | 'visitor'

/** A room as its readers see it. */
interface Shown {
  readonly room: Room
  /** In which the room's versions count. */
  readonly epoch: string
  /** Names the log that the room is in, or was in before the exchange was lost. */
  readonly log: string
}

/** The room as its log has it, until what this node has is in it too. */
interface Returning {
  readonly shown: Shown
  /** The number of this node's restatement; 0 until it is on its way. */
  restated: number
  /** Settles when it is, or when there will be none. */
  readonly sent: Signal
}

type State =
  /** The log hasn't been read yet. */
  | { readonly kind: 'joining'; readonly shown: Shown }
  /** It is as the log has it. */
  | { readonly kind: 'shared'; readonly shown: Shown }
  /** The exchange is lost: it is this node's own, in an epoch of its own. */
  | { readonly kind: 'alone'; readonly shown: Shown; readonly solitude: Solitude }
  /** The log begins again. What was shown before is shown until the log's room has it too. */
  | {
      readonly kind: 'returning'
      readonly shown: Shown
      readonly solitude: Solitude | undefined
      readonly next: Returning
    }

const CHECKPOINT_BATCHES = 512
/** Of several nodes that see a lease end, the first one says so: they don't all look at once. */
const EXPIRE_SPREAD_MS = 300
/** How often an operation is sent whose outcome isn't known before its caller is told. */
const ATTEMPTS = 3

/**
 * A room that several nodes have, on one of them.
 *
 * 1. Follow the room's log; its beginning and its batches make the room (joining → shared).
 * 2. Append each operation; it is applied when it comes back, in the log's order, on every node.
 * 3. When the exchange is lost, apply operations at once, in an epoch of this node's own, and
 *    remember who posted and who left (shared → alone).
 * 4. When the log begins again, build its room beside the one that is shown, and append a
 *    restatement: what this node has, whatever the log takes it to have (→ returning).
 * 5. When that comes back, show the log's room: nobody here is seen to leave and join (→ shared).
 * 6. If others take this node for gone, append a restatement as well.
 *
 * @see PROTOCOL.md EX1, EX3, EX4
 */
export class SharedRoom implements HostedRoom, Follower<Numbered> {
  readonly guard: RoomGuard
  readonly frames: Frames
  readonly #begun = new Signal()
  /** `undefined` while the exchange says, within `follow()`, where the room begins. */
  readonly #following: Following<Numbered> | undefined
  readonly #outcomes: Outcomes
  #state: State
  readonly #own = new OwnConnections()
  /** Those connected here whom the others may let go until they hear that this node is alive. */
  readonly #doubted = new Map<string, KnownMember>()
  /** What has to be added to this node's time to get the exchange's. */
  #offsetMs = 0
  /** How many commits are under way. */
  #working = 0
  /** The end of a lease that is being told of. */
  #expiringMs: number | undefined
  readonly #lateMs: number

  constructor(
    readonly name: string,
    private readonly context: SharedRoomContext,
    private readonly role: Role,
  ) {
    const { limits, clock, pace, hooks, exchange, random } = context
    this.#state = {
      kind: 'joining',
      shown: { room: new Room(name, limits), epoch: '', log: '' },
    }
    this.#lateMs = random() * EXPIRE_SPREAD_MS
    this.guard = new RoomGuard(name, hooks.faults, (problem) => this.#fail(problem))
    this.frames = new Frames(this, clock, pace, hooks.merge, this.guard)
    this.#outcomes = new Outcomes(exchange.node)
    this.#following = exchange.follow(name, this)
    // It may have failed where it began, when there was nothing to discard yet.
    if (this.guard.failure !== undefined) this.#following.discard(this.room.version)
  }

  get room(): Room {
    return this.#state.shown.room
  }

  get epoch(): string {
    return this.#state.shown.epoch
  }

  get begun(): Promise<void> {
    return this.#begun.settled
  }

  /** Whether there are no connections, readers or calls here, and nothing to tell other nodes. */
  get isIdle(): boolean {
    const isNeeded = this.#working > 0 || !this.#own.isEmpty || this.#solitude?.hasNews === true
    return !isNeeded && this.frames.readers.size === 0
  }

  async commit(operation: Operation): Promise<string> {
    const { position } = await this.tell(operation)
    return position
  }

  /** Does something to the room. @throws {Problem} as {@link commit} does */
  async tell(operation: Operation): Promise<Told> {
    return this.#commit(() => operation)
  }

  /** Whether every node was told of this update lately, or will be. */
  hasShared(update: Uint8Array): boolean {
    const state = this.#state
    return state.kind === 'shared' && state.shown.room.hasUpdate(update)
  }

  /** If it can't be shared, another node will notice. */
  commitQuietly(operation: Operation): void {
    this.guard.watch(this.commit(operation))
  }

  tick(): void {
    const { nextDeadlineMs } = this.room
    const lateMs = this.#nowMs - nextDeadlineMs
    if (lateMs < 0 || this.#expiringMs === nextDeadlineMs) return
    if (this.#solitude === undefined && !this.#maySayThatLeasesEnd(lateMs)) return
    this.#expiringMs = nextDeadlineMs
    const told = this.commit({ do: 'expire' }).finally(() => {
      this.#expiringMs = undefined
    })
    this.guard.watch(told)
  }

  /**
   * Another node is gone.
   *
   * @param hasLeft whether it said so itself, and has told all that it did
   * @see PROTOCOL.md EX4
   */
  gone(node: string, hasLeft: boolean): void {
    if (this.#solitude !== undefined || !this.room.connections.nodes().includes(node)) return
    this.commitQuietly({ do: 'gone', node, hasLeft })
  }

  end(): void {
    this.#following?.end(this.room.version)
  }

  begin(history: History): void {
    this.guard.run(() => this.#begin(history))
  }

  batch(batch: Batch<Numbered>): void {
    this.guard.run(() => this.#batch(batch))
  }

  lost(): void {
    this.guard.run(() => this.#lost())
  }

  broken(error: unknown): void {
    this.guard.fail(error)
  }

  #begin({ epoch, firstVersion, checkpoint }: History): void {
    const { name, context } = this
    const log = `${epoch} ${firstVersion}`
    const room =
      checkpoint === null
        ? new Room(name, context.limits, firstVersion)
        : Room.load(name, context.limits, JSON.parse(checkpoint.state) as SavedRoom)
    this.#beginWith({ room, epoch, log })
    this.guard.watch(this.#lookWhoIsGone())
  }

  #beginWith(shown: Shown): void {
    const state = this.#state
    if (state.kind === 'joining' || this.role === 'visitor') return this.#show(shown)
    const next = { shown, restated: 0, sent: new Signal() }
    this.#enter({ kind: 'returning', shown: state.shown, solitude: this.#solitude, next })
    // The batches that the log had come first.
    queueMicrotask(() => this.guard.run(() => this.#restateTo(next)))
  }

  #batch(batch: Batch<Numbered>): void {
    const state = this.#state
    this.#offsetMs = batch.atMs - this.context.clock.now()
    if (state.kind === 'returning') return this.#applyTo(state.next, batch)
    for (const each of batch.operations) {
      this.#outcomes.apply(state.shown.room, each, batch)
      this.#note(each[1], batch.node)
    }
    this.#changed()
    this.#checkpoint(batch)
  }

  #lost(): void {
    const state = this.#state
    if (state.kind === 'alone') return
    if (state.kind === 'returning' && state.solitude !== undefined) {
      this.#enter({ kind: 'alone', shown: state.shown, solitude: state.solitude })
      return
    }
    const { limits, random } = this.context
    const shown = { ...state.shown, epoch: newEpoch(random) }
    this.#enter({ kind: 'alone', shown, solitude: new Solitude(limits) })
    this.#begun.settle()
    this.#changed()
  }

  #enter(state: State): void {
    const before = this.#state
    this.#state = state
    if (before.kind === 'returning') before.next.sent.settle()
  }

  /** Shows the room that the log has. */
  #show(shown: Shown): void {
    const isFirst = !this.#begun.isSettled
    this.#enter({ kind: 'shared', shown })
    this.#doubted.clear()
    this.#begun.settle()
    if (!isFirst) this.frames.replaced()
    this.context.updated(this.name, undefined)
    this.#changed()
  }

  #changed(): void {
    this.frames.changed()
    this.context.changed(this)
  }

  /** It has failed: whoever waits is let go, and what the log says is void. @see PROTOCOL.md EX9 */
  #fail(problem: Problem): void {
    this.#enter({ kind: 'shared', shown: this.#state.shown })
    this.#begun.settle()
    this.context.failed(this)
    this.frames.fail(problem)
    this.#following?.discard(this.room.version)
  }

  get #node(): string {
    return this.context.exchange.node
  }

  /** The exchange's time, about. */
  get #nowMs(): number {
    return this.context.clock.now() + this.#offsetMs
  }

  /** What happened while other nodes couldn't hear of it; `undefined` while they can. */
  get #solitude(): Solitude | undefined {
    const state = this.#state
    return state.kind === 'alone' || state.kind === 'returning' ? state.solitude : undefined
  }

  #maySayThatLeasesEnd(lateMs: number): boolean {
    return this.#state.kind !== 'returning' && lateMs >= this.#lateMs
  }

  /** @param say what is done, asked for again whenever it is tried again */
  async #commit(say: () => Operation): Promise<Told> {
    this.#working += 1
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        // Not awaited otherwise: what is said right before the node closes has to be on its way.
        while (this.#unsaid !== undefined) await this.#unsaid
        this.guard.assertWell()
        const operation = say()
        const isShared = this.#state.kind !== 'alone'
        const version = isShared ? await this.#share(operation) : this.#do(operation)
        if (version === undefined) continue
        return { position: formatPosition({ epoch: this.epoch, version }), isShared }
      }
    } finally {
      this.#working -= 1
      if (this.#working === 0) this.guard.run(() => this.context.changed(this))
    }
    this.guard.assertWell()
    throw new Problem(
      'exchange-busy',
      'Too much is being posted to this room. Try again in a moment.',
    )
  }

  /** Settles when the log has been told what this node has; `undefined` if nothing is to be told. */
  get #unsaid(): Promise<void> | undefined {
    const state = this.#state
    return state.kind === 'returning' && state.next.restated === 0
      ? state.next.sent.settled
      : undefined
  }

  /** Does it here alone. @throws {Problem} */
  #do(operation: Operation): number {
    return this.guard.do(() => {
      this.room.apply(operation, { node: this.#node, nowMs: this.#nowMs })
      // What the room has refused didn't happen.
      this.#solitude?.note(operation, this.context.clock.now())
      this.#noteCertain(operation, this.#node)
      this.#own.count(operation, 1)
      this.#changed()
      return this.room.version
    })
  }

  /**
   * Returns the room's version after it; `undefined` if that is unknown, and it has to be tried again.
   *
   * @throws {Problem}
   */
  async #share(operation: Operation): Promise<number | undefined> {
    const number = this.context.nextNumber()
    this.#outcomes.expect(number)
    this.#own.count(operation, 1)
    let failure: Error | undefined
    try {
      await this.#following?.append([[number, operation]])
    } catch (error) {
      failure = error as Error
    }
    const outcome = this.#outcomes.take(number)
    // It may have come back all the same, and has been done then.
    if (typeof outcome === 'number') return outcome
    // At once: a room that begins again says in the next turn what this node has.
    this.#own.count(operation, -1)
    if (outcome !== undefined) throw outcome
    if (failure !== undefined && !(failure instanceof ExchangeLost)) throw failure
    return undefined
  }

  /** What follows from an operation that came from the log. */
  #note(operation: Operation, node: string): void {
    const isOwn = node === this.#node
    this.#noteCertain(operation, node)
    if (operation.do === 'gone') this.#noteGone(operation.node)
    if (isOwn && operation.do !== 'gone') return
    if (operation.do === 'update') this.context.updated(this.name, operation.bytes)
    if (operation.do === 'gone' && !operation.hasLeft) this.context.updated(this.name, undefined)
  }

  /** The others may have taken this node for gone while it was only slow. */
  #noteGone(node: string): void {
    if (node !== this.#node || this.role === 'visitor') return
    for (const known of this.room.members()) {
      const { id } = known.member
      if (this.#own.members.has(id)) this.#doubted.set(id, known)
    }
    this.#restateAgain()
  }

  #noteCertain(operation: Operation, node: string): void {
    if (operation.do === 'leave') this.#doubted.delete(operation.id)
    if (operation.do === 'restate' && node === this.#node) this.#doubted.clear()
  }

  #applyTo(next: Returning, batch: Batch<Numbered>): void {
    const { restated, shown } = next
    // What was sent before is undone by what this node says then, and is sent again.
    const after = restated > 0 ? restated : Infinity
    for (const each of batch.operations) this.#outcomes.apply(shown.room, each, batch, after)
    const isOwn = batch.node === this.#node
    const hasRestated = isOwn && batch.operations.some(([number]) => number === restated)
    if (hasRestated) this.#show(shown)
  }

  /** If this fails, nodes that come later read more of the log. */
  #checkpoint({ number, node }: Batch<Numbered>): void {
    const { checkpointBatches = CHECKPOINT_BATCHES } = this.context.limits
    if (node !== this.#node || number % checkpointBatches > 0) return
    this.#following?.checkpoint(number, JSON.stringify(this.room.save())).catch(() => {})
  }

  /** Says what this node has, whatever the log takes it to have. */
  #restateAgain(): void {
    this.guard.watch(this.#commit(() => ({ do: 'restate', ...this.#restatement(false) })))
  }

  /** Says what this node has to a log that begins again, whose batches are applied. */
  #restateTo(next: Returning): void {
    const state = this.#state
    if (state.kind !== 'returning' || state.next !== next) return
    next.restated = this.context.nextNumber()
    // The node that began another log may have known less.
    const isAnother = next.shown.log !== state.shown.log
    const operation: Operation = { do: 'restate', ...this.#restatement(isAnother) }
    // If this fails, the room is lost or begins again, and it is said again then.
    this.#following?.append([[next.restated, operation]]).catch(() => {})
    next.sent.settle()
  }

  /** @param isAnother whether all that is known may be new to the log, of others too */
  #restatement(isAnother: boolean): Restatement {
    const solitude = this.#solitude
    const nowMs = this.context.clock.now()
    const own = new Map(this.#own.members)
    const known = new Map([...this.#doubted].filter(([id]) => own.has(id)))
    for (const each of this.room.members()) known.set(each.member.id, each)
    const members = []
    for (const { member, at, postedMs } of known.values()) {
      const { id, user, location } = member
      const connections = own.get(id) ?? 0
      own.delete(id)
      const aloneMs = solitude?.posted.get(id)
      if (connections === 0 && !isAnother && aloneMs === undefined) continue
      const posted = aloneMs === undefined ? { atMs: postedMs } : { agoMs: nowMs - aloneMs }
      members.push({ id, user, location, posted, at, connections })
    }
    return {
      members,
      onlookers: [...own],
      left: Array.from(solitude?.left ?? [], ([id, atMs]) => [id, nowMs - atMs]),
      watching: this.#own.watching,
    }
  }

  /** Nodes with this room may have gone unnoticed. */
  async #lookWhoIsGone(): Promise<void> {
    const { exchange } = this.context
    // The batches that the log had follow at once.
    await Promise.resolve()
    const state = this.#state
    const { room } = state.kind === 'returning' ? state.next.shown : state.shown
    const known = room.connections.nodes()
    // What this node had before the room began here is closed: it failed, and its log stayed.
    const isOwnLeft = state.kind === 'shared' && this.role === 'host'
    if (isOwnLeft && known.includes(exchange.node)) this.#restateAgain()
    // A node that speaks only from now on may be alive and not listed yet.
    const nodes = known.filter((node) => node !== exchange.node)
    try {
      const alive = await exchange.nodes()
      for (const node of nodes) {
        if (!alive.has(node)) this.commitQuietly({ do: 'gone', node, hasLeft: false })
      }
    } catch (error) {
      // It is asked again when the room begins again.
      if (!(error instanceof ExchangeLost)) throw error
    }
  }
}
