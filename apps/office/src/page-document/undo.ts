import { ContentString, ContentType, Text, UndoManager, type Item } from 'yjs'
import type { OwnItems } from './own-items.js'
import type { PageDocument } from './page-document.js'

const MAX_STEPS = 200

/**
 * Creates undo and redo for one's own edits. What others wrote stays, and so does the end of a
 * block in which they wrote.
 *
 * @see OFFICE.md PG13
 */
export function makeUndo(page: PageDocument, captureTimeoutMs = 500): UndoManager {
  const manager = new UndoManager(page.doc, {
    trackedOrigins: new Set([page.origin]),
    captureTimeout: captureTimeoutMs,
    deleteFilter: (item) => !isEndOfOthers(item, page.own),
  })
  manager.on('stack-item-added', () => {
    const { undoStack } = manager
    if (undoStack.length > MAX_STEPS) undoStack.splice(0, undoStack.length - MAX_STEPS)
  })
  return manager
}

/** Returns whether this is the marker of a block in which someone else has written. */
function isEndOfOthers({ content, parent, left }: Item, own: OwnItems): boolean {
  if (!(content instanceof ContentType) || !(parent instanceof Text)) return false
  for (let item = left; item !== null; item = item.left) {
    if (item.deleted) continue
    if (item.content instanceof ContentType) return false
    if (item.content instanceof ContentString && !own.has(item)) return true
  }
  return false
}
