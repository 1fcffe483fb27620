import { DEFAULT_ROOM } from '@whereabouts/protocol'

/** The calls below `/rooms/{room}/`. @see PROTOCOL.md §6 */
export const ROOM_CALLS = ['events', 'location', 'leave', 'document', 'document/sync'] as const

/** The article's calls, which act on the room `default`. @see PROTOCOL.md AR1, AR2 */
export const ARTICLE_CALLS = ['/location', '/location/sse'] as const

export type RoomCall = (typeof ROOM_CALLS)[number]
export type ArticleCall = (typeof ARTICLE_CALLS)[number]

/** What an address asks for. */
export interface Address<Call extends RoomCall | ArticleCall = RoomCall | ArticleCall> {
  /** What stands before the call: the path that the module is mounted at, or `''`. */
  readonly mount: string
  /** The room that the call acts on, without escapes. It may not be a valid name. */
  readonly room: string
  readonly call: Call
}

// Platforms disagree about where `;`, `#` and `\` end a path or a segment, so no call has them.
const SEGMENT = String.raw`[^/?#;\\]+`
const ORIGIN = String.raw`(?:[Hh][Tt]{2}[Pp][Ss]?://[^/?#\\]+)?`
const MOUNT = `((?:/${SEGMENT})*?)`
const ROOM_CALL = `/rooms/(${SEGMENT})/(${ROOM_CALLS.join('|')})`
const ARTICLE_CALL = `(${ARTICLE_CALLS.join('|')})`
const QUERY = String.raw`(?:\?[^#]*)?`
const ADDRESS = new RegExp(`^${ORIGIN}${MOUNT}(?:${ROOM_CALL}|${ARTICLE_CALL})${QUERY}$`)
const PATH = new RegExp(`^${ORIGIN}([^?]*)`)

/**
 * Reads the target of a request, as it stands in its first line. Returns `undefined` unless it is
 * exactly one of the calls. Nothing else in the server reads a room from an address.
 *
 * @see PROTOCOL.md HT10, HT11
 */
export function readAddress(target: string): Address | undefined {
  const parts = ADDRESS.exec(target)
  if (parts === null) return undefined
  const [, mount = '', segment, roomCall, articleCall] = parts
  if (segment === undefined) return { mount, room: DEFAULT_ROOM, call: articleCall as ArticleCall }
  const room = decode(segment)
  return room === undefined ? undefined : { mount, room, call: roomCall as RoomCall }
}

/** Whether an address is one below `/rooms/`. */
export function isInRoom(address: Address): address is Address<RoomCall> {
  return !address.call.startsWith('/')
}

/** The path of a request's target, without its origin and query. */
export function pathOf(target: string): string {
  return PATH.exec(target)![1]!
}

function decode(segment: string): string | undefined {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
