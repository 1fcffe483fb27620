import type { Elsewhere, Json, Member, Patch, Status } from '@whereabouts/protocol'
import type { LockChanges } from './locks.js'
import { NO_PART } from './parts.js'
import type { Change } from './timeline.js'
import { describeUser } from './user.js'

/** A current or former member, and when its fields last changed. */
export interface Entry extends Change {
  member: Member
  /** The part that its stream named; a part in the location takes precedence. */
  at: string | undefined
  /** The part of the document that it is in, or was when it left. */
  part: string
  partAt: number
  joinedAt: number
  movedAt: number
  statusAt: number
  gone: boolean
  /** When its location was posted, on the room's clock; 0 if it never was. */
  postedMs: number
  /** When it last opened a connection or posted. */
  seenMs: number
  /** Whether it announced that it leaves soon; only a new connection cancels that. */
  leaving: boolean
  /** When it expires; `Infinity` while it has a connection and keeps its promises. */
  deadlineMs: number
  /** Within what time it last promised to confirm again; `undefined` if it promised nothing. */
  promisedMs: number | undefined
  /** Whether it also polls, so that the end of its connections says nothing. @see PROTOCOL.md CO11 */
  polls: boolean
}

/** Returns the entry of a new member. */
export function newEntry(id: string): Entry {
  return {
    member: { id, user: describeUser(id, {}), location: null, status: 'online' },
    version: 0,
    at: undefined,
    part: NO_PART,
    partAt: 0,
    joinedAt: 0,
    movedAt: 0,
    statusAt: 0,
    gone: false,
    postedMs: 0,
    seenMs: 0,
    leaving: false,
    deadlineMs: Infinity,
    promisedMs: undefined,
    polls: false,
    older: undefined,
    newer: undefined,
  }
}

/** Returns what a reader of one part, or of all parts, has to be told about a member. PROTOCOL.md ST15 */
function newsOf(
  entry: Entry,
  version: number,
  part: string | undefined,
): 'join' | 'change' | 'leave' | 'nothing' {
  const isSeen = part === undefined || entry.part === part
  const hasCrossed = part !== undefined && entry.partAt > version
  // The reader may never have seen the member; sending it as left is harmless.
  if (entry.gone || !isSeen) return hasCrossed || (entry.gone && isSeen) ? 'leave' : 'nothing'
  return entry.joinedAt > version || hasCrossed ? 'join' : 'change'
}

/** A patch under construction. */
export interface NewPatch extends Patch {
  join?: Member[]
  move?: { [id: string]: Json }
  status?: { [id: string]: Status }
  leave?: string[]
  watching?: number
  elsewhere?: Elsewhere
  broadcast?: number
  locks?: LockChanges
}

/**
 * Returns the changes of members since a version.
 *
 * @param entries the members that changed since then, newest first
 * @param part limits the patch to one part of the document
 * @see PROTOCOL.md RM5
 */
export function patchOf(
  entries: readonly Entry[],
  version: number,
  part: string | undefined,
): NewPatch {
  const patch: NewPatch = {}
  for (const entry of entries) {
    const { member } = entry
    const news = newsOf(entry, version, part)
    if (news === 'join') (patch.join ??= []).push(member)
    if (news === 'leave') (patch.leave ??= []).push(member.id)
    if (news !== 'change') continue
    if (entry.movedAt > version) (patch.move ??= newRecord<Json>())[member.id] = member.location
    if (entry.statusAt > version) (patch.status ??= newRecord<Status>())[member.id] = member.status
  }
  patch.join?.reverse()
  patch.leave?.reverse()
  return patch
}

/** Creates a record without a prototype, so that V8 makes no new hidden class for each set of ids. */
function newRecord<T>(): { [id: string]: T } {
  return Object.create(null) as { [id: string]: T }
}

/** A member as it is in a checkpoint. */
export type SavedEntry = Pick<
  Entry,
  'member' | 'part' | 'leaving' | 'movedAt' | 'postedMs' | 'seenMs' | 'promisedMs' | 'polls'
> & {
  readonly at?: string
  /** `null` while the member doesn't expire. */
  readonly deadlineMs: number | null
}

export function saveEntry(entry: Entry): SavedEntry {
  const { member, at, part, leaving, movedAt, postedMs, seenMs, promisedMs, polls, deadlineMs } =
    entry
  return {
    member,
    ...(at !== undefined && { at }),
    part,
    leaving,
    movedAt,
    postedMs,
    seenMs,
    promisedMs,
    polls,
    deadlineMs: deadlineMs === Infinity ? null : deadlineMs,
  }
}

/** @param version the room's version when it was saved; earlier changes are unknown */
export function loadEntry(
  { deadlineMs, at, movedAt, ...rest }: SavedEntry,
  version: number,
): Entry {
  return {
    ...newEntry(rest.member.id),
    ...rest,
    at,
    version,
    movedAt,
    deadlineMs: deadlineMs ?? Infinity,
  }
}
