import type { RoomAnswer, RoomPatch } from '@whereabouts/protocol'
import { documentNews } from './room-documents.js'
import { isEmpty } from './room/is-empty.js'
import type { HostedRoom } from './rooms/hosted-rooms.js'

/** Returns what a reader at a position lacks, or `undefined` if it asked for none of that. */
export function newsSince(
  { frames }: HostedRoom,
  position: string,
  documents: boolean,
  part: string | undefined,
): RoomPatch | RoomAnswer | undefined {
  const catchUp = frames.room.since(frames.versionOf(position), part)
  if (catchUp.kind === 'nothing') return undefined
  const id = frames.position
  const news = documents ? documentNews(catchUp.updates) : {}
  if (catchUp.kind === 'snapshot') return { id, ...catchUp.snapshot, ...news }
  const { patch } = catchUp
  return isEmpty(patch) && isEmpty(news) ? undefined : { id, patch, ...news }
}
