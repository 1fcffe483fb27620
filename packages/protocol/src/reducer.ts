import { equalJson, type Json } from './json.js'
import type { Elsewhere, Lock, Member, Patch, RoomLocks, Snapshot } from './messages.js'

/** A reader's state of a room. Immutable. */
export interface RoomState {
  /** By member id, in the order in which they joined. */
  readonly members: ReadonlyMap<string, Member>
  readonly watching: number
  /** How many members are in each part that the reader doesn't see; empty for a reader of all parts. */
  readonly elsewhere: Elsewhere
  /** Who holds which key. */
  readonly locks: RoomLocks
}

/** The state before the first snapshot. */
export const EMPTY_ROOM: RoomState = {
  members: new Map(),
  watching: 0,
  elsewhere: bare({}),
  locks: bare({}),
}

/**
 * Returns the state of a snapshot. Members that are equal stay the same objects as in `state`; if
 * everything is equal, `state` itself is returned.
 *
 * @see PROTOCOL.md CL2
 */
export function applySnapshot(state: RoomState, snapshot: Snapshot): RoomState {
  const members = new Map(snapshot.members.map((member) => [member.id, member]))
  const { watching, elsewhere = {}, locks = {} } = snapshot
  return settle(state, { members, watching, elsewhere, locks })
}

/**
 * Returns the state after a patch. Members that the patch doesn't change stay the same objects; if it
 * changes nothing, `state` itself is returned. Moves and statuses of unknown members are ignored.
 *
 * @see PROTOCOL.md CL1, CL2, RM6
 */
export function applyPatch(state: RoomState, patch: Patch): RoomState {
  const members = new Map(state.members)
  for (const member of patch.join ?? []) members.set(member.id, member)
  for (const [id, location] of Object.entries(patch.move ?? {})) change(members, id, { location })
  for (const [id, status] of Object.entries(patch.status ?? {})) change(members, id, { status })
  for (const id of patch.leave ?? []) members.delete(id)
  const { watching = state.watching, elsewhere = state.elsewhere } = patch
  return settle(state, { members, watching, elsewhere, locks: changeLocks(state.locks, patch) })
}

function changeLocks(before: RoomLocks, { locks }: Patch): RoomLocks {
  if (locks === undefined) return before
  const all = Object.entries<Lock | null>({ ...before, ...locks })
  return Object.fromEntries(all.filter((each): each is [string, Lock] => each[1] !== null))
}

function change(members: Map<string, Member>, id: string, changes: Partial<Member>): void {
  const known = members.get(id)
  if (known !== undefined) members.set(id, { ...known, ...changes })
}

/** Returns a state with the objects of `before` wherever they are equal. */
function settle(
  before: RoomState,
  after: RoomState & { readonly members: Map<string, Member> },
): RoomState {
  const { members, watching } = after
  const elsewhere = equalOr(before.elsewhere, after.elsewhere)
  const locks = equalOr(before.locks, after.locks)
  const inOrder = before.members.values()
  let same =
    watching === before.watching &&
    elsewhere === before.elsewhere &&
    locks === before.locks &&
    members.size === before.members.size
  for (const [id, member] of members) {
    const known = before.members.get(id)
    if (known !== undefined && equalJson(known, member)) members.set(id, known)
    same &&= members.get(id) === inOrder.next().value
  }
  return same ? before : { members, watching, elsewhere, locks }
}

function equalOr<T extends Json & object>(before: T, after: T): T {
  return equalJson(before, after) ? before : bare(after)
}

/** Returns an object that has these names only: `constructor` isn't one of them. @see PROTOCOL.md CL133 */
function bare<T extends object>(object: T): T {
  return Object.assign(Object.create(null) as T, object)
}
