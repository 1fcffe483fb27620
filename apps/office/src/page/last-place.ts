import type { PresenceAwareness } from '@whereabouts/client/yjs'
import { inWindow } from '../guarded-storage.js'
import { parseCursor, type Cursor } from './cursors.js'

const STORED_AS = 'whereabouts:place:'

/**
 * Saves the person's place in the page when the window closes; returns a function that stops it.
 */
export function keepPlace(room: string, awareness: PresenceAwareness): () => void {
  const keep = () => {
    const cursor = awareness.getLocalState()?.['cursor']
    if (cursor !== undefined) inWindow.setItem(STORED_AS + room, JSON.stringify(cursor))
  }
  window.addEventListener('pagehide', keep)
  return () => window.removeEventListener('pagehide', keep)
}

/** Returns this tab's place before a reload, and removes it. */
export function takePlace(room: string): Cursor | undefined {
  const kept = inWindow.getItem(STORED_AS + room)
  inWindow.removeItem(STORED_AS + room)
  try {
    return parseCursor(JSON.parse(kept ?? 'null'))
  } catch {
    // A storage can hold anything.
    return undefined
  }
}
