import {
  type Json,
  type Member,
  type Patch,
  Problem,
  type Snapshot,
  type Status,
} from '@whereabouts/protocol'
import { type Entry, newsOf } from './entry.js'
import { isEmpty } from './is-empty.js'
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

/**
 * One room: its members, where they are, and what changed when. Pure: whatever the time is, it is
 * told (`nowMs`, from any clock that doesn't run backwards).
 *
 * @see PROTOCOL.md §4, §5
 */
export class Room {
  readonly #entries = new Map<string, Entry>()
  /** Oldest first. */
  readonly #leavers = new Map<string, Entry>()
  readonly #connections = new Map<string, number>()
  readonly #timeline = new Timeline<Entry>()
  #version: number
  /** Before this version the room no longer knows who left. */
  #horizon: number
  #watching = 0
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

  /** How many members there are. */
  get size(): number {
    return this.#entries.size
  }

  get watching(): number {
    return this.#watching
  }

  /** Nobody is here and nobody looks. */
  get empty(): boolean {
    return this.#entries.size === 0 && this.#connections.size === 0 && this.#watching === 0
  }

  /** Not after this time is the next one that `expire()` has something to do. */
  get nextDeadlineMs(): number {
    return this.#nextDeadlineMs
  }

  get(id: string): Member | undefined {
    return this.#entries.get(id)?.member
  }

  /**
   * A connection of a member opened; it joins if it isn't here.
   *
   * @param at the part of the document that it is in, unless the location says so
   * @throws {Problem} room-full
   * @see PROTOCOL.md MB1, MB2, RM8, RM12
   */
  open(id: string, claim: UserClaim, nowMs: number, at?: string): void {
    const known = this.#entries.get(id)
    if (known !== undefined) known.leaving = false
    const entry = this.#put(id, claim, undefined, at)
    this.#connections.set(id, this.#connectionsOf(id) + 1)
    this.#hold(id, entry, nowMs)
  }

  /** A connection of a member closed without a goodbye. @see PROTOCOL.md MB3, MB8 */
  close(id: string, nowMs: number): void {
    const left = this.#connectionsOf(id) - 1
    if (left > 0) {
      this.#connections.set(id, left)
      return
    }
    this.#connections.delete(id)
    const entry = this.#entries.get(id)
    if (entry === undefined || entry.leaving) return
    this.#setDeadline(entry, nowMs + this.limits.leaseMs)
    this.#setStatus(entry, 'away')
  }

  /** A connection that joins nobody opened. @see PROTOCOL.md MB10 */
  watch(): void {
    this.#setWatching(this.#watching + 1)
  }

  /** A connection that joined nobody closed. */
  unwatch(): void {
    this.#setWatching(this.#watching - 1)
  }

  /**
   * A member is somewhere else; it joins if it isn't here.
   *
   * @throws {Problem} room-full
   * @see PROTOCOL.md MB1, MB2, MB6, RM3
   */
  move(id: string, claim: UserClaim, location: Json, nowMs: number): void {
    const entry = this.#put(id, claim, location)
    if (!entry.leaving) this.#hold(id, entry, nowMs)
  }

  /** A member leaves now. @see PROTOCOL.md MB5, MB9 */
  leave(id: string): void {
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
  leaveSoon(id: string, nowMs: number): void {
    const entry = this.#entries.get(id)
    if (entry === undefined || this.#connectionsOf(id) > 1) return
    entry.leaving = true
    this.#setDeadline(entry, Math.min(entry.deadlineMs, nowMs + this.limits.soonMs))
    this.#setStatus(entry, 'away')
  }

  /** The document took an update in, which the room keeps as it is. @see PROTOCOL.md DO3 */
  update(bytes: Uint8Array): void {
    this.#version += 1
    this.#changedAt = this.#version
    this.#updates.add(this.#version, bytes)
  }

  /** Removes those whose time has run out. @see PROTOCOL.md MB3, MB4, MB6 */
  expire(nowMs: number): void {
    if (nowMs < this.#nextDeadlineMs) return
    this.#nextDeadlineMs = Infinity
    for (const [id, entry] of this.#entries) {
      if (entry.deadlineMs <= nowMs) this.leave(id)
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
    return { members, watching: this.#watching, ...(elsewhere && { elsewhere }) }
  }

  /** Where everybody is, most recently posted first, without those who are nowhere. */
  list(): Json[] {
    return [...this.#entries.values()]
      .filter(({ member }) => member.location !== null)
      .toSorted((a, b) => b.movedAt - a.movedAt)
      .map(({ member }) => member.location)
  }

  #patchSince(version: number, part: string | undefined): Patch {
    const join: Member[] = []
    const move: { [id: string]: Json } = {}
    const status: { [id: string]: Status } = {}
    const leave: string[] = []
    for (const entry of this.#timeline.since(version)) {
      const { member } = entry
      const news = newsOf(entry, version, part)
      if (news === 'join') join.push(member)
      if (news === 'leave') leave.push(member.id)
      if (news !== 'change') continue
      if (entry.movedAt > version) move[member.id] = member.location
      if (entry.statusAt > version) status[member.id] = member.status
    }
    const sees = part !== undefined && this.#partsChangedAt > version
    return {
      ...(join.length > 0 && { join: join.toReversed() }),
      ...(!isEmpty(move) && { move }),
      ...(!isEmpty(status) && { status }),
      ...(leave.length > 0 && { leave: leave.toReversed() }),
      ...(this.#watchingAt > version && { watching: this.#watching }),
      ...(sees && { elsewhere: this.#parts.elsewhere(part) }),
    }
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
        `The room ${this.name} holds its ${maxMembers} members; look without joining at the address in "watch", or try again later.`,
        { watch: `/rooms/${this.name}/events?watch=1` },
      )
    }
    const leaver = this.#leavers.get(id)
    if (leaver !== undefined) {
      this.#leavers.delete(id)
      this.#timeline.remove(leaver)
    }
    const entry: Entry = {
      member: { id, user: describeUser(id, {}), location: null, status: 'online' },
      version: 0,
      at: undefined,
      part: NO_PART,
      partAt: 0,
      joinedAt: 0,
      movedAt: 0,
      statusAt: 0,
      gone: false,
      leaving: false,
      deadlineMs: Infinity,
      older: undefined,
      newer: undefined,
    }
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

  #setWatching(watching: number): void {
    this.#watching = watching
    this.#version += 1
    this.#watchingAt = this.#version
  }

  /** While a connection is open a member stays; without one, for a lease from now. */
  #hold(id: string, entry: Entry, nowMs: number): void {
    this.#setDeadline(entry, this.#connectionsOf(id) > 0 ? Infinity : nowMs + this.limits.leaseMs)
  }

  #setDeadline(entry: Entry, deadlineMs: number): void {
    entry.deadlineMs = deadlineMs
    this.#nextDeadlineMs = Math.min(this.#nextDeadlineMs, deadlineMs)
  }

  #connectionsOf(id: string): number {
    return this.#connections.get(id) ?? 0
  }

  #forgetLeavers(): void {
    if (this.#leavers.size <= this.limits.maxLeavers) return
    const [id, leaver] = this.#leavers.entries().next().value!
    this.#leavers.delete(id)
    this.#timeline.remove(leaver)
    this.#horizon = leaver.version
  }
}
