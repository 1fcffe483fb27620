import {
  type Json,
  type Member,
  type Patch,
  Problem,
  type Snapshot,
  type Status,
} from '@whereabouts/protocol'
import { RoomConnections, type SavedConnections } from './connections.js'
import { type Entry, loadEntry, newEntry, patchOf, type SavedEntry, saveEntry } from './entry.js'
import type { Operation, RestatedMember, Restatement } from './operation.js'
import { NO_PART, partOf, Parts } from './parts.js'
import { RecentUpdates } from './recent-updates.js'
import { Timeline } from './timeline.js'
import { describeUser, type UserClaim } from './user.js'

/** What bounds a room. */
export interface RoomLimits {
  /** How long a member without a connection stays. */
  readonly leaseMs: number
  /** How long a member stays who said that it leaves soon. */
  readonly soonMs: number
  readonly maxMembers: number
  /** How many of those who left are remembered, so that a patch can name them. */
  readonly maxLeavers: number
  /** How much of the document's latest updates is kept for those who were away for a moment. */
  readonly maxRecentDocumentBytes: number
}

/** The document's updates that a reader lacks, oldest first; `undefined` if they are forgotten. */
export type MissedUpdates = readonly Uint8Array[] | undefined

/** What a reader at some version needs to be at the room's. */
export type CatchUp =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'patch'; readonly patch: Patch; readonly updates: MissedUpdates }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot; readonly updates: MissedUpdates }

/** Which node says what happens, and when; the time is in ms from wherever the room's clock counts. */
export interface Origin {
  readonly node: string
  readonly nowMs: number
}

type OperationOf<Do extends Operation['do']> = Extract<Operation, { do: Do }>

/** A room as it is in a checkpoint: all but what happened before. */
export interface SavedRoom {
  readonly version: number
  readonly connections: SavedConnections
  /** In the order in which they joined. */
  readonly members: readonly SavedEntry[]
}

/** A member of a room, the part that its stream named, and when it posted. */
export type KnownMember = Readonly<Pick<Entry, 'member' | 'at' | 'postedMs'>>

/**
 * One room: its members, where they are, and what changed when. Pure: whatever the time is, it is
 * told (`nowMs`, from any clock that doesn't run backwards).
 *
 * @see PROTOCOL.md §5, §6
 */
export class Room {
  readonly #entries = new Map<string, Entry>()
  /** Oldest first. */
  readonly #leavers = new Map<string, Entry>()
  #connections = new RoomConnections()
  readonly #timeline = new Timeline<Entry>()
  #version: number
  /** Before this version the room no longer knows who left. */
  #horizon: number
  #watchingAt: number
  #changedAt: number
  #listChangedAt: number
  #nextDeadlineMs = Infinity
  readonly #updates: RecentUpdates
  readonly #parts = new Parts()
  #partsChangedAt: number

  /** @param version where the versions of this room go on from. */
  constructor(
    readonly name: string,
    readonly limits: RoomLimits,
    version = 0,
  ) {
    this.#version = version
    this.#horizon = version
    this.#watchingAt = version
    this.#changedAt = version
    this.#listChangedAt = version
    this.#partsChangedAt = version
    this.#updates = new RecentUpdates(limits.maxRecentDocumentBytes, version)
  }

  get version(): number {
    return this.#version
  }

  /** The version of the last change of anything but how many watch. */
  get changedAt(): number {
    return this.#changedAt
  }

  /** The version of the last change that the list view can show. */
  get listChangedAt(): number {
    return this.#listChangedAt
  }

  /** The version of the last change of the document. */
  get documentChangedAt(): number {
    return this.#updates.changedAt
  }

  /** How many members there are. */
  get size(): number {
    return this.#entries.size
  }

  get watching(): number {
    return this.#connections.watching
  }

  /** Whether there are no members and no connections. */
  get empty(): boolean {
    return this.#entries.size === 0 && this.#connections.empty
  }

  /** Which members are connected to which nodes. */
  get connections(): Omit<RoomConnections, 'set' | 'setWatching'> {
    return this.#connections
  }

  /** All members. */
  members(): Iterable<KnownMember> {
    return this.#entries.values()
  }

  /** Not after this time is the next one that `expire()` has something to do. */
  get nextDeadlineMs(): number {
    return this.#nextDeadlineMs
  }

  get(id: string): Member | undefined {
    return this.#entries.get(id)?.member
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
        return this.#leave(operation.id)
      case 'soon':
        return this.#leaveSoon(operation.id, nowMs)
      case 'update':
        return this.#update(operation.bytes)
      case 'expire':
        return this.#expire(nowMs)
      case 'gone':
        return this.#gone(operation, nowMs)
      case 'restate':
        return this.#restate(operation, node, nowMs)
    }
  }

  /**
   * A connection of a member opened; it joins if it isn't here.
   *
   * @param at the part of the document that it is in, unless the location says so
   * @throws {Problem} room-full
   * @see PROTOCOL.md MB1, MB2, RM8, RM12, RM19
   */
  #open({ id, user, at }: OperationOf<'open'>, node: string, nowMs: number): void {
    const known = this.#entries.get(id)
    if (known !== undefined) known.leaving = false
    const entry = this.#put(id, user, undefined, at)
    entry.seenMs = nowMs
    this.#connections.set(id, node, this.#connectionsTo(node, id) + 1)
    this.#hold(id, entry, nowMs)
  }

  /** A connection of a member closed without a goodbye. @see PROTOCOL.md MB3, MB8 */
  #close(id: string, node: string, nowMs: number): void {
    this.#connections.set(id, node, this.#connectionsTo(node, id) - 1)
    this.#released(id, nowMs)
  }

  #released(id: string, nowMs: number): void {
    if (this.#connections.of(id) > 0) return
    const entry = this.#entries.get(id)
    if (entry === undefined || entry.leaving) return
    this.#setDeadline(entry, nowMs + this.limits.leaseMs)
    this.#setStatus(entry, 'away')
  }

  /** A connection that only watches was opened. @see PROTOCOL.md MB10 */
  #watch(node: string): void {
    this.#setWatching(node, this.#connections.watchingNode(node) + 1)
  }

  /** A connection that only watched was closed. */
  #unwatch(node: string): void {
    const watching = this.#connections.watchingNode(node)
    // Of a node that was taken for gone since none is open.
    if (watching > 0) this.#setWatching(node, watching - 1)
  }

  /**
   * A member is somewhere else; it joins if it isn't here.
   *
   * @throws {Problem} room-full
   * @see PROTOCOL.md MB1, MB2, MB6, RM3
   */
  #move({ id, user, location }: OperationOf<'move'>, nowMs: number): void {
    const entry = this.#put(id, user, location)
    entry.postedMs = nowMs
    entry.seenMs = nowMs
    if (!entry.leaving) this.#hold(id, entry, nowMs)
  }

  /** A member leaves now. @see PROTOCOL.md MB5, MB9 */
  #leave(id: string): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    this.#entries.delete(id)
    entry.gone = true
    this.#parts.move(entry.part, undefined)
    this.#partsChangedAt = this.#version + 1
    if (entry.member.location !== null) this.#listChangedAt = this.#version + 1
    this.#leavers.set(id, entry)
    this.#commit(entry)
    this.#forgetLeavers()
  }

  /** A member leaves unless a connection of it opens in time. @see PROTOCOL.md MB6, MB8 */
  #leaveSoon(id: string, nowMs: number): void {
    const entry = this.#entries.get(id)
    if (entry === undefined || this.#connections.of(id) > 1) return
    entry.leaving = true
    this.#setDeadline(entry, Math.min(entry.deadlineMs, nowMs + this.limits.soonMs))
    this.#setStatus(entry, 'away')
  }

  /**
   * The document took an update in, which the room keeps as it is.
   *
   * @param bytes without them, whoever reads the room has to look it up
   * @see PROTOCOL.md DO3
   */
  #update(bytes?: Uint8Array): void {
    this.#version += 1
    this.#changedAt = this.#version
    if (bytes) this.#updates.add(this.#version, bytes)
    else this.#updates.forget(this.#version)
  }

  /** Whether the room was told of an update lately. */
  hasUpdate(bytes: Uint8Array): boolean {
    return this.#updates.has(bytes)
  }

  /** A node is gone: its connections are closed. @see PROTOCOL.md EX12 */
  #gone({ node, hasLeft }: OperationOf<'gone'>, nowMs: number): void {
    if (!this.#connections.nodes().includes(node)) return
    for (const id of this.#connections.ofNode(node).keys()) {
      this.#connections.set(id, node, 0)
      this.#released(id, nowMs)
    }
    if (this.#connections.watchingNode(node) > 0) this.#setWatching(node, 0)
    // Its last update may be stored and not told.
    if (!hasLeft) this.#update()
  }

  /** A node says what it has, whatever the room took it to have. @see PROTOCOL.md EX3 */
  #restate(restatement: Restatement, node: string, nowMs: number): void {
    const { members, left, onlookers, watching } = restatement
    const before = [...this.#connections.ofNode(node).keys()]
    for (const id of before) this.#connections.set(id, node, 0)
    // First those who left: their places may be those of others now.
    for (const [id, agoMs] of left) this.#restateLeave(id, nowMs - agoMs)
    for (const member of members) this.#restateMember(member, node, nowMs)
    for (const [id, count] of onlookers) this.#connections.set(id, node, count)
    for (const id of before) this.#released(id, nowMs)
    if (watching !== this.#connections.watchingNode(node)) this.#setWatching(node, watching)
  }

  /** @see {@link Room.load} */
  save(): SavedRoom {
    return {
      version: this.#version,
      connections: this.#connections.save(),
      members: [...this.#entries.values()].map(saveEntry),
    }
  }

  /** The room that was saved; it knows nothing of what was before. */
  static load(name: string, limits: RoomLimits, saved: SavedRoom): Room {
    const room = new Room(name, limits, saved.version)
    room.#connections = RoomConnections.load(saved.connections)
    for (const each of saved.members) {
      const entry = loadEntry(each, saved.version)
      room.#entries.set(entry.member.id, entry)
      room.#timeline.touch(entry)
      room.#parts.move(undefined, entry.part)
      room.#setDeadline(entry, entry.deadlineMs)
    }
    return room
  }

  /** Removes those whose time has run out. @see PROTOCOL.md MB3, MB4, MB6 */
  #expire(nowMs: number): void {
    if (nowMs < this.#nextDeadlineMs) return
    this.#nextDeadlineMs = Infinity
    for (const [id, entry] of this.#entries) {
      if (entry.deadlineMs <= nowMs) this.#leave(id)
      else this.#nextDeadlineMs = Math.min(this.#nextDeadlineMs, entry.deadlineMs)
    }
  }

  /**
   * What a reader who has `version` lacks.
   *
   * @param part the part of the document that is all that the reader sees
   * @see PROTOCOL.md RM4, RM5, DO4, ST15
   */
  since(version: number, part?: string): CatchUp {
    if (version === this.#version) return { kind: 'nothing' }
    const updates = version > this.#version ? undefined : this.#updates.since(version)
    if (version > this.#version || version < this.#horizon) {
      return { kind: 'snapshot', snapshot: this.snapshot(part), updates }
    }
    return { kind: 'patch', patch: this.#patchSince(version, part), updates }
  }

  /** @param part the part of the document that is all that the reader sees */
  snapshot(part?: string): Snapshot {
    const members: Member[] = []
    for (const entry of this.#entries.values()) {
      if (part === undefined || entry.part === part) members.push(entry.member)
    }
    const elsewhere = part === undefined ? undefined : this.#parts.elsewhere(part)
    return { members, watching: this.watching, ...(elsewhere && { elsewhere }) }
  }

  /** All members with a location, the most recently posted first. */
  list(): Json[] {
    return [...this.#entries.values()]
      .filter(({ member }) => member.location !== null)
      .toSorted((a, b) => b.movedAt - a.movedAt)
      .map(({ member }) => member.location)
  }

  #patchSince(version: number, part: string | undefined): Patch {
    const patch = patchOf(this.#timeline.since(version), version, part)
    if (this.#watchingAt > version) patch.watching = this.watching
    const sees = part !== undefined && this.#partsChangedAt > version
    if (sees) patch.elsewhere = this.#parts.elsewhere(part)
    return patch
  }

  /**
   * Makes the member what the claim and the location say (`undefined`: where it was), in one commit;
   * none if that is what it is.
   */
  #put(id: string, claim: UserClaim, location: Json | undefined, at?: string): Entry {
    const known = this.#entries.get(id)
    const entry = known ?? this.#join(id)
    const before = entry.member
    const { version } = this
    entry.member = {
      id,
      user: describeUser(id, claim, known && before.user),
      location: location === undefined ? before.location : location,
      status: entry.leaving ? before.status : 'online',
    }
    if (known === undefined || entry.member.user !== before.user) entry.joinedAt = version + 1
    if (entry.member.status !== before.status) entry.statusAt = version + 1
    if (location !== undefined) this.#post(entry, before.location)
    this.#setPart(entry, at, known === undefined)
    const { joinedAt, movedAt, statusAt, partAt } = entry
    if (Math.max(joinedAt, movedAt, statusAt, partAt) > version) this.#commit(entry)
    return entry
  }

  #setPart(entry: Entry, at: string | undefined, isNew: boolean): void {
    entry.at = at ?? entry.at
    const part = partOf(entry.member.location) ?? entry.at ?? NO_PART
    if (part === entry.part && !isNew) return
    this.#parts.move(isNew ? undefined : entry.part, part)
    entry.part = part
    entry.partAt = this.#version + 1
    this.#partsChangedAt = entry.partAt
  }

  #post(entry: Entry, from: Json): void {
    entry.movedAt = this.#version + 1
    if (entry.member.location !== null || from !== null) this.#listChangedAt = entry.movedAt
  }

  #join(id: string): Entry {
    const { maxMembers } = this.limits
    if (this.#entries.size >= maxMembers) {
      throw new Problem(
        'room-full',
        `The room ${this.name} has its maximum of ${maxMembers} members. Watch it at the address in "watch", or try again later.`,
        { watch: `/rooms/${this.name}/events?watch=1` },
      )
    }
    const leaver = this.#leavers.get(id)
    if (leaver !== undefined) {
      this.#leavers.delete(id)
      this.#timeline.remove(leaver)
    }
    const entry = newEntry(id)
    this.#entries.set(id, entry)
    return entry
  }

  #commit(entry: Entry): void {
    this.#version += 1
    this.#changedAt = this.#version
    entry.version = this.#version
    this.#timeline.touch(entry)
  }

  #setStatus(entry: Entry, status: Status): void {
    if (entry.member.status === status) return
    entry.member = { ...entry.member, status }
    entry.statusAt = this.#version + 1
    this.#commit(entry)
  }

  #setWatching(node: string, watching: number): void {
    this.#connections.setWatching(node, watching)
    this.#version += 1
    this.#watchingAt = this.#version
  }

  /** While a connection is open a member stays; without one, for a lease from now. */
  #hold(id: string, entry: Entry, nowMs: number): void {
    this.#setDeadline(entry, this.#connections.of(id) > 0 ? Infinity : nowMs + this.limits.leaseMs)
  }

  #setDeadline(entry: Entry, deadlineMs: number): void {
    entry.deadlineMs = deadlineMs
    this.#nextDeadlineMs = Math.min(this.#nextDeadlineMs, deadlineMs)
  }

  #connectionsTo(node: string, id: string): number {
    return this.#connections.ofNode(node).get(id) ?? 0
  }

  #restateMember(restated: RestatedMember, node: string, nowMs: number): void {
    const { id, user, location, at, connections } = restated
    const postedMs = postedAt(restated, nowMs)
    const known = this.#entries.get(id)
    if (known === undefined && this.#entries.size >= this.limits.maxMembers) return
    // Elsewhere it may have posted since.
    const isNews = known === undefined || postedMs > known.postedMs
    if (!isNews && connections === 0) return
    if (known !== undefined && connections > 0) known.leaving = false
    this.#connections.set(id, node, connections)
    const isMove = isNews && !isSame(known?.member.location ?? null, location)
    const entry = this.#put(id, user, isMove ? location : undefined, at)
    if (isNews) entry.postedMs = postedMs
    entry.seenMs = Math.max(entry.seenMs, connections > 0 ? nowMs : entry.postedMs)
    this.#hold(id, entry, nowMs)
    if (this.#connections.of(id) === 0) this.#setStatus(entry, 'away')
  }

  /** Brings back a member that was seen on another node since. */
  #restateLeave(id: string, atMs: number): void {
    const entry = this.#entries.get(id)
    if (entry === undefined || entry.seenMs > atMs || this.#connections.of(id) > 0) return
    this.#leave(id)
  }

  #forgetLeavers(): void {
    if (this.#leavers.size <= this.limits.maxLeavers) return
    const [id, leaver] = this.#leavers.entries().next().value!
    this.#leavers.delete(id)
    this.#timeline.remove(leaver)
    this.#horizon = leaver.version
  }
}

function postedAt({ posted }: RestatedMember, nowMs: number): number {
  return 'atMs' in posted ? posted.atMs : nowMs - posted.agoMs
}

function isSame(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
