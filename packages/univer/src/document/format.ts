import type { Doc } from 'yjs'

const ABOUT = 'about'
const FORMAT = 'format'
/** What a document is in that says nothing. */
const FIRST = 1

/** The version of the format of a sheet that this client writes. @see SHEET.md SD21 */
export const SHEET_FORMAT = 1

/**
 * Returns the version of its format that a document says it is in; `undefined` if what it says is no
 * version.
 *
 * @see PAGE.md PF11, SHEET.md SD21
 */
export function formatOf(doc: Doc): number | undefined {
  const format: unknown = doc.getMap(ABOUT).get(FORMAT)
  if (format === undefined) return FIRST
  return Number.isSafeInteger(format) && Number(format) >= FIRST ? Number(format) : undefined
}

/**
 * Returns whether a document may be shown and changed by a client that knows the versions up to
 * `latest`. Ask right before each write: anybody may change it at any moment.
 *
 * @see PAGE.md PF12, SHEET.md SD22
 */
export function isKnownFormat(doc: Doc, latest: number): boolean {
  const format = formatOf(doc)
  return format !== undefined && format <= latest
}

/** Writes the version into a document that is in a lower one. Call it with the first write. */
export function raiseFormat(doc: Doc, version: number): void {
  const format = formatOf(doc)
  if (format !== undefined && format < version) doc.getMap(ABOUT).set(FORMAT, version)
}

/** Calls back when the version may be another one; returns how to stop that. */
export function observeFormat(doc: Doc, listener: () => void): () => void {
  const about = doc.getMap(ABOUT)
  about.observe(listener)
  return () => about.unobserve(listener)
}
