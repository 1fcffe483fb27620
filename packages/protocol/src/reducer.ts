import { equalJson } from './json.js'
import type { Member, Patch, Snapshot } from './messages.js'

/** What a reader knows of a room. Never changed, only replaced. */
export interface RoomState {
  /** By member id, in the order in which they joined. */
  readonly members: ReadonlyMap<string, Member>
  readonly watching: number
}

/** What is known of a room before the first snapshot. */
export const EMPTY_ROOM: RoomState = { members: new Map(), watching: 0 }

/**
 * The state that a snapshot says, sharing with `state` every member that is the same; `state`
 * itself if nothing differs.
 *
 * @see PROTOCOL.md CL2
 */
export function applySnapshot(state: RoomState, snapshot: Snapshot): RoomState {
  const members = new Map<string, Member>()
  let changed = state.watching !== snapshot.watching
  for (const member of snapshot.members) {
    const known = state.members.get(member.id)
    const same = known !== undefined && equalMembers(known, member)
    members.set(member.id, same ? known : member)
    changed ||= !same
  }
  changed ||= members.size !== state.members.size
  return changed ? { members, watching: snapshot.watching } : state
}

/**
 * The state after a patch, sharing with `state` every member that the patch doesn't change; `state`
 * itself if it changes nothing. What it says of somebody unknown is ignored.
 *
 * @see PROTOCOL.md CL1, CL2, RM6
 */
export function applyPatch(state: RoomState, patch: Patch): RoomState {
  const members = new Map(state.members)
  const watching = patch.watching ?? state.watching
  let changed = watching !== state.watching
  const put = (member: Member) => {
    const known = members.get(member.id)
    if (known !== undefined && equalMembers(known, member)) return
    members.set(member.id, member)
    changed = true
  }
  for (const member of patch.join ?? []) put(member)
  for (const [id, location] of Object.entries(patch.move ?? {})) {
    const known = members.get(id)
    if (known !== undefined) put({ ...known, location })
  }
  for (const [id, status] of Object.entries(patch.status ?? {})) {
    const known = members.get(id)
    if (known !== undefined) put({ ...known, status })
  }
  for (const id of patch.leave ?? []) changed = members.delete(id) || changed
  return changed ? { members, watching } : state
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
