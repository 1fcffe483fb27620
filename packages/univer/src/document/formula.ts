import { scanFormula } from './a1.js'
import { LIMITS } from './limits.js'
import {
  bindReference,
  printReference,
  readReference,
  storeReference,
  type Lines,
  type Reference,
  type Sheets,
} from './references.js'

/** A formula in the document: text and references by turns. @example ["=SUM(","1:0..9:0",")"] */
export type StoredFormula = readonly string[]

/** A formula that has been read: text, and references; `null` where one can't be read. */
export type Formula = readonly (string | Reference | null)[]

/** Binds what a typed formula says to the cells that it points at. @see SHEET.md SD8 */
export function storeFormula(text: string, home: Lines, sheets: Sheets): StoredFormula {
  const stored: string[] = ['']
  for (const part of scanFormula(text)) {
    const name = typeof part === 'string' ? undefined : part.sheet
    const lines = name === undefined ? home : sheets.sheetNamed(name)
    if (typeof part === 'string' || lines === undefined) {
      // A sheet that isn't there is not ours to name.
      stored.push(stored.pop()! + (typeof part === 'string' ? part : part.text))
    } else {
      const sheet = name === undefined ? {} : { sheet: lines.id }
      stored.push(storeReference({ ...sheet, ...bindReference(part, lines) }), '')
    }
  }
  return stored
}

/** Reads a formula that somebody wrote; `undefined` if it is none. */
export function readFormula(stored: unknown): Formula | undefined {
  if (!Array.isArray(stored) || stored.length > LIMITS.formulaCharacters) return undefined
  const parts = stored as readonly unknown[]
  if (!parts.every(isText) || !String(parts[0]).startsWith('=')) return undefined
  return parts.map((part, at) => (at % 2 === 0 ? String(part) : readReference(part)))
}

const isText = (part: unknown): boolean =>
  typeof part === 'string' && part.length <= LIMITS.formulaCharacters

/** The formula as it reads at this moment. */
export function printFormula(formula: Formula, home: string, sheets: Sheets): string {
  const parts = formula.map((part) => {
    if (typeof part === 'string') return part
    return part === null ? '#REF!' : printReference(part, home, sheets)
  })
  return parts.join('').slice(0, 2 * LIMITS.formulaCharacters)
}

/** Whether a formula names something on one of these sheets. */
export function isAbout(formula: Formula, home: string, sheets: ReadonlySet<string>): boolean {
  return formula.some(
    (part) => typeof part === 'object' && part !== null && sheets.has(part.sheet ?? home),
  )
}
