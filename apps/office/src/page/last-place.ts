import type { PresenceAwareness } from '@whereabouts/client/yjs'
import { parseCursor, type Cursor } from './cursors.js'

const STORED_AS = 'whereabouts:place:'

/**
 * Saves the person's place in the page when the window closes; returns a function that stops it.
 */
export function keepPlace(room: string, awareness: PresenceAwareness): () => void {
  const keep = () => {
    const cursor = awareness.getLocalState()?.['cursor']
    if (cursor === undefined) return
    try {
      sessionStorage.setItem(STORED_AS + room, JSON.stringify(cursor))
    } catch {
      // The storage is full or forbidden: after a reload the caret is at the beginning.
    }
  }
  window.addEventListener('pagehide', keep)
  return () => window.removeEventListener('pagehide', keep)
}

/** Returns this tab's place before a reload, and removes it. */
export function takePlace(room: string): Cursor | undefined {
  try {
    const kept = sessionStorage.getItem(STORED_AS + room)
    sessionStorage.removeItem(STORED_AS + room)
    return parseCursor(JSON.parse(kept ?? 'null'))
  } catch {
    // The storage is forbidden, or holds something else.
    return undefined
  }
}
