import {
  type Broadcast,
  type Json,
  type Member,
  type Patch,
  Problem,
  type Snapshot,
  type Status,
} from '@whereabouts/protocol'
import { RoomConnections, type SavedConnections } from './connections.js'
import {
  type Entry,
  loadEntry,
  newEntry,
  type NewPatch,
  patchOf,
  type SavedEntry,
  saveEntry,
} from './entry.js'
import { locked } from './locked.js'
import { type LockLimits, Locks, type NamedLock, type SavedLocks } from './locks.js'
import type { Presence, Reliance } from './operation.js'
import { NO_PART, partOf, Parts } from './parts.js'
import { RecentBroadcasts } from './recent-broadcasts.js'
import { RecentUpdates } from './recent-updates.js'
import { Timeline } from './timeline.js'
import { describeUser, type UserClaim } from './user.js'
import type { NodeId } from './ids.js'

/** The limits of a room. */
export interface RoomLimits extends LockLimits {
  /** How long a member without a connection stays. */
  readonly leaseMs: number
  /** How long a member stays that left with `soon`. */
  readonly soonMs: number
  readonly maxMembers: number
  /** How many former members and released locks are remembered, so that a patch can name them. */
  readonly maxLeavers: number
  /** How many bytes of recent updates are kept for readers who were briefly away. */
  readonly maxRecentDocumentBytes: number
  /** How many bytes of recent broadcasts are kept, until slow readers have them. */
  readonly maxRecentBroadcastBytes: number
}

/** The document's updates that a reader lacks, oldest first; `undefined` if they were dropped. */
export type MissedUpdates = readonly Uint8Array[] | undefined

/** The changes that bring a reader from its version to the room's. */
export type CatchUp =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'patch'
      readonly patch: Patch
      readonly broadcasts: readonly Broadcast[]
      readonly updates: MissedUpdates
    }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot; readonly updates: MissedUpdates }

/** The current state of a room for a checkpoint, without its history. */
export interface SavedRoom {
  readonly version: number
  /** The number of the last broadcast. */
  readonly broadcasts: number
  readonly connections: SavedConnections
  /** In the order in which they joined. */
  readonly members: readonly SavedEntry[]
  /** Omitted by an older version, which knows no locks. */
  readonly locks?: SavedLocks
}

/**
 * The state of a room: its members, their connections, and when each changed. Every operation makes at
 * most one commit.
 *
 * @see PROTOCOL.md RM2, RM4
 */
export class RoomState {
  readonly entries = new Map<string, Entry>()
  /** Oldest first. */
  readonly #leavers = new Map<string, Entry>()
  connections = new RoomConnections()
  readonly #timeline = new Timeline<Entry>()
  readonly updates: RecentUpdates
  readonly broadcasts: RecentBroadcasts
  locks: Locks
  readonly #parts = new Parts()
  version: number
  /** The version of the last change of anything but how many watch. */
  changedAt: number
  /** The version of the last change that the list view can show. */
  listChangedAt: number
  /** A lower bound for when the next member expires. */
  nextDeadlineMs = Infinity
  /** The room no longer knows who left before this version. */
  #leaversHorizon: number
  #watchingAt: number
  #partsChangedAt: number

  /**
   * @param version the version that this room continues from
   * @param broadcasts the number of the last broadcast. Without it, what was broadcast before is unknown,
   *   and no number is higher than the version, as each is a commit. EV4
   */
  constructor(
    private readonly name: string,
    readonly limits: RoomLimits,
    version: number,
    broadcasts = version,
  ) {
    this.version = version
    this.#leaversHorizon = version
    this.#watchingAt = version
    this.changedAt = version
    this.listChangedAt = version
    this.#partsChangedAt = version
    this.updates = new RecentUpdates(limits.maxRecentDocumentBytes, version)
    this.broadcasts = new RecentBroadcasts(limits.maxRecentBroadcastBytes, version, broadcasts)
    this.locks = new Locks(limits)
  }

  /** Restores a saved room, which has no history. */
  static load(name: string, limits: RoomLimits, saved: SavedRoom): RoomState {
    const state = new RoomState(name, limits, saved.version, saved.broadcasts)
    state.connections = RoomConnections.load(saved.connections)
    state.locks = Locks.load(saved.locks ?? [], limits, saved.version)
    for (const each of saved.members) {
      const entry = loadEntry(each, saved.version)
      state.entries.set(entry.member.id, entry)
      state.#timeline.touch(entry)
      state.#parts.move(undefined, entry.part)
      state.setDeadline(entry, entry.deadlineMs)
    }
    return state
  }

  /** @see {@link RoomState.load} */
  save(): SavedRoom {
    return {
      version: this.version,
      broadcasts: this.broadcasts.number,
      connections: this.connections.save(),
      members: [...this.entries.values()].map(saveEntry),
      locks: this.locks.save(),
    }
  }

  /** The room no longer knows what changed before this version. */
  get #horizon(): number {
    return Math.max(this.#leaversHorizon, this.locks.horizon)
  }

  /**
   * Returns what a reader at `version` lacks.
   *
   * @param part limits the answer to one part of the document
   * @see PROTOCOL.md RM4, RM5, DO4, ST15
   */
  since(version: number, part?: string): CatchUp {
    if (version === this.version) return { kind: 'nothing' }
    const updates = version > this.version ? undefined : this.updates.since(version)
    if (version > this.version || version < this.#horizon) {
      return { kind: 'snapshot', snapshot: this.snapshot(part), updates }
    }
    const { broadcasts, lost } = this.broadcasts.since(version)
    const patch = this.#patchSince(version, part)
    if (lost !== undefined) patch.broadcast = lost
    return { kind: 'patch', patch, broadcasts, updates }
  }

  /**
   * Returns one version for all whose readers lack the same, as the room no longer knows what changed since;
   * `undefined` for those that it knows nothing of.
   *
   * @param documents whether its readers ask for updates of the document
   * @see PROTOCOL.md FR28
   */
  lowestLike(version: number, documents: boolean): number | undefined {
    if (version > this.version) return undefined
    if (version >= this.#horizon) return version
    return documents ? this.updates.lowestLike(version) : undefined
  }

  /** @param part limits the answer to one part of the document */
  snapshot(part?: string): Snapshot {
    const members: Member[] = []
    for (const entry of this.entries.values()) {
      if (part === undefined || entry.part === part) members.push(entry.member)
    }
    const elsewhere = part === undefined ? undefined : this.#parts.elsewhere(part)
    const { number } = this.broadcasts
    const locks = this.locks.all()
    return {
      members,
      watching: this.connections.watching,
      ...(elsewhere && { elsewhere }),
      ...(number > 0 && { broadcast: number }),
      ...(locks && { locks }),
    }
  }

  /** Returns the locations of all members, the most recently posted first. */
  list(): Json[] {
    return [...this.entries.values()]
      .filter(({ member }) => member.location !== null)
      .toSorted((a, b) => b.movedAt - a.movedAt)
      .map(({ member }) => member.location)
  }

  #patchSince(version: number, part: string | undefined): NewPatch {
    const patch = patchOf(this.#timeline.since(version), version, part)
    if (this.#watchingAt > version) patch.watching = this.connections.watching
    const sees = part !== undefined && this.#partsChangedAt > version
    if (sees) patch.elsewhere = this.#parts.elsewhere(part)
    const locks = this.locks.since(version)
    if (locks !== undefined) patch.locks = locks
    return patch
  }

  /**
   * Sets a member's user and location in one commit, or makes no commit if nothing changes. Without a
   * location, the member stays where it was.
   */
  put(id: string, claim: UserClaim, location: Json | undefined, at?: string): Entry {
    const known = this.entries.get(id)
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

  /** Removes a member now, and releases its locks. @see PROTOCOL.md MB5, MB9, LK6 */
  leave(id: string): void {
    const entry = this.entries.get(id)
    if (entry === undefined) return
    this.entries.delete(id)
    entry.gone = true
    this.#parts.move(entry.part, undefined)
    this.#partsChangedAt = this.version + 1
    if (entry.member.location !== null) this.listChangedAt = this.version + 1
    this.#leavers.set(id, entry)
    this.#commit(entry)
    this.locks.releaseOf(id, this.version)
    this.#forgetLeavers()
  }

  /**
   * Releases a connection of a member. After its last one, the member stays for a lease; one that polls
   * stays online for as long as it promised. @see PROTOCOL.md MB3, CO11
   */
  released(id: string, nowMs: number): void {
    if (this.connections.of(id) > 0) return
    const entry = this.entries.get(id)
    if (entry === undefined || entry.leaving) return
    const { polls, promisedMs, member } = entry
    if (polls && member.status === 'online')
      this.hold(id, entry, nowMs, { nextWithinMs: promisedMs, polls })
    else this.#lose(entry, nowMs)
  }

  /** Begins the lease of a connected member that didn't keep its promise. @see PROTOCOL.md CO2 */
  overdue(id: string, nowMs: number): void {
    const entry = this.entries.get(id)
    if (entry === undefined || this.connections.of(id) === 0) return
    this.#lose(entry, nowMs)
  }

  /** Removes a member whose time has run out, or ends its promise. @see PROTOCOL.md CO5 */
  expire(entry: Entry, nowMs: number): void {
    const isPromiseOver = entry.promisedMs !== undefined && entry.member.status === 'online'
    if (!isPromiseOver) return this.leave(entry.member.id)
    entry.deadlineMs = Infinity
    this.#lose(entry, nowMs)
  }

  /**
   * Keeps an update that the document accepted.
   *
   * @param bytes without them, readers have to fetch the document
   * @see PROTOCOL.md DO3
   */
  update(bytes?: Uint8Array): void {
    this.#changed()
    if (bytes) this.updates.add(this.version, bytes)
    else this.updates.forget(this.version)
  }

  /** Sends an event to all readers, and numbers it. @see PROTOCOL.md EV4 */
  broadcast(nowMs: number, event: Json, from: string | undefined): void {
    this.#changed()
    this.broadcasts.add(this.version, nowMs, event, from)
  }

  /** Counts broadcasts that only the readers of one node had. @see PROTOCOL.md EV12 */
  skipBroadcasts(count: number): void {
    this.#changed()
    this.broadcasts.skip(this.version, count)
  }

  /**
   * Locks a key for a member; one that holds it already keeps it as it is.
   *
   * @throws {Problem} locked, too-many-locks
   * @see PROTOCOL.md LK3, LK4
   */
  lock(id: string, key: string): void {
    const lock = this.locks.get(key)
    if (lock?.memberId === id) return
    if (lock !== undefined) throw this.#locked(key)
    this.locks.assertRoomFor(id)
    this.#changed()
    this.locks.grant(key, id, this.version)
  }

  /**
   * Releases a lock of a member, if it still has it; without a lock, all of them.
   *
   * @see PROTOCOL.md LK7, LK8
   */
  unlock(id: string, lock: NamedLock | undefined): void {
    if (lock === undefined ? !this.locks.areOf(id) : !this.#isHeld({ lock, memberId: id })) return
    this.#changed()
    if (lock === undefined) this.locks.releaseOf(id, this.version)
    else this.locks.release(lock.key, this.version)
  }

  /** Releases all locks. @see PROTOCOL.md LK15 */
  releaseAll(): void {
    if (this.locks.releaseAll(this.version + 1)) this.#changed()
  }

  /** @throws {Problem} locked, unless a lock is held as it is to be. @see PROTOCOL.md LK12, LK14 */
  assertHeld(reliance: Reliance): void {
    if (!this.#isHeld(reliance)) throw this.#locked(reliance.lock.key, reliance.memberId)
  }

  #isHeld({ lock: { key, number }, memberId, userId }: Reliance): boolean {
    const lock = this.locks.get(key)
    if (lock?.number !== number) return false
    const { id, user } = this.entries.get(lock.memberId)!.member
    return (memberId ?? id) === id && (userId ?? user.id) === user.id
  }

  #locked(key: string, memberId?: string): Problem {
    const lock = this.locks.get(key)
    return locked(key, lock && this.entries.get(lock.memberId)?.member, memberId)
  }

  setStatus(entry: Entry, status: Status): void {
    if (entry.member.status === status) return
    entry.member = { ...entry.member, status }
    entry.statusAt = this.version + 1
    this.#commit(entry)
  }

  setWatching(node: NodeId, watching: number): void {
    this.connections.setWatching(node, watching)
    this.version += 1
    this.#watchingAt = this.version
  }

  /** Keeps a member while it has a connection, or else for as long as it promised, or for a lease from now. */
  hold(id: string, entry: Entry, nowMs: number, { nextWithinMs, polls = false }: Presence): void {
    entry.promisedMs = nextWithinMs
    entry.polls = polls
    const heldMs = this.connections.of(id) > 0 ? Infinity : (nextWithinMs ?? this.limits.leaseMs)
    this.setDeadline(entry, nowMs + heldMs)
  }

  setDeadline(entry: Entry, deadlineMs: number): void {
    entry.deadlineMs = deadlineMs
    this.nextDeadlineMs = Math.min(this.nextDeadlineMs, deadlineMs)
  }

  /** Makes a member away, and begins its lease unless that has begun. */
  #lose(entry: Entry, nowMs: number): void {
    this.setDeadline(entry, Math.min(entry.deadlineMs, nowMs + this.limits.leaseMs))
    this.setStatus(entry, 'away')
  }

  #setPart(entry: Entry, at: string | undefined, isNew: boolean): void {
    entry.at = at ?? entry.at
    const part = partOf(entry.member.location) ?? entry.at ?? NO_PART
    if (part === entry.part && !isNew) return
    this.#parts.move(isNew ? undefined : entry.part, part)
    entry.part = part
    entry.partAt = this.version + 1
    this.#partsChangedAt = entry.partAt
  }

  #post(entry: Entry, from: Json): void {
    entry.movedAt = this.version + 1
    if (entry.member.location !== null || from !== null) this.listChangedAt = entry.movedAt
  }

  #join(id: string): Entry {
    const { maxMembers } = this.limits
    if (this.entries.size >= maxMembers) {
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
    this.entries.set(id, entry)
    return entry
  }

  #changed(): void {
    this.version += 1
    this.changedAt = this.version
  }

  #commit(entry: Entry): void {
    this.#changed()
    entry.version = this.version
    this.#timeline.touch(entry)
  }

  #forgetLeavers(): void {
    if (this.#leavers.size <= this.limits.maxLeavers) return
    const [id, leaver] = this.#leavers.entries().next().value!
    this.#leavers.delete(id)
    this.#timeline.remove(leaver)
    this.#leaversHorizon = leaver.version
  }
}
