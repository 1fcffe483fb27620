import { formatPosition, type Json, Problem } from '@whereabouts/protocol'
import {
  type Batch,
  type Exchange,
  ExchangeLost,
  type Follower,
  type Following,
  type History,
} from '../exchange/exchange.js'
import type { Operation, Restatement } from '../room/operation.js'
import { type KnownMember, Room, type RoomLimits, type SavedRoom } from '../room/room.js'
import type { Clock } from '../stream/clock.js'
import { OwnConnections } from './own-connections.js'
import type { RoomGuard } from './room-guard.js'
import { Solitude } from './solitude.js'

/** What bounds a room, and its log. */
export interface SharedRoomLimits extends RoomLimits {
  /** After so many batches somebody new gets the room's state instead. */
  readonly checkpointBatches?: number
}

/** What the rooms of a node have in common. */
export interface SharedRoomContext {
  readonly exchange: Exchange
  readonly limits: SharedRoomLimits
  readonly clock: Clock
  /** A number from 0 to 1. */
  readonly random: () => number
  /** A number that no operation of this node has had. */
  readonly nextNumber: () => number
}

/** What follows from what happens to a room. */
export interface SharedRoomHooks {
  /** Something may have changed. */
  changed(): void
  /** It is another one, or was elsewhere for a while: whoever reads it needs all of it. */
  replaced(): void
  /** Another node took an update into the document; without bytes, it is to be looked up. */
  updated(bytes: string | undefined): void
}

/** An operation, and by what number its node knows it. */
type Stamped = readonly [number: number, operation: Operation]

/** Something that is settled once. */
class Signal {
  isSettled = false
  settle!: () => void
  readonly settled = new Promise<void>((resolve) => {
    this.settle = () => {
      this.isSettled = true
      resolve()
    }
  })
}

/** The room as the log has it, until what this node has is in it as well. */
interface Coming {
  readonly room: Room
  readonly epoch: string
  /** Names the log. */
  readonly log: string
  /** The number of this node's restatement, once it is on its way. */
  restated: number
  /** Settles then, or when there will be none. */
  readonly sent: Signal
}

const CHECKPOINT_BATCHES = 512
/** Of several nodes that see a lease end, the first one says so: they don't all look at once. */
const EXPIRE_SPREAD_MS = 300
/** How often an operation is sent whose fate isn't known before the caller is told. */
const ATTEMPTS = 3

/**
 * A room as one node has it: what happens to it goes through the exchange, and is applied in the
 * order in which it comes back, on every node alike.
 *
 * In a process that is alone nothing goes through it. While the exchange is lost the room is this
 * node's own, under an epoch of its own. When it is back, this node says what it has, and only then
 * does the shared room take the place of its own: nobody here is seen to leave and join.
 *
 * @see PROTOCOL.md EX1, EX3, EX4
 */
export class SharedRoom implements Follower {
  readonly #following: Following
  #room: Room
  readonly #own = new OwnConnections()
  /** Those who are connected here, and whom the others may let go until they hear that this node is alive. */
  readonly #doubted = new Map<string, KnownMember>()
  #epoch = ''
  /** The log that the room is in, or was. */
  #log = ''
  #solitude: Solitude | undefined
  #coming: Coming | undefined
  readonly #begun = new Signal()
  /** Of what is under way here: the room's version after it, or why it was refused, once known. */
  readonly #outcomes = new Map<number, number | Problem | undefined>()
  /** What has to be added to this node's time to get the exchange's. */
  #offsetMs = 0
  #working = 0
  /** The end of a lease that is being told of. */
  #expiringMs: number | undefined
  readonly #lateMs: number

  /** @param isPassing whether somebody only looks at the room: it speaks for no connection */
  constructor(
    readonly name: string,
    private readonly context: SharedRoomContext,
    private readonly hooks: SharedRoomHooks,
    private readonly guard: RoomGuard,
    private readonly isPassing = false,
  ) {
    this.#room = new Room(name, context.limits)
    this.#lateMs = this.#isSole ? 0 : context.random() * EXPIRE_SPREAD_MS
    this.#following = context.exchange.follow(name, this)
    // It may have failed where it began.
    if (guard.failure !== undefined) this.fail()
  }

  get room(): Room {
    return this.#room
  }

  /** In which its versions count. */
  get epoch(): string {
    return this.#epoch
  }

  /** Whether there is a room to look at. */
  get isReady(): boolean {
    return this.#begun.isSettled
  }

  /** Settles when there is. */
  get ready(): Promise<void> {
    return this.#begun.settled
  }

  /** Whether what happens here is shared with nobody now. */
  get isAlone(): boolean {
    return this.#solitude !== undefined && this.#coming === undefined
  }

  /** Whether somebody here is connected or waits, or the others have to be told of something. */
  get isNeeded(): boolean {
    return this.#working > 0 || !this.#own.isEmpty || this.#solitude?.hasNews === true
  }

  /** The exchange's time, about. */
  get nowMs(): number {
    return this.context.clock.now() + this.#offsetMs
  }

  /**
   * Does something to the room. Resolves when it is done here.
   *
   * @returns the room's position after it
   * @throws {Problem} room-full, exchange-busy, internal
   */
  async commit(operation: Operation): Promise<string> {
    return this.commitNow(operation) ?? this.#commit(() => operation)
  }

  /**
   * Does something to the room if nobody else has to hear of it first: a post, of which thousands
   * come in a second, waits for nothing then.
   *
   * @returns the room's position after it; `undefined` if nothing is done yet
   * @throws {Problem} room-full, internal
   */
  commitNow(operation: Operation): string | undefined {
    this.guard.assertWell()
    return this.#isOnItsOwn ? this.#position(this.#do(operation)) : undefined
  }

  /** @param say what is done, asked for again whenever it is tried again */
  async #commit(say: () => Operation): Promise<string> {
    this.#working += 1
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        while (this.#coming?.restated === 0) await this.#coming.sent.settled
        this.guard.assertWell()
        const operation = say()
        const version = this.#isOnItsOwn ? this.#do(operation) : await this.#share(operation)
        if (version !== undefined) return this.#position(version)
      }
    } finally {
      this.#working -= 1
      if (this.#working === 0 && !this.#isSole) this.guard.run(() => this.hooks.changed())
    }
    this.guard.assertWell()
    throw new Problem('exchange-busy', 'More is posted than is shared; try again in a moment.')
  }

  /** Does what nobody waits for. If it can't be shared, another node will notice. */
  commitQuietly(operation: Operation): void {
    this.guard.watch(this.commit(operation))
  }

  /** Call now and then: lets leases run out. @see PROTOCOL.md MB3, MB4 */
  tick(): void {
    const { nextDeadlineMs } = this.#room
    const lateMs = this.nowMs - nextDeadlineMs
    if (lateMs < 0 || this.#expiringMs === nextDeadlineMs) return
    if (this.#solitude === undefined && (this.#coming !== undefined || lateMs < this.#lateMs))
      return
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
    if (this.#solitude !== undefined || !this.#room.connections.nodes().includes(node)) return
    this.commitQuietly({ do: 'gone', node, hasLeft })
  }

  end(): void {
    this.#following.end(this.#room.version)
  }

  /** It has failed: whoever waits is let go, and what the log says is void. @see PROTOCOL.md EX9 */
  fail(): void {
    this.#endComing()
    this.#begun.settle()
    this.#following.discard(this.#room.version)
  }

  begin(history: History): void {
    this.guard.run(() => this.#begin(history))
  }

  batch(batch: Batch): void {
    this.guard.run(() => this.#batch(batch))
  }

  lost(): void {
    this.guard.run(() => this.#lost())
  }

  broken(error: unknown): void {
    this.guard.fail(error)
  }

  #begin({ epoch, firstVersion, checkpoint }: History): void {
    this.#endComing()
    const { name } = this
    const { limits } = this.context
    const log = `${epoch} ${firstVersion}`
    const room =
      checkpoint === null
        ? new Room(name, limits, firstVersion)
        : Room.load(name, limits, JSON.parse(checkpoint.state) as SavedRoom)
    if (this.isReady && !this.isPassing) {
      this.#coming = { room, epoch, log, restated: 0, sent: new Signal() }
      queueMicrotask(() => this.guard.run(() => this.#restate()))
    } else {
      this.#take(room, epoch, log)
    }
    if (!this.#isSole) this.guard.watch(this.#lookWhoIsGone())
  }

  #batch(batch: Batch): void {
    const { number, atMs, node, operations } = batch
    const { checkpointBatches = CHECKPOINT_BATCHES } = this.context.limits
    this.#offsetMs = atMs - this.context.clock.now()
    if (this.#coming !== undefined) return this.#applyComing(this.#coming, batch)
    for (const stamped of operations) this.#apply(stamped as unknown as Stamped, node, atMs)
    this.hooks.changed()
    if (this.#isSole || node !== this.#node || number % checkpointBatches > 0) return
    // Whoever comes later reads more of the log if this fails.
    this.#following.checkpoint(number, JSON.stringify(this.#room.save())).catch(() => {})
  }

  #lost(): void {
    this.#endComing()
    if (this.#solitude !== undefined) return
    this.#solitude = new Solitude(this.context.limits)
    this.#epoch = this.#newEpoch()
    this.#begun.settle()
    this.hooks.changed()
  }

  get #node(): string {
    return this.context.exchange.node
  }

  /** This node's exchange has no other. */
  get #isSole(): boolean {
    return this.context.exchange.unfollowed !== undefined
  }

  /** Whether what happens here is in no log: nobody else has the room, or nobody else is reached. */
  get #isOnItsOwn(): boolean {
    return this.#isSole || this.isAlone
  }

  #position(version: number): string {
    return formatPosition({ epoch: this.#epoch, version })
  }

  /** Does it here. @throws {Problem} */
  #do(operation: Operation): number {
    return this.guard.do(() => this.#doNow(operation))
  }

  #doNow(operation: Operation): number {
    this.#solitude?.note(operation, this.context.clock.now())
    this.#room.apply(operation, this.#node, this.nowMs)
    this.#noteCertain(operation, this.#node)
    this.#own.count(operation, 1)
    this.hooks.changed()
    return this.#room.version
  }

  /**
   * The room's version after it; `undefined` if nobody knows, and it is to be tried again.
   *
   * @throws {Problem}
   */
  async #share(operation: Operation): Promise<number | undefined> {
    const number = this.context.nextNumber()
    this.#outcomes.set(number, undefined)
    this.#own.count(operation, 1)
    try {
      await this.#following.append([[number, operation] as unknown as Json])
    } catch (error) {
      // It may have come back all the same, and has been done then.
      if (!(error instanceof ExchangeLost)) throw error
    }
    return this.#outcome(number, operation)
  }

  #outcome(number: number, operation: Operation): number | undefined {
    const outcome = this.#outcomes.get(number)
    this.#outcomes.delete(number)
    // At once: a room that begins anew says in the next turn what this node has.
    if (typeof outcome !== 'number') this.#own.count(operation, -1)
    if (outcome instanceof Problem) throw outcome
    return outcome
  }

  #apply([number, operation]: Stamped, node: string, atMs: number): void {
    const isOwn = node === this.#node
    this.#applyTo(this.#room, operation, node, atMs, isOwn ? number : undefined)
    this.#noteCertain(operation, node)
    // The others took this node for gone while it was only slow.
    if (operation.do === 'gone' && operation.node === this.#node && !this.isPassing) {
      this.#noteDoubted()
      this.#restateAgain()
    }
    if (!isOwn || operation.do === 'gone') this.#noteDocument(operation)
  }

  #applyComing(coming: Coming, { atMs, node, operations }: Batch): void {
    const isOwn = node === this.#node
    let hasRestated = false
    for (const each of operations) {
      const [number, operation] = each as unknown as Stamped
      // What was sent before is undone by what this node says then, and is sent again.
      const isAwaited = isOwn && coming.restated > 0 && number > coming.restated
      this.#applyTo(coming.room, operation, node, atMs, isAwaited ? number : undefined)
      hasRestated ||= isOwn && number === coming.restated
    }
    if (!hasRestated) return
    this.#coming = undefined
    this.#take(coming.room, coming.epoch, coming.log)
  }

  /** @param number by which somebody here may wait for the outcome */
  #applyTo(
    room: Room,
    operation: Operation,
    node: string,
    atMs: number,
    number: number | undefined,
  ): void {
    let outcome: number | Problem
    try {
      room.apply(operation, node, atMs)
      outcome = room.version
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      outcome = error
    }
    if (number !== undefined && this.#outcomes.has(number)) this.#outcomes.set(number, outcome)
  }

  #noteDoubted(): void {
    for (const known of this.#room.members()) {
      const { id } = known.member
      if (this.#own.members.has(id)) this.#doubted.set(id, known)
    }
  }

  #noteCertain(operation: Operation, node: string): void {
    if (operation.do === 'leave') this.#doubted.delete(operation.id)
    if (operation.do === 'restate' && node === this.#node) this.#doubted.clear()
  }

  #noteDocument(operation: Operation): void {
    if (operation.do === 'update') this.hooks.updated(operation.bytes)
    if (operation.do === 'gone' && !operation.hasLeft) this.hooks.updated(undefined)
  }

  /** Says what this node has, whatever the log takes it to have. */
  #restateAgain(): void {
    this.guard.watch(this.#commit(() => ({ do: 'restate', ...this.#restatement(false) })))
  }

  /** The batches that the log had are applied: this node says what it has. */
  #restate(): void {
    const coming = this.#coming
    if (coming === undefined || coming.restated > 0) return
    coming.restated = this.context.nextNumber()
    // Whoever spoke first in it may have known less.
    const isAnother = coming.log !== this.#log
    const operation: Operation = { do: 'restate', ...this.#restatement(isAnother) }
    // If it fails the room is lost, or begins again, and it is said then.
    this.#following.append([[coming.restated, operation] as unknown as Json]).catch(() => {})
    coming.sent.settle()
  }

  /** @param isAnother whether all that is known may be news, of others too */
  #restatement(isAnother: boolean): Restatement {
    const room = this.#room
    const nowMs = this.context.clock.now()
    const own = new Map(this.#own.members)
    const known = new Map([...this.#doubted].filter(([id]) => own.has(id)))
    for (const each of room.members()) known.set(each.member.id, each)
    const members = []
    for (const { member, at, postedMs } of known.values()) {
      const { id, user, location } = member
      const connections = own.get(id) ?? 0
      own.delete(id)
      const aloneMs = this.#solitude?.posted.get(id)
      if (connections === 0 && !isAnother && aloneMs === undefined) continue
      const posted = aloneMs === undefined ? { atMs: postedMs } : { agoMs: nowMs - aloneMs }
      members.push({ id, user, location, posted, at, connections })
    }
    return {
      members,
      onlookers: [...own],
      left: Array.from(this.#solitude?.left ?? [], ([id, atMs]) => [id, nowMs - atMs]),
      watching: this.#own.watching,
    }
  }

  #take(room: Room, epoch: string, log: string): void {
    const isFirst = !this.isReady
    this.#log = log
    this.#room = room
    this.#epoch = epoch
    this.#solitude = undefined
    this.#doubted.clear()
    this.#begun.settle()
    if (isFirst) this.hooks.updated(undefined)
    else this.hooks.replaced()
    this.hooks.changed()
  }

  #endComing(): void {
    this.#coming?.sent.settle()
    this.#coming = undefined
  }

  /** Nodes may have gone when nobody looked who has this room. */
  async #lookWhoIsGone(): Promise<void> {
    const { exchange } = this.context
    // The batches that the log had follow at once.
    await Promise.resolve()
    const room = this.#coming?.room ?? this.#room
    const known = room.connections.nodes()
    // What it had before it began here is closed: it failed, and the log couldn't be discarded.
    if (room === this.#room && !this.isPassing && known.includes(exchange.node)) {
      this.#restateAgain()
    }
    // Whoever says something only from now on may be alive and not among those who are.
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

  #newEpoch(): string {
    const { random } = this.context
    return Array.from({ length: 12 }, () => Math.floor(random() * 16).toString(16)).join('')
  }
}
