import type { Doc } from 'yjs'

/** The part of the document that says what it is. */
export const ABOUT = 'about'
const FORMAT = 'format'
/** The version of a document that doesn't state one. */
const FIRST = 1

/** The version from which a sheet has blocks. */
export const BLOCKS_FORMAT = 2

/** The version from which a sheet has sorts, filters and looks. */
export const ORDER_FORMAT = 3

/** The version from which a sheet has conditional formats. */
export const RULES_FORMAT = 4

/** The version from which a sheet has data validations. */
export const VALIDATIONS_FORMAT = 5

/** The version from which cells have notes and links. */
export const NOTES_FORMAT = 6

/** The version from which a workbook has names. */
export const NAMES_FORMAT = 7

/** The version from which sheets have images. */
export const IMAGES_FORMAT = 8

/** The newest version of the sheet format that this client knows. @see SHEET.md SD21 */
export const SHEET_FORMAT = 8

/**
 * Returns the version of a document's format; `undefined` if the document states an invalid one.
 *
 * @see PAGE.md PF11, SHEET.md SD21
 */
export function formatOf(doc: Doc): number | undefined {
  const format: unknown = doc.getMap(ABOUT).get(FORMAT)
  if (format === undefined) return FIRST
  return Number.isSafeInteger(format) && Number(format) >= FIRST ? Number(format) : undefined
}

/**
 * Returns whether a client that knows the versions up to `latest` may show and edit a document.
 * Check it right before each write, since others can change the version at any time.
 *
 * @see PAGE.md PF12, SHEET.md SD22
 */
export function isKnownFormat(doc: Doc, latest: number): boolean {
  const format = formatOf(doc)
  return format !== undefined && format <= latest
}

/** Raises a document's version if it is lower. Call it with the first write. */
export function raiseFormat(doc: Doc, version: number): void {
  const format = formatOf(doc)
  if (format !== undefined && format < version) doc.getMap(ABOUT).set(FORMAT, version)
}

/** Calls back when the version may have changed; returns a function that stops it. */
export function observeFormat(doc: Doc, listener: () => void): () => void {
  const about = doc.getMap(ABOUT)
  about.observe(listener)
  return () => about.unobserve(listener)
}
