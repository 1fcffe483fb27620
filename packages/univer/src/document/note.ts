import { shorten } from './cells.js'
import { LIMITS } from './limits.js'

/** Reads a note that a stranger may have written; `undefined` if it isn't one. @see SHEET.md SH142 */
export function readNote(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  return shorten(value, LIMITS.noteCharacters).toWellFormed()
}
