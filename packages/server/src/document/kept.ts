import type { StoredDocument } from './store.js'

/**
 * The empty update, in the log of a document that keeps what is deleted in it. Nobody else stores one, as it adds
 * nothing, and no compaction replaces it. So each node and each store knows, whatever its settings.
 *
 * @see PROTOCOL.md GC2
 */
export const KEPT = Uint8Array.of(0, 0)

export function isKeptMark(bytes: Uint8Array): boolean {
  return bytes.byteLength === KEPT.byteLength && KEPT.every((byte, at) => byte === bytes[at])
}

export function isMarkedKept({ updates }: StoredDocument): boolean {
  return updates.some(({ bytes }) => isKeptMark(bytes))
}

/** Returns whether a list of names, or of beginnings with `*` after them, has a room. */
export function hasRoom(patterns: readonly string[], roomName: string): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? roomName.startsWith(pattern.slice(0, -1)) : roomName === pattern,
  )
}
