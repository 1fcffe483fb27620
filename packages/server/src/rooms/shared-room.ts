import { formatPosition, Problem } from '@whereabouts/protocol'
import {
  type Batch,
  type Exchange,
  ExchangeLost,
  type Follower,
  type Following,
  type History,
} from '../exchange/exchange.js'
import { documentDeleted } from '../room/document-deleted.js'
import {
  deletesDocument,
  needsOthers,
  type Operation,
  type OperationOf,
  type Presence,
} from '../room/operation.js'
import { applyObserved } from '../room/observed.js'
import { Room } from '../room/room.js'
import type { SavedRoom } from '../room/room-state.js'
import type { Clock } from '../stream/clock.js'
import { Frames } from '../stream/frames.js'
import { type Pace, RoomPace } from '../stream/pace.js'
import { newEpoch } from './epoch.js'
import type { DocumentChanges, HostedRoom, RoomHooks, SharedRoomLimits } from './hosted-rooms.js'
import { goneNodes } from './gone-nodes.js'
import { LeaseEnds } from './lease-ends.js'
import { RoomGuard } from './room-guard.js'
import { type Numbered, Outcomes, type Told } from './outcomes.js'
import { SharedPromises } from './shared-promises.js'
import type { Role } from './role.js'
import { loggedIn, type Returning, type Shown, solitudeOf, type State } from './shared-state.js'
import { Signal } from './signal.js'
import { Solitude } from './solitude.js'
import { telling } from './telling.js'
import type { NodeId } from '../room/ids.js'

/** The shared context of the rooms of a node. */
export interface SharedRoomContext {
  readonly exchange: Exchange<Numbered>
  readonly limits: SharedRoomLimits
  readonly clock: Clock
  readonly pace: Pace
  readonly hooks: RoomHooks
  /** A number from 0 to 1. */
  readonly random: () => number
  /** Returns a number that no operation of this node has had. */
  readonly nextNumber: () => number
  /** Called when something may have changed. */
  readonly changed: (room: SharedRoom) => void
  /** Called when another node stored an update; without bytes, the document has to be fetched. */
  readonly updated: (name: string, bytes: Uint8Array | undefined, place?: number) => void
  readonly failed: (room: SharedRoom) => void
}

const CHECKPOINT_BATCHES = 512
/** How often an operation with an unknown outcome is sent before its caller gets a problem. */
const ATTEMPTS = 3

/**
 * One node's copy of a room that several nodes share.
 *
 * 1. Follow the room's log, and build the room from its beginning and its batches (joining → shared).
 * 2. Append each operation; it is applied when it comes back, in the log's order, on every node.
 * 3. When the exchange is lost, apply operations at once, in an epoch of this node's own, and remember
 *    which members posted or left (shared → alone).
 * 4. When the log begins again, build its room beside the one that readers see, and append a
 *    restatement: all members and connections of this node (→ returning).
 * 5. When the restatement comes back, show the log's room, so that no local member seems to leave and
 *    join (→ shared).
 * 6. If others take this node for gone, append a restatement as well.
 *
 * @see PROTOCOL.md EX1, EX3, EX4
 */
export class SharedRoom implements HostedRoom, Follower<Numbered> {
  readonly guard: RoomGuard
  readonly frames: Frames
  readonly #pace: RoomPace
  readonly #begun = new Signal()
  /** `undefined` while `follow()` is still running, which may already call `begin()`. */
  readonly #following: Following<Numbered> | undefined
  readonly #outcomes: Outcomes
  #state: State
  /** The difference between the exchange's time and this node's. */
  #offsetMs = 0
  /** The number of commits under way. */
  #working = 0
  /** Whether this node told others of an update through a log. */
  #hasTold = false
  readonly #leaseEnds: LeaseEnds
  readonly #promises: SharedPromises

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
    this.#leaseEnds = new LeaseEnds(random())
    this.#promises = new SharedPromises(this, exchange, clock, role)
    this.guard = new RoomGuard(name, hooks.faults, (problem) => this.#fail(problem))
    this.#pace = new RoomPace(pace)
    this.frames = new Frames(this, clock, this.#pace, hooks.merge, this.guard)
    this.#outcomes = new Outcomes(exchange.node, () => hooks.observer?.())
    this.#following = exchange.follow(name, this)
    // The room may have failed within `follow()`, before there was anything to discard.
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
    const isNeeded = this.#working > 0 || !this.role.isEmpty || this.#solitude?.hasNews === true
    return !isNeeded && this.frames.readers.size === 0
  }

  async commit(operation: Operation): Promise<string> {
    return (await this.tell(operation)).position
  }

  /** Applies an operation to the room. @throws {Problem} like {@link commit} */
  async tell(operation: Operation): Promise<Told> {
    return this.#commit(() => operation)
  }

  /** Returns whether every node received this update recently, or will receive it. */
  hasShared(update: Uint8Array): boolean {
    const state = this.#state
    return state.kind === 'shared' && state.shown.room.hasUpdate(update)
  }

  /** Needs no retry: if the operation can't be shared, another node notices its cause. */
  commitQuietly(operation: Operation): void {
    this.guard.watch(this.commit(operation))
  }

  async confirm(id: string, presence: Presence): Promise<string | undefined> {
    if (this.room.get(id) === undefined) return undefined
    const isNews = !(await this.#promises.confirm(id, presence))
    return isNews ? this.commit({ do: 'confirm', id, ...presence }) : this.frames.position
  }

  tick(): void {
    if (this.#state.kind === 'shared') this.#promises.tick()
    const isAlone = this.#solitude !== undefined
    // The room on show is out of date and about to be replaced.
    if (this.#state.kind === 'returning' && !isAlone) return
    const expire = () => this.commit({ do: 'expire' })
    const told = this.#leaseEnds.tell(this.room, this.#nowMs, isAlone, expire)
    if (told !== undefined) this.guard.watch(told)
  }

  /**
   * Removes the connections of another node that is gone.
   *
   * @param hasLeft whether the node said so itself, after telling everything it did
   * @see PROTOCOL.md EX4
   */
  gone(node: NodeId, hasLeft: boolean): void {
    if (this.#solitude !== undefined || !this.room.connections.nodes().includes(node)) return
    this.#tellGone(node, hasLeft)
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

  batchIntervalMs(): number {
    return this.#pace.batchIntervalMs()
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
    const before = this.#state
    if (before.kind === 'joining') return this.#show(shown)
    const state = this.role.rejoin(before, shown)
    if (state.kind !== 'returning') return this.#show(shown)
    this.#enter(state)
    // The batches that are already in the log come first.
    queueMicrotask(() => this.guard.run(() => this.#restateTo(state.next)))
  }

  #batch(batch: Batch<Numbered>): void {
    const state = this.#state
    this.#offsetMs = batch.atMs - this.context.clock.now()
    if (state.kind === 'returning') {
      if (state.next.apply(batch, this.#outcomes)) this.#show(state.next.shown)
      return
    }
    for (const each of batch.operations) {
      this.#outcomes.apply(state.shown.room, each, batch)
      this.#note(each[1], batch.node)
    }
    const isDeleted = batch.operations.some(([, operation]) => deletesDocument(operation))
    if (isDeleted) this.frames.fail(documentDeleted())
    this.#changed()
    this.#checkpoint(batch, isDeleted)
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
    shown.room.apply({ do: 'forgetLocks' }, { node: this.#node, nowMs: this.#nowMs })
    this.#enter({ kind: 'alone', shown, solitude: new Solitude(limits) })
    this.#begun.settle()
    this.#changed()
  }

  #enter(state: State): void {
    const before = this.#state
    this.#state = state
    if (before.kind === 'returning') before.next.said.settle()
  }

  /** Shows readers the room that the log has. */
  #show(shown: Shown): void {
    const isFirst = !this.#begun.isSettled
    this.#enter({ kind: 'shared', shown })
    this.role.settle()
    this.#promises.renew()
    this.#begun.settle()
    if (!isFirst) this.frames.replaced()
    this.context.updated(this.name, undefined)
    this.#changed()
  }

  #changed(): void {
    this.frames.changed()
    this.context.changed(this)
  }

  /** Gives up a failed room: releases everybody who waits, and discards its log. @see PROTOCOL.md EX9 */
  #fail(problem: Problem): void {
    this.#enter({ kind: 'shared', shown: this.#state.shown })
    this.#begun.settle()
    this.context.failed(this)
    this.frames.fail(problem)
    this.#following?.discard(this.room.version)
  }

  get #changes(): DocumentChanges | undefined {
    return this.context.hooks.documentChanges
  }

  get #node(): NodeId {
    return this.context.exchange.node
  }

  /** The approximate time of the exchange. */
  get #nowMs(): number {
    return this.context.clock.now() + this.#offsetMs
  }

  /** The operations while other nodes are unreachable; `undefined` while they are reachable. */
  get #solitude(): Solitude | undefined {
    return solitudeOf(this.#state)
  }

  /** @param say returns the operation; called again for each attempt */
  async #commit(say: () => Operation): Promise<Told> {
    this.#working += 1
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        // No `await` without need: an operation from right before shutdown must be sent in this turn.
        while (this.#unsaid !== undefined) await this.#unsaid
        this.guard.assertWell()
        const operation = say()
        const isShared = this.#state.kind !== 'alone'
        const version = isShared ? await this.#share(operation) : this.#do(operation)
        if (version === undefined && isRepeatable(operation)) continue
        if (version === undefined) break
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

  /** Settles when this node's restatement is on its way; `undefined` if none is due. */
  get #unsaid(): Promise<void> | undefined {
    const state = this.#state
    if (state.kind !== 'returning' || state.next.said.isSettled) return undefined
    return state.next.said.settled
  }

  /** Applies an operation on this node alone. @throws {Problem} */
  #do(operation: Operation): number {
    return this.guard.do(() => {
      if (needsOthers(operation)) throw knowsNoLocks()
      const origin = { node: this.#node, nowMs: this.#nowMs }
      applyObserved(this.room, operation, origin, this.context.hooks.observer?.())
      // Noted only now, since `apply` throws if the room refuses the operation.
      this.#solitude?.note(operation, this.context.clock.now())
      this.role.done(operation, true)
      this.role.count(operation, 1)
      this.#promises.heed(operation)
      if (deletesDocument(operation)) this.frames.fail(documentDeleted())
      this.#changed()
      return this.room.version
    })
  }

  /**
   * Appends an operation to the log. Returns the room's version after it, or `undefined` if the outcome is
   * unknown and the caller has to try again.
   *
   * @throws {Problem}
   */
  async #share(operation: Operation): Promise<number | undefined> {
    const number = this.context.nextNumber()
    this.#outcomes.expect(number)
    this.role.count(operation, 1)
    this.#hasTold ||= operation.do === 'update'
    let failure: Error | undefined
    try {
      await this.#following?.append([[number, operation]])
    } catch (error) {
      failure = error as Error
    }
    const outcome = this.#outcomes.take(number)
    // Even if the append failed, the operation may have come back and been applied.
    if (typeof outcome === 'number') return outcome
    // Before any `await`, because a room that begins again sends a restatement in the next turn.
    this.role.count(operation, -1)
    if (outcome !== undefined) throw outcome
    if (failure !== undefined && !(failure instanceof ExchangeLost)) throw failure
    return undefined
  }

  /** Handles the effects of an operation in the log. */
  #note(operation: Operation, node: NodeId): void {
    const isOwn = node === this.#node
    this.role.done(operation, isOwn)
    this.#promises.heed(operation)
    if (operation.do === 'gone') this.#noteGone(operation.node)
    if (mayChangeDocument(operation)) this.#changes?.ordered(this.name, isOwn)
    if (isOwn && operation.do !== 'gone') return
    if (operation.do === 'update') {
      this.context.updated(this.name, operation.bytes, operation.place)
    }
    if (saysOfUpdates(operation)) this.context.updated(this.name, undefined)
  }

  #noteGone(node: NodeId): void {
    if (node === this.#node && this.role.takenForGone(this.room)) this.#restateAgain()
  }

  /**
   * Saves a checkpoint now and then. If that fails, nodes that come later read more of the log.
   *
   * @param isDeleted whether the document was deleted, so that its updates must leave the log at once
   */
  #checkpoint({ number, node }: Batch<Numbered>, isDeleted: boolean): void {
    const { checkpointBatches = CHECKPOINT_BATCHES } = this.context.limits
    if (node !== this.#node || (!isDeleted && number % checkpointBatches > 0)) return
    this.#following?.checkpoint(number, JSON.stringify(this.room.save())).catch(() => {})
  }

  /** Appends a restatement of this node to the log. */
  #restateAgain(): void {
    this.guard.watch(this.#commit(() => this.#restatement(false)))
  }

  /** Appends a restatement to a log that begins again, after its batches were applied. */
  #restateTo(next: Returning): void {
    const state = this.#state
    if (state.kind !== 'returning' || state.next !== next) return
    // If another log replaced the old one, the node that began it may have known less.
    const isNews = next.shown.log !== state.shown.log
    const number = this.context.nextNumber()
    next.say(number)
    // Others may never have read what the old log had of this node. EX24
    const hasUpdates = isNews && this.#hasTold
    const operation: Operation = { ...this.#restatement(isNews), hasUpdates }
    const told = this.#following?.append([[number, operation]])
    // Whoever stored the last update takes this node's word for it.
    if (hasUpdates) this.#changes?.changed(this.name, told)
    // If this fails, the room is lost or begins again, and then a new restatement follows.
    told?.catch(() => {})
  }

  /** @param isNews whether everything may be new to the log, including members of other nodes */
  #restatement(isNews: boolean): OperationOf<'restate'> {
    const nowMs = this.context.clock.now()
    const known = { room: this.room, solitude: this.#solitude, isNews, nowMs }
    return { do: 'restate', ...this.role.restatement(known) }
  }

  /** Removes the connections of nodes that went away while nobody had this room. */
  async #lookWhoIsGone(): Promise<void> {
    // The batches that are already in the log follow in this turn.
    await Promise.resolve()
    const room = loggedIn(this.#state)
    // The log may still list connections from before the room failed and began here again.
    if (this.#state.kind === 'shared' && this.role.isLeftIn(room)) this.#restateAgain()
    for (const node of await goneNodes(this.context.exchange, room)) {
      this.#tellGone(node, false)
    }
  }

  #tellGone(node: NodeId, hasLeft: boolean): void {
    const changes = hasLeft ? undefined : this.#changes
    const tell = () => this.commit({ do: 'gone', node, hasLeft })
    this.guard.watch(telling(changes, this.name, tell))
  }
}

/** @see PROTOCOL.md LK15 */
function knowsNoLocks(): Problem {
  return new Problem(
    'exchange-busy',
    'This server can’t reach the others, so it doesn’t know who holds a lock. Try again in a moment.',
  )
}

/** A node that was killed or comes back may have stored an update that nobody here knows of. */
function saysOfUpdates(operation: Operation): boolean {
  if (operation.do === 'gone') return !operation.hasLeft
  return operation.do === 'restate' && operation.hasUpdates === true
}

function mayChangeDocument(operation: Operation): boolean {
  if (saysOfUpdates(operation)) return true
  return operation.do === 'update' && !deletesDocument(operation)
}

/** Returns whether an operation that may have been applied can be applied again. @see PROTOCOL.md EV11 */
function isRepeatable(operation: Operation): boolean {
  return operation.do !== 'broadcast'
}
