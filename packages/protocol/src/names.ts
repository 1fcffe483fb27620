/** What a stream or a post is called for when it names no room. @see PROTOCOL.md AR1 */
export const DEFAULT_ROOM = 'default'

const ROOM = /^[A-Za-z0-9._:~-]{1,128}$/
// What every URL parser takes for a step in the path, however it is escaped.
const DOT_SEGMENT = /^\.\.?$/
const MEMBER_KEY = /^[A-Za-z0-9_-]{1,128}$/
const COLOR = /^#[0-9a-fA-F]{6}$/
const MAX_NAME_CHARACTERS = 64
// Control characters, and what can reverse or hide the text around it when a name is shown among
// others' (the "Trojan Source" characters).
const UNSAFE_IN_NAME = /[\p{Cc}\p{Cs}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/u

/** @see PROTOCOL.md NM1 */
export function isRoomName(name: unknown): name is string {
  return typeof name === 'string' && ROOM.test(name) && !DOT_SEGMENT.test(name)
}

/** @see PROTOCOL.md NM2 */
export function isMemberKey(key: unknown): key is string {
  return typeof key === 'string' && MEMBER_KEY.test(key)
}

/** @see PROTOCOL.md NM4 */
export function isColor(color: unknown): color is string {
  return typeof color === 'string' && COLOR.test(color)
}

/** The name without white space around it; `undefined` if it isn't one. @see PROTOCOL.md NM3, NM10 */
export function parseUserName(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  const name = text.trim()
  if (UNSAFE_IN_NAME.test(name)) return undefined
  const characters = Array.from(name).length
  return characters >= 1 && characters <= MAX_NAME_CHARACTERS ? name : undefined
}
