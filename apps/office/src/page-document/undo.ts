import { ContentString, ContentType, Text, UndoManager, type Doc, type Item } from 'yjs'

const MAX_STEPS = 200

/**
 * Undo and redo of one's own edits. What others wrote stays, and so does the end of a block in which
 * they wrote.
 *
 * @param origin that stands behind one's own edits.
 * @see OFFICE.md PG13
 */
export function makeUndo(doc: Doc, origin: object, captureTimeoutMs = 500): UndoManager {
  const manager = new UndoManager(doc, {
    trackedOrigins: new Set([origin]),
    captureTimeout: captureTimeoutMs,
    deleteFilter: (item) => !isEndOfOthers(item, doc.clientID),
  })
  manager.on('stack-item-added', () => {
    const { undoStack } = manager
    if (undoStack.length > MAX_STEPS) undoStack.splice(0, undoStack.length - MAX_STEPS)
  })
  return manager
}

/** Whether this is the marker of a block in which somebody else has written. */
function isEndOfOthers({ content, parent, left }: Item, own: number): boolean {
  if (!(content instanceof ContentType) || !(parent instanceof Text)) return false
  for (let item = left; item !== null; item = item.left) {
    if (item.deleted) continue
    if (item.content instanceof ContentType) return false
    if (item.content instanceof ContentString && item.id.client !== own) return true
  }
  return false
}
