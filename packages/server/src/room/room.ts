import type { Json, Member, Snapshot } from '@whereabouts/protocol'
import type { RoomConnections } from './connections.js'
import type { Entry } from './entry.js'
import type { Operation, Origin } from './operation.js'
import { restate } from './restate.js'
import { type CatchUp, type RoomLimits, RoomState, type SavedRoom } from './room-state.js'
import type { NodeId } from './ids.js'

type OperationOf<Do extends Operation['do']> = Extract<Operation, { do: Do }>

/** A member of a room, the part that its stream named, and when it posted. */
export type KnownMember = Readonly<Pick<Entry, 'member' | 'at' | 'postedMs'>>

/**
 * One room: its members, where they are, and what changed when. Pure: whatever the time is, it is
 * told (`nowMs`, from any clock that doesn't run backwards).
 *
 * @see PROTOCOL.md §5, §6
 */
export class Room {
  #state: RoomState

  /** @param version where the versions of this room go on from. */
  constructor(
    readonly name: string,
    limits: RoomLimits,
    version = 0,
  ) {
    this.#state = new RoomState(name, limits, version)
  }

  /** The room that was saved; it knows nothing of what was before. */
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

  /** Which members are connected to which nodes. */
  get connections(): Omit<RoomConnections, 'set' | 'setWatching'> {
    return this.#state.connections
  }

  /** Not after this time is the next one that an `expire` has something to do. */
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

  /** Returns whether the room received an update recently. */
  hasUpdate(bytes: Uint8Array): boolean {
    return this.#state.updates.has(bytes)
  }

  /**
   * What a reader who has `version` lacks.
   *
   * @param part the part of the document that is all that the reader sees
   * @see PROTOCOL.md RM4, RM5, DO4, ST15
   */
  since(version: number, part?: string): CatchUp {
    return this.#state.since(version, part)
  }

  /** @param part the part of the document that is all that the reader sees */
  snapshot(part?: string): Snapshot {
    return this.#state.snapshot(part)
  }

  /** All members with a location, the most recently posted first. */
  list(): Json[] {
    return this.#state.list()
  }

  /**
   * Does what an operation says. Rooms that are told the same operations, of the same nodes, at the
   * same times, are the same: version for version.
   *
   * @throws {Problem} room-full; nothing is changed then
   */
  apply(operation: Operation, { node, nowMs }: Origin): void {
    switch (operation.do) {
      case 'move':
        return this.#move(operation, nowMs)
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
      case 'expire':
        return this.#expire(nowMs)
      case 'gone':
        return this.#gone(operation, nowMs)
      case 'restate':
        return restate(this.#state, operation, { node, nowMs })
    }
  }

  /**
   * A connection of a member opened; it joins if it isn't here.
   *
   * @param at the part of the document that it is in, unless the location says so
   * @throws {Problem} room-full
   * @see PROTOCOL.md MB1, MB2, RM8, RM12, RM19
   */
  #open({ id, user, at }: OperationOf<'open'>, node: NodeId, nowMs: number): void {
    const known = this.#state.entries.get(id)
    if (known !== undefined) known.leaving = false
    const entry = this.#state.put(id, user, undefined, at)
    entry.seenMs = nowMs
    this.#state.connections.set(id, node, this.#state.connections.to(node, id) + 1)
    this.#state.hold(id, entry, nowMs)
  }

  /** A connection of a member closed without a goodbye. @see PROTOCOL.md MB3, MB8 */
  #close(id: string, node: NodeId, nowMs: number): void {
    this.#state.connections.set(id, node, this.#state.connections.to(node, id) - 1)
    this.#state.released(id, nowMs)
  }

  /** A connection that only watches was opened. @see PROTOCOL.md MB10 */
  #watch(node: NodeId): void {
    this.#state.setWatching(node, this.#state.connections.watchingNode(node) + 1)
  }

  /** A connection that only watched was closed. */
  #unwatch(node: NodeId): void {
    const watching = this.#state.connections.watchingNode(node)
    // Of a node that was taken for gone since none is open.
    if (watching > 0) this.#state.setWatching(node, watching - 1)
  }

  /**
   * A member is somewhere else; it joins if it isn't here.
   *
   * @throws {Problem} room-full
   * @see PROTOCOL.md MB1, MB2, MB6, RM3
   */
  #move({ id, user, location }: OperationOf<'move'>, nowMs: number): void {
    const entry = this.#state.put(id, user, location)
    entry.postedMs = nowMs
    entry.seenMs = nowMs
    if (!entry.leaving) this.#state.hold(id, entry, nowMs)
  }

  /** A member leaves unless a connection of it opens in time. @see PROTOCOL.md MB6, MB8 */
  #leaveSoon(id: string, nowMs: number): void {
    const entry = this.#state.entries.get(id)
    if (entry === undefined || this.#state.connections.of(id) > 1) return
    entry.leaving = true
    this.#state.setDeadline(entry, Math.min(entry.deadlineMs, nowMs + this.#state.limits.soonMs))
    this.#state.setStatus(entry, 'away')
  }

  /** A node is gone: its connections are closed. @see PROTOCOL.md EX12 */
  #gone({ node, hasLeft }: OperationOf<'gone'>, nowMs: number): void {
    if (!this.#state.connections.nodes().includes(node)) return
    for (const id of this.#state.connections.ofNode(node).keys()) {
      this.#state.connections.set(id, node, 0)
      this.#state.released(id, nowMs)
    }
    if (this.#state.connections.watchingNode(node) > 0) this.#state.setWatching(node, 0)
    // Its last update may be stored and not told.
    if (!hasLeft) this.#state.update()
  }

  /** Removes those whose time has run out. @see PROTOCOL.md MB3, MB4, MB6 */
  #expire(nowMs: number): void {
    if (nowMs < this.#state.nextDeadlineMs) return
    this.#state.nextDeadlineMs = Infinity
    for (const [id, entry] of this.#state.entries) {
      if (entry.deadlineMs <= nowMs) this.#state.leave(id)
      else this.#state.nextDeadlineMs = Math.min(this.#state.nextDeadlineMs, entry.deadlineMs)
    }
  }
}
