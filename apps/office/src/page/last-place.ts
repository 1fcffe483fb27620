import type { PresenceAwareness } from '@whereabouts/client/yjs'
import { parseCursor, type Cursor } from './cursors.js'

const STORED_AS = 'whereabouts:place:'

/** Keeps, when the window goes away, where one was in the page; returns how to stop that. */
export function keepPlace(room: string, awareness: PresenceAwareness): () => void {
  const keep = () => {
    const cursor = awareness.getLocalState()?.['cursor']
    if (cursor === undefined) return
    try {
      sessionStorage.setItem(STORED_AS + room, JSON.stringify(cursor))
    } catch {
      // Full or forbidden: after a reload one is at the beginning, no worse.
    }
  }
  window.addEventListener('pagehide', keep)
  return () => window.removeEventListener('pagehide', keep)
}

/** Where this tab was in the page before a reload, once. */
export function takePlace(room: string): Cursor | undefined {
  try {
    const kept = sessionStorage.getItem(STORED_AS + room)
    sessionStorage.removeItem(STORED_AS + room)
    return parseCursor(JSON.parse(kept ?? 'null'))
  } catch {
    // Forbidden, or something else is stored there.
    return undefined
  }
}
