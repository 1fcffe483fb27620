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

/**
 * A formula as the document stores it: text and references, alternating.
 *
 * @example ["=SUM(","1:0..9:0",")"]
 */
export type StoredFormula = readonly string[]

/** A parsed formula of texts and references; `null` stands for an invalid reference. */
export type Formula = readonly (string | Reference | null)[]

/**
 * Binds the references of a typed formula to their cells.
 *
 * @param isOfPlaces whether it is to be printed so
 * @see SHEET.md SD8
 */
export function storeFormula(
  text: string,
  home: Lines,
  sheets: Sheets,
  isOfPlaces = false,
): StoredFormula {
  const stored: string[] = ['']
  for (const part of scanFormula(text)) {
    const name = typeof part === 'string' ? undefined : part.sheet
    const lines = name === undefined ? home : sheets.sheetNamed(name)
    if (typeof part === 'string' || lines === undefined) {
      // A reference to a sheet that doesn't exist stays as text.
      stored.push(stored.pop()! + (typeof part === 'string' ? part : part.text))
    } else {
      const sheet = name === undefined ? {} : { sheet: lines.id }
      stored.push(storeReference({ ...sheet, ...bindReference(part, lines, isOfPlaces) }), '')
    }
  }
  return stored
}

/** Parses a formula that a stranger may have written; returns `undefined` if it isn't one. */
export function readFormula(stored: unknown): Formula | undefined {
  if (!Array.isArray(stored) || stored.length > LIMITS.formulaCharacters) return undefined
  const parts = stored as readonly unknown[]
  if (!parts.every(isText) || !String(parts[0]).startsWith('=')) return undefined
  return parts.map((part, at) => (at % 2 === 0 ? String(part) : readReference(part)))
}

const isText = (part: unknown): boolean =>
  typeof part === 'string' && part.length <= LIMITS.formulaCharacters

/**
 * Returns the formula's current text.
 *
 * @param isOfPlaces whether a reference to one cell is to its place, as the ends of ranges are: it stays where it
 *   is in a sort, and an end that isn't fixed goes to the next line when its own one is deleted
 */
export function printFormula(
  formula: Formula,
  home: string,
  sheets: Sheets,
  isOfPlaces = false,
): string {
  const parts = formula.map((part) => {
    if (typeof part === 'string') return part
    return part === null ? '#REF!' : printReference(part, home, sheets, isOfPlaces)
  })
  return parts.join('').slice(0, 2 * LIMITS.formulaCharacters)
}

/** Returns whether a formula refers to one of these sheets. */
export function isAbout(formula: Formula, home: string, sheets: ReadonlySet<string>): boolean {
  return formula.some(
    (part) => typeof part === 'object' && part !== null && sheets.has(part.sheet ?? home),
  )
}
