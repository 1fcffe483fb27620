import { DEFAULT_ROOM } from '@whereabouts/protocol'

/** The calls below `/rooms/{room}/`. @see PROTOCOL.md §7 */
export const ROOM_CALLS = [
  'events',
  'location',
  'leave',
  'document',
  'document/sync',
  'access',
] as const

/** The article's calls, which act on the room `default`. @see PROTOCOL.md AR1, AR2 */
export const ARTICLE_CALLS = ['/location', '/location/sse'] as const

/** What an operator asks. @see PROTOCOL.md HT8 */
export const OPERATIONS_CALLS = [
  '/health/live',
  '/health/ready',
  '/metrics',
  '/rooms',
  '/openapi.json',
] as const

export type RoomCall = (typeof ROOM_CALLS)[number]
export type ArticleCall = (typeof ARTICLE_CALLS)[number]
export type OperationsCall = (typeof OPERATIONS_CALLS)[number]
export type CallName = RoomCall | ArticleCall | OperationsCall

/** What an address asks for. */
export interface Address<Name extends CallName = CallName> {
  /** What stands before the call: the path that the module is mounted at, or `''`. */
  readonly mount: string
  /** The room that the call acts on, without escapes. It may not be a valid name. */
  readonly roomName: string
  readonly call: Name
}

// Platforms disagree about where `;`, `#` and `\` end a path or a segment, so no call has them.
const SEGMENT = String.raw`[^/?#;\\]+`
const ORIGIN = String.raw`(?:[Hh][Tt]{2}[Pp][Ss]?://[^/?#\\]+)?`
const MOUNT = `((?:/${SEGMENT})*?)`
const ROOM_CALL = `/rooms/(${SEGMENT})/(${ROOM_CALLS.join('|')})`
const OTHER_CALL = `(${[...ARTICLE_CALLS, ...OPERATIONS_CALLS].join('|').replaceAll('.', String.raw`\.`)})`
const QUERY = String.raw`(?:\?[^#]*)?`
const ADDRESS = new RegExp(`^${ORIGIN}${MOUNT}(?:${ROOM_CALL}|${OTHER_CALL})${QUERY}$`)
const PATH = new RegExp(`^${ORIGIN}([^?]*)`)

/**
 * Reads the target of a request, as it stands in its first line. Returns `undefined` unless it is
 * exactly one of the calls. Nothing else in the server reads a room from an address.
 *
 * @see PROTOCOL.md HT10, HT11, HT21, HT22
 */
export function readAddress(target: string): Address | undefined {
  const parts = ADDRESS.exec(target)
  if (parts === null) return undefined
  const [, mount = '', segment, roomCall, otherCall] = parts
  if (segment === undefined) return { mount, roomName: DEFAULT_ROOM, call: otherCall as CallName }
  return { mount, roomName: decode(segment), call: roomCall as RoomCall }
}

/** Whether an address is one below `/rooms/`. */
export function isInRoom(address: Address): address is Address<RoomCall> {
  return !address.call.startsWith('/')
}

/** Whether an address is one of the article's. */
export function isArticle(address: Address): address is Address<ArticleCall> {
  return address.call.startsWith('/location')
}

/** The path of a request's target, without its origin and query. */
export function pathOf(target: string): string {
  return PATH.exec(target)![1]!
}

/** With broken escapes it stays as it is: a name with `%` in it is no valid one. */
function decode(segment: string): string {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
