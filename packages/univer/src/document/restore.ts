import * as Y from 'yjs'
import { isSame } from './cells.js'
import { ABOUT, formatOf, raiseFormat } from './format.js'

/** What became of a version that was to be restored: `same` if the document was like it, and no step of undo was made. */
export type Restored = 'restored' | 'same' | 'refused'

/**
 * Makes a workbook's entries equal to those of a version of it, one by one: what is equal stays, so that what
 * others write at the same time merges. Call it in a transaction.
 *
 * @see SHEET.md SD55
 */
export function restoreEntries(doc: Y.Doc, version: Y.Doc): void {
  for (const name of new Set([...doc.share.keys(), ...version.share.keys()])) {
    if (name !== ABOUT && isMap(doc, name) && isMap(version, name)) {
      restoreMap(doc.getMap(name), version.getMap(name))
    }
  }
  const format = formatOf(version)
  if (format !== undefined && format > (formatOf(doc) ?? format)) raiseFormat(doc, format)
}

function restoreMap(now: Y.Map<unknown>, then: Y.Map<unknown>): void {
  for (const key of now.keys()) if (!then.has(key)) now.delete(key)
  for (const [key, value] of then) {
    // What isn't plain data isn't from this program, and can't be in two documents.
    if (value instanceof Y.AbstractType) continue
    if (!now.has(key) || !isSame(now.get(key), value)) now.set(key, value)
  }
}

/** Returns whether a root can be read as a map: it is one, or nobody has said yet what it is. */
export function isMap(doc: Y.Doc, name: string): boolean {
  const root = doc.share.get(name)
  if (root === undefined || root instanceof Y.Map) return true
  return root._start === null && root.constructor === Y.AbstractType
}
