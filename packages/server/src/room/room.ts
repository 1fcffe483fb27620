import type { Json, Lock, Member, Snapshot } from '@whereabouts/protocol'
import type { RoomConnections } from './connections.js'
import type { Entry } from './entry.js'
import { notAMember } from './not-a-member.js'
import type { Operation, Origin, Presence, OperationOf } from './operation.js'
import { restate } from './restate.js'
import { type CatchUp, type RoomLimits, RoomState, type SavedRoom } from './room-state.js'
import type { NodeId } from './ids.js'

/** A member of a room, the part that its stream named, when it posted, and what it promised. */
export type KnownMember = Readonly<
  Pick<Entry, 'member' | 'at' | 'postedMs' | 'promisedMs' | 'polls'>
>

/**
 * One room: its members, their locations, and when each changed. Pure: callers pass the time as `nowMs`,
 * from any clock that doesn't run backwards.
 *
 * @see PROTOCOL.md §5, §6
 */
export class Room {
  #state: RoomState

  /** @param version the version that this room continues from */
  constructor(
    readonly name: string,
    limits: RoomLimits,
    version = 0,
  ) {
    this.#state = new RoomState(name, limits, version)
  }

  /** Restores a saved room, which has no history. */
  static load(name: string, limits: RoomLimits, saved: SavedRoom): Room {
    const room = new Room(name, limits)
    room.#state = RoomState.load(name, limits, saved)
    return room
  }

  /** @see {@link Room.load} */
  save(): SavedRoom {
    return this.#state.save()
  }

  get version(): number {
    return this.#state.version
  }

  /** The version of the last change of anything but how many watch. */
  get changedAt(): number {
    return this.#state.changedAt
  }

  /** The version of the last change that the list view can show. */
  get listChangedAt(): number {
    return this.#state.listChangedAt
  }

  /** The version of the last change of the document. */
  get documentChangedAt(): number {
    return this.#state.updates.changedAt
  }

  /** The number of the last broadcast. */
  get broadcasts(): number {
    return this.#state.broadcasts.number
  }

  /** The number of members. */
  get size(): number {
    return this.#state.entries.size
  }

  get watching(): number {
    return this.#state.connections.watching
  }

  /** Whether there are no members and no connections. */
  get empty(): boolean {
    return this.size === 0 && this.#state.connections.empty
  }

  /** The connections of the members, by node. */
  get connections(): Omit<RoomConnections, 'set' | 'setWatching'> {
    return this.#state.connections
  }

  /** A lower bound for when the next `expire` has something to do. */
  get nextDeadlineMs(): number {
    return this.#state.nextDeadlineMs
  }

  /** All members. */
  members(): Iterable<KnownMember> {
    return this.#state.entries.values()
  }

  get(id: string): Member | undefined {
    return this.#state.entries.get(id)?.member
  }

  /** Returns what a member last said of its being there. */
  presence(id: string): Presence {
    const { promisedMs: nextWithinMs, polls } = this.#state.entries.get(id) ?? {}
    return { nextWithinMs, polls }
  }

  /** Returns who holds a key; `undefined` if nobody does. */
  lockOn(key: string): Lock | undefined {
    return this.#state.locks.get(key)
  }

  /** Returns whether a member holds any lock. */
  hasLocks(id: string): boolean {
    return this.#state.locks.areOf(id)
  }

  /** How many more locks there may be. */
  get locksLeft(): number {
    return this.#state.locks.left
  }

  /** Returns whether the room received an update recently. */
  hasUpdate(bytes: Uint8Array): boolean {
    return this.#state.updates.has(bytes)
  }

  /**
   * Returns what a reader at `version` lacks.
   *
   * @param part limits the answer to one part of the document
   * @see PROTOCOL.md RM4, RM5, DO4, ST15
   */
  since(version: number, part?: string): CatchUp {
    return this.#state.since(version, part)
  }

  /** @see {@link RoomState.lowestLike} */
  lowestLike(version: number, documents: boolean): number | undefined {
    return this.#state.lowestLike(version, documents)
  }

  /** @param part limits the answer to one part of the document */
  snapshot(part?: string): Snapshot {
    return this.#state.snapshot(part)
  }

  /** Returns the locations of all members, the most recently posted first. */
  list(): Json[] {
    return this.#state.list()
  }

  /**
   * Applies an operation. Deterministic: the same operations with the same origins make the same room,
   * version for version.
   *
   * @throws {Problem} room-full, forbidden, locked, too-many-locks; the room is unchanged then
   */
  apply(operation: Operation, { node, nowMs }: Origin): void {
    this.#state.broadcasts.forgetBefore(nowMs - this.#state.limits.leaseMs)
    switch (operation.do) {
      case 'move':
        return this.#move(operation, nowMs)
      case 'confirm':
        return this.#confirm(operation, nowMs)
      case 'overdue':
        return this.#state.overdue(operation.id, nowMs)
      case 'open':
        return this.#open(operation, node, nowMs)
      case 'close':
        return this.#close(operation.id, node, nowMs)
      case 'watch':
        return this.#watch(node)
      case 'unwatch':
        return this.#unwatch(node)
      case 'leave':
        return this.#state.leave(operation.id)
      case 'soon':
        return this.#leaveSoon(operation.id, nowMs)
      case 'update':
        return this.#state.update(operation.bytes)
      case 'broadcast':
        return this.#broadcast(operation, nowMs)
      case 'expire':
        return this.#expire(nowMs)
      case 'gone':
        return this.#gone(operation, nowMs)
      case 'restate':
        return restate(this.#state, operation, { node, nowMs })
      default:
        return this.#aboutLocks(operation)
    }
  }

  /**
   * Opens a connection of a member, which joins if it isn't here.
   *
   * @param at the part of the document that it is in, unless its location names one
   * @throws {Problem} room-full
   * @see PROTOCOL.md MB1, MB2, RM8, RM12, RM19
   */
  #open(operation: OperationOf<'open'>, node: NodeId, nowMs: number): void {
    const { id, user, at } = operation
    const known = this.#state.entries.get(id)
    if (known !== undefined) known.leaving = false
    const entry = this.#state.put(id, user, undefined, at)
    entry.seenMs = nowMs
    this.#state.connections.set(id, node, this.#state.connections.to(node, id) + 1)
    this.#state.hold(id, entry, nowMs, operation)
  }

  /** Closes a connection of a member that said no goodbye. @see PROTOCOL.md MB3, MB8 */
  #close(id: string, node: NodeId, nowMs: number): void {
    this.#state.connections.set(id, node, this.#state.connections.to(node, id) - 1)
    this.#state.released(id, nowMs)
  }

  /** Opens a connection that only watches. @see PROTOCOL.md MB10 */
  #watch(node: NodeId): void {
    this.#state.setWatching(node, this.#state.connections.watchingNode(node) + 1)
  }

  /** Closes a connection that only watched. */
  #unwatch(node: NodeId): void {
    const watching = this.#state.connections.watchingNode(node)
    // The count is already 0 if others took the node for gone meanwhile.
    if (watching > 0) this.#state.setWatching(node, watching - 1)
  }

  /**
   * Moves a member, which joins if it isn't here.
   *
   * @throws {Problem} room-full, locked
   * @see PROTOCOL.md MB1, MB2, MB6, RM3, LK12
   */
  #move(operation: OperationOf<'move'>, nowMs: number): void {
    const { id, user, location, lock } = operation
    if (lock !== undefined) this.#state.assertHeld({ lock, memberId: id })
    const entry = this.#state.put(id, user, location)
    entry.postedMs = nowMs
    entry.seenMs = nowMs
    if (!entry.leaving) this.#state.hold(id, entry, nowMs, operation)
  }

  /** Notes that a member is there; joins nobody. @see PROTOCOL.md CO3, CO5, CO6 */
  #confirm(operation: OperationOf<'confirm'>, nowMs: number): void {
    const { id } = operation
    const entry = this.#state.entries.get(id)
    if (entry === undefined || entry.leaving) return
    entry.seenMs = nowMs
    this.#state.hold(id, entry, nowMs, operation)
    this.#state.setStatus(entry, 'online')
  }

  /** @throws {Problem} forbidden, if the sender isn't a member; locked. @see PROTOCOL.md EV3, EV4, LK12 */
  #broadcast({ event, from, lock }: OperationOf<'broadcast'>, nowMs: number): void {
    if (from !== undefined) this.#assertMember(from)
    if (lock !== undefined) this.#state.assertHeld({ lock, memberId: from })
    this.#state.broadcast(nowMs, event, from)
  }

  /** @throws {Problem} forbidden, locked, too-many-locks. @see PROTOCOL.md LK3, LK5, LK7, LK12, LK15, LK17 */
  #aboutLocks(operation: OperationOf<'lock' | 'unlock' | 'rely' | 'forgetLocks'>): void {
    switch (operation.do) {
      case 'lock':
        this.#assertMember(operation.id)
        return this.#state.lock(operation.id, operation.key)
      case 'unlock':
        return this.#state.unlock(operation.id, operation.lock)
      case 'rely':
        return this.#state.assertHeld(operation)
      case 'forgetLocks':
        return this.#state.releaseAll()
    }
  }

  /** @throws {Problem} forbidden */
  #assertMember(id: string): void {
    if (!this.#state.entries.has(id)) throw notAMember()
  }

  /** Removes a member soon, unless it opens a connection in time. @see PROTOCOL.md MB6, MB8 */
  #leaveSoon(id: string, nowMs: number): void {
    const entry = this.#state.entries.get(id)
    if (entry === undefined || this.#state.connections.of(id) > 1) return
    entry.leaving = true
    this.#state.setDeadline(entry, Math.min(entry.deadlineMs, nowMs + this.#state.limits.soonMs))
    this.#state.setStatus(entry, 'away')
  }

  /** Closes the connections of a node that is gone. @see PROTOCOL.md EX12 */
  #gone({ node, hasLeft }: OperationOf<'gone'>, nowMs: number): void {
    if (!this.#state.connections.nodes().includes(node)) return
    for (const id of this.#state.connections.ofNode(node).keys()) {
      this.#state.connections.set(id, node, 0)
      this.#state.released(id, nowMs)
    }
    if (this.#state.connections.watchingNode(node) > 0) this.#state.setWatching(node, 0)
    // The node may have stored an update and told nobody.
    if (!hasLeft) this.#state.update()
  }

  /** Ends the promises and removes the members whose time has run out. @see PROTOCOL.md MB3, MB4, MB6, CO5 */
  #expire(nowMs: number): void {
    if (nowMs < this.#state.nextDeadlineMs) return
    this.#state.nextDeadlineMs = Infinity
    for (const entry of this.#state.entries.values()) {
      if (entry.deadlineMs <= nowMs) this.#state.expire(entry, nowMs)
      else this.#state.nextDeadlineMs = Math.min(this.#state.nextDeadlineMs, entry.deadlineMs)
    }
  }
}
