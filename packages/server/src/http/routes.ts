import { DEFAULT_ROOM } from '@whereabouts/protocol'

/** The calls below `/rooms/{room}/`. @see PROTOCOL.md §7 */
export const ROOM_CALLS = [
  'events',
  'location',
  'changes',
  'confirm',
  'broadcast',
  'lock',
  'unlock',
  'leave',
  'document',
  'document/sync',
  'document/versions',
  'document/version',
  'document/title',
  'access',
  'access/offer',
  'mark',
  'trash',
  'inspect',
] as const

/** The article's calls, which act on the room `default`. @see PROTOCOL.md AR1, AR2 */
export const ARTICLE_CALLS = ['/location', '/location/sse'] as const

/** The call about several rooms, whose names are in its body. @see PROTOCOL.md HT35 */
export const STREAMS_CALL = '/streams'

/** The calls for operators. @see PROTOCOL.md HT8 */
export const OPERATIONS_CALLS = [
  '/health/live',
  '/health/ready',
  '/metrics',
  '/rooms',
  '/rooms/mine',
  '/openapi.json',
] as const

export type RoomCall = (typeof ROOM_CALLS)[number]
export type ArticleCall = (typeof ARTICLE_CALLS)[number]
export type OperationsCall = (typeof OPERATIONS_CALLS)[number]
export type StreamsCall = typeof STREAMS_CALL
export type CallName = RoomCall | ArticleCall | StreamsCall | OperationsCall

/** The call that an address names. */
export interface Address<Name extends CallName = CallName> {
  /** The path that the module is mounted at, or `''`. */
  readonly mount: string
  /** The unescaped name of the room, which may be invalid. */
  readonly roomName: string
  readonly call: Name
}

// Platforms disagree on whether `;`, `#` and `\` end a path or a segment, so no call may contain them.
const SEGMENT = String.raw`[^/?#;\\]+`
const ORIGIN = String.raw`(?:[Hh][Tt]{2}[Pp][Ss]?://[^/?#\\]+)?`
const MOUNT = `((?:/${SEGMENT})*?)`
const ROOM_CALL = `/rooms/(${SEGMENT})/(${ROOM_CALLS.join('|')})`
const OTHER_CALL = `(${[...ARTICLE_CALLS, STREAMS_CALL, ...OPERATIONS_CALLS].join('|').replaceAll('.', String.raw`\.`)})`
const QUERY = String.raw`(?:\?[^#]*)?`
const ADDRESS = new RegExp(`^${ORIGIN}${MOUNT}(?:${ROOM_CALL}|${OTHER_CALL})${QUERY}$`)
const PATH = new RegExp(`^${ORIGIN}([^?]*)`)

/**
 * Reads the target in a request's first line. Returns `undefined` unless it is exactly one of the calls.
 * Nothing else in the server reads a room name from an address.
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

/** Returns whether an address is below `/rooms/`. */
export function isInRoom(address: Address): address is Address<RoomCall> {
  return !address.call.startsWith('/')
}

/** Returns whether an address is one of the article's. */
export function isArticle(address: Address): address is Address<ArticleCall> {
  return address.call.startsWith('/location')
}

/** Returns whether an address is that of several rooms. */
export function isStreams(address: Address): address is Address<StreamsCall> {
  return address.call === STREAMS_CALL
}

/** Returns the path of a request's target, without origin and query. */
export function pathOf(target: string): string {
  return PATH.exec(target)![1]!
}

/** Leaves a segment with broken escapes as it is, because a room name with `%` is invalid. */
function decode(segment: string): string {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
