import type { RoomDocument } from './room-document.js'

/**
 * Makes the browser ask before the window is closed while this window alone has something. The
 * browser chooses the words.
 *
 * @returns a function that stops asking
 * @see OFFICE.md SH72
 */
export function askBeforeClosing(document: RoomDocument): () => void {
  const ask = (event: BeforeUnloadEvent) => {
    if (document.getSnapshot().isAtRisk) event.preventDefault()
  }
  window.addEventListener('beforeunload', ask)
  return () => window.removeEventListener('beforeunload', ask)
}
