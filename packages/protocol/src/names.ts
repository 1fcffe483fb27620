/** The room of a stream or a post that names none. @see PROTOCOL.md AR1 */
export const DEFAULT_ROOM = 'default'

/** What the room of a document's comments begins with; the document's own room follows. @see PROTOCOL.md CM1 */
export const COMMENTS_PREFIX = 'comments~'

// So that every document can have comments, their prefix doesn't count.
const ROOM = /^(comments~)?[A-Za-z0-9._:~-]{1,128}$/
/** What a view link begins with, and no room's own name. @see PROTOCOL.md SR5 */
export const VIEW_PREFIX = 'view~'
const VIEW_LINK = /^view~[A-Za-z0-9_-]{32}$/
// Every URL parser resolves these as path segments, however they are escaped.
const DOT_SEGMENT = /^\.\.?$/
const MEMBER_KEY = /^[A-Za-z0-9_-]{1,128}$/
const LOCK_KEY = /^[A-Za-z0-9._:~-]{1,128}$/
const COLOR = /^#[0-9a-fA-F]{6}$/
const MAX_NAME_CHARACTERS = 64
const MAX_TITLE_CHARACTERS = 100
// Control characters, and characters that can reverse or hide the text around a name (the "Trojan
// Source" attack).
const UNSAFE_IN_NAME = /[\p{Cc}\p{Cs}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/u

/** Returns whether a value can stand in an address as the name of a room: its own, or a view link. @see PROTOCOL.md NM1 */
export function isRoomName(name: unknown): name is string {
  return typeof name === 'string' && ROOM.test(name) && !DOT_SEGMENT.test(name)
}

/** Returns whether a value can be a room's own name. @see PROTOCOL.md NM1, SR5, CM1 */
export function isOwnRoomName(name: unknown): name is string {
  if (!isRoomName(name) || name.startsWith(VIEW_PREFIX)) return false
  if (!name.startsWith(COMMENTS_PREFIX)) return true
  const document = name.slice(COMMENTS_PREFIX.length)
  return !document.startsWith(COMMENTS_PREFIX) && isOwnRoomName(document)
}

/**
 * Returns the room of a document's comments.
 *
 * @returns `undefined` where there are none: for a view link, and for comments themselves
 * @example commentsOf('budget') // 'comments~budget'
 * @see PROTOCOL.md CM1
 */
export function commentsOf(roomName: string): string | undefined {
  const name = COMMENTS_PREFIX + roomName
  return isOwnRoomName(name) ? name : undefined
}

/**
 * Returns the room of the document that a room has the comments of.
 *
 * @returns `undefined` if it isn't a room of comments
 */
export function documentOfComments(roomName: string): string | undefined {
  if (!roomName.startsWith(COMMENTS_PREFIX)) return undefined
  return roomName.slice(COMMENTS_PREFIX.length)
}

/** Returns whether a room name is a view link. @see PROTOCOL.md SR5 */
export function isViewLink(name: string): boolean {
  return VIEW_LINK.test(name)
}

/** Returns whether a value is a member key. @see PROTOCOL.md NM2 */
export function isMemberKey(key: unknown): key is string {
  return typeof key === 'string' && MEMBER_KEY.test(key)
}

/** Returns whether a value is a key that can be locked. @see PROTOCOL.md LK2 */
export function isLockKey(key: unknown): key is string {
  return typeof key === 'string' && LOCK_KEY.test(key)
}

/** Returns whether a value is a color: `#` and six hexadecimal digits. @see PROTOCOL.md NM4 */
export function isColor(color: unknown): color is string {
  return typeof color === 'string' && COLOR.test(color)
}

/** Returns the name without surrounding white space; `undefined` if it isn't valid. @see PROTOCOL.md NM3, NM10 */
export function parseUserName(text: unknown): string | undefined {
  return parseLine(text, MAX_NAME_CHARACTERS)
}

/** Returns a document's title without surrounding white space; `undefined` if it isn't valid. @see PROTOCOL.md HM7 */
export function parseDocumentTitle(text: unknown): string | undefined {
  return parseLine(text, MAX_TITLE_CHARACTERS)
}

function parseLine(text: unknown, mostCharacters: number): string | undefined {
  if (typeof text !== 'string') return undefined
  const line = text.trim()
  if (UNSAFE_IN_NAME.test(line)) return undefined
  const characters = Array.from(line).length
  return characters >= 1 && characters <= mostCharacters ? line : undefined
}
