import type { Json } from '@whereabouts/protocol'
import type { Origin, RestatedMember, Restatement } from './operation.js'
import type { RoomState } from './room-state.js'

/** Replaces everything the room knows of a node's members and connections. @see PROTOCOL.md EX3 */
export function restate(state: RoomState, restatement: Restatement, origin: Origin): void {
  const { node, nowMs } = origin
  const { members, left, onlookers, watching, broadcasts = 0 } = restatement
  const before = [...state.connections.ofNode(node).keys()]
  for (const id of before) state.connections.set(id, node, 0)
  // Leaves come first, because they free places that the members below may need.
  for (const [id, agoMs] of left) restateLeave(state, id, nowMs - agoMs)
  for (const member of members) restateMember(state, member, origin)
  for (const [id, count] of onlookers) state.connections.set(id, node, count)
  for (const id of before) state.released(id, nowMs)
  if (watching !== state.connections.watchingNode(node)) state.setWatching(node, watching)
  if (broadcasts > 0) state.skipBroadcasts(broadcasts)
  if (restatement.hasUpdates === true) state.update()
}

function restateMember(state: RoomState, restated: RestatedMember, { node, nowMs }: Origin): void {
  const { id, user, location, at, connections, promisedMs, polls } = restated
  const postedMs = postedAt(restated, nowMs)
  const known = state.entries.get(id)
  if (known === undefined && state.entries.size >= state.limits.maxMembers) return
  // The member may have posted on another node since.
  const isNews = known === undefined || postedMs > known.postedMs
  if (!isNews && connections === 0) return
  if (known !== undefined && connections > 0) known.leaving = false
  state.connections.set(id, node, connections)
  const isMove = isNews && !isSame(known?.member.location ?? null, location)
  const entry = state.put(id, user, isMove ? location : undefined, at)
  if (isNews) entry.postedMs = postedMs
  entry.seenMs = Math.max(entry.seenMs, connections > 0 ? nowMs : entry.postedMs)
  state.hold(id, entry, nowMs, { nextWithinMs: promisedMs, polls })
  if (state.connections.of(id) === 0) state.setStatus(entry, 'away')
  overdueAgain(state, restated, nowMs)
}

function overdueAgain(state: RoomState, { id, isOverdue }: RestatedMember, nowMs: number): void {
  if (isOverdue === true) state.overdue(id, nowMs)
}

/** Removes a member that left, unless another node has seen it since. */
function restateLeave(state: RoomState, id: string, atMs: number): void {
  const entry = state.entries.get(id)
  if (entry === undefined || entry.seenMs > atMs || state.connections.of(id) > 0) return
  state.leave(id)
}

function postedAt({ posted }: RestatedMember, nowMs: number): number {
  return 'atMs' in posted ? posted.atMs : nowMs - posted.agoMs
}

function isSame(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
