import type { RoomDocument } from './room-document.js'

/**
 * Has the browser ask before the window is closed while something is in this window alone. Browsers
 * show words of their own.
 *
 * @returns how to stop that
 * @see OFFICE.md SH72
 */
export function askBeforeClosing(document: RoomDocument): () => void {
  const ask = (event: BeforeUnloadEvent) => {
    if (document.getSnapshot().isAtRisk) event.preventDefault()
  }
  window.addEventListener('beforeunload', ask)
  return () => window.removeEventListener('beforeunload', ask)
}
