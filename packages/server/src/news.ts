import type { RoomAnswer, RoomPatch } from '@whereabouts/protocol'
import { documentNews } from './room-documents.js'
import type { AnswerTexts } from './answer-texts.js'
import { isEmpty } from './room/is-empty.js'
import { snapshotText } from './room/member-text.js'
import type { HostedRoom } from './rooms/hosted-rooms.js'
import { UNKNOWN_VERSION } from './stream/frames.js'
import type { Look } from './stream/look.js'

/** What a poll asks of a room. */
export type AskedOfRoom = Pick<Look, 'documents' | 'part'> & {
  /** The position that its caller has; without it, it gets the whole room. */
  readonly since: string | undefined
}

/** Returns what a reader at a position lacks, or `undefined` if it asked for none of that. */
export function newsSince(
  { frames }: Pick<HostedRoom, 'frames'>,
  version: number,
  documents: boolean,
  part: string | undefined,
): RoomPatch | RoomAnswer | undefined {
  const catchUp = frames.room.since(version, part)
  if (catchUp.kind === 'nothing') return undefined
  const id = frames.position
  const news = documents ? documentNews(catchUp.updates) : {}
  if (catchUp.kind === 'snapshot') return { id, ...catchUp.snapshot, ...news }
  const { patch, broadcasts } = catchUp
  const told = { ...(broadcasts.length > 0 && { broadcasts }), ...news }
  return isEmpty(patch) && isEmpty(told) ? undefined : { id, patch, ...told }
}

/**
 * Returns the same as a JSON text, or the text of the whole room for a reader without a position. Readers
 * that lack the same share one text.
 *
 * @see PROTOCOL.md FR28
 */
export function newsText(
  { name, frames }: HostedRoom,
  texts: AnswerTexts,
  { since, documents, part }: AskedOfRoom,
): Buffer | undefined {
  const id = frames.position
  const version = since === undefined ? 'all' : knownVersion(frames, since, documents)
  return texts.get(JSON.stringify([name, id, version, documents, part]), () => {
    if (version === 'all') return snapshotText({ id, ...frames.room.snapshot(part) })
    const news = newsSince({ frames }, version, documents, part)
    if (news === undefined) return undefined
    return 'members' in news ? snapshotText(news) : JSON.stringify(news)
  })
}

/**
 * Returns one version for all positions that the room can't have, and one for all that are too old and lack
 * the same, so that such readers share a text, too.
 */
export function knownVersion(
  frames: HostedRoom['frames'],
  since: string,
  documents: boolean,
): number {
  return frames.room.lowestLike(frames.versionOf(since), documents) ?? UNKNOWN_VERSION
}
