import { equalJson } from './json.js'
import type { Elsewhere, Member, Patch, Snapshot } from './messages.js'

/** What a reader knows of a room. Never changed, only replaced. */
export interface RoomState {
  /** By member id, in the order in which they joined. */
  readonly members: ReadonlyMap<string, Member>
  readonly watching: number
  /** How many are in each part of the document that isn't seen; empty for one who sees all. */
  readonly elsewhere: Elsewhere
}

/** What is known of a room before the first snapshot. */
export const EMPTY_ROOM: RoomState = { members: new Map(), watching: 0, elsewhere: {} }

/**
 * The state that a snapshot says, sharing with `state` every member that is the same; `state`
 * itself if nothing differs.
 *
 * @see PROTOCOL.md CL2
 */
export function applySnapshot(state: RoomState, snapshot: Snapshot): RoomState {
  const members = new Map(snapshot.members.map((member) => [member.id, member]))
  return settle(state, members, snapshot.watching, snapshot.elsewhere ?? {})
}

/**
 * The state after a patch, sharing with `state` every member that the patch doesn't change; `state`
 * itself if it changes nothing. What it says of somebody unknown is ignored.
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
  return settle(state, members, watching, elsewhere)
}

function change(members: Map<string, Member>, id: string, changes: Partial<Member>): void {
  const known = members.get(id)
  if (known !== undefined) members.set(id, { ...known, ...changes })
}

/** The state of these members, with the objects of `before` wherever they say the same. */
function settle(
  before: RoomState,
  members: Map<string, Member>,
  watching: number,
  said: Elsewhere,
): RoomState {
  const elsewhere = equalJson(before.elsewhere, said) ? before.elsewhere : said
  const inOrder = before.members.values()
  let same =
    watching === before.watching &&
    elsewhere === before.elsewhere &&
    members.size === before.members.size
  for (const [id, member] of members) {
    const known = before.members.get(id)
    if (known !== undefined && equalMembers(known, member)) members.set(id, known)
    same &&= members.get(id) === inOrder.next().value
  }
  return same ? before : { members, watching, elsewhere }
}

function equalMembers(a: Member, b: Member): boolean {
  return (
    a === b ||
    (a.status === b.status &&
      a.user.id === b.user.id &&
      a.user.name === b.user.name &&
      a.user.color === b.user.color &&
      equalJson(a.location, b.location))
  )
}
