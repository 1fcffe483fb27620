/** The name of a room, or the beginning of names with `*` after it. */
export const ROOM_PATTERN = /^(?:[\w.:~-]{1,128}\*?|\*)$/

/** Returns whether a pattern is for a room. */
export function isFor(pattern: string, room: string): boolean {
  return pattern.endsWith('*') ? room.startsWith(pattern.slice(0, -1)) : room === pattern
}
