import type { Json } from '@whereabouts/protocol'
import { Doc, type Transaction } from 'yjs'
import { type DocumentPath, toJson, valueAt } from './document-json.js'
import { applyDocument, type Recording } from './read.js'

/** A change of a part of a document. */
export interface Change {
  readonly atMs: number
  /** How many events had happened with it. @see RecordingPlayer.after */
  readonly count: number
  /** What the part is since then; `undefined` once it is gone. */
  readonly value: Json | undefined
}

/**
 * Returns when a part of the document changed, and to what; a player says who was where then. What the part was when
 * the recording began is no change.
 *
 * @example changesOf(recording, ['cells:sheet-1', '4:2'])[0]?.atMs
 * @see PROTOCOL.md IN16
 */
export function changesOf({ events }: Recording, path: DocumentPath): readonly Change[] {
  const [root = ''] = path
  const doc = new Doc()
  const changes: Change[] = []
  let isTouched = true
  let before: string | undefined
  doc.on('afterTransaction', (transaction) => {
    isTouched ||= touches(transaction, doc, root)
  })
  const first = events.findIndex(({ event }) => event === 'document')
  for (const [index, event] of events.entries()) {
    if (event.event !== 'document') continue
    applyDocument(doc, event)
    if (!isTouched) continue
    isTouched = false
    const part = valueAt(doc, path)
    const value = part === undefined ? undefined : toJson(part)
    const text = JSON.stringify(value)
    if (text !== before && index !== first)
      changes.push({ atMs: event.atMs, count: index + 1, value })
    before = text
  }
  return changes
}

/** Returns whether a transaction changed anything below a root. */
function touches({ changed, changedParentTypes }: Transaction, doc: Doc, root: string): boolean {
  const type = doc.share.get(root)
  return type !== undefined && (changed.has(type) || changedParentTypes.has(type))
}
