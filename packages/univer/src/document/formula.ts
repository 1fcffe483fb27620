import { scanNames } from './a1.js'
import { LIMITS } from './limits.js'
import {
  bindReference,
  printReference,
  readReference,
  storeName,
  storeReference,
  type Lines,
  type NameReference,
  type Reference,
  type Sheets,
} from './references.js'

/**
 * A formula as the document stores it: text and references, alternating.
 *
 * @example ["=SUM(","1:0..9:0",")"]
 */
export type StoredFormula = readonly string[]

/** A parsed formula of texts, references and names; `null` stands for an invalid reference. */
export type Formula = readonly (string | Reference | NameReference | null)[]

/** What stands for the names among sheets that have changed: no sheet has such an id. */
export const NAMES_CHANGED = '@'

/**
 * Binds the references and names of a typed formula.
 *
 * @param home the sheet that references without a sheet are to; `undefined` leaves them as text
 * @param isOfPlaces whether it is to be printed so
 * @see SHEET.md SD8
 */
export function storeFormula(
  text: string,
  home: Lines | undefined,
  sheets: Sheets,
  isOfPlaces = false,
): StoredFormula {
  const stored: string[] = ['']
  const idOf = (word: string) => sheets.nameCalled(word, home?.id)
  const store = (part: ReturnType<typeof scanNames>[number]): string | undefined => {
    if (typeof part === 'string') return undefined
    if ('name' in part) return storeName({ name: idOf(part.name)!, text: part.name })
    const lines = part.sheet === undefined ? home : sheets.sheetNamed(part.sheet)
    if (lines === undefined) return undefined
    const sheet = part.sheet === undefined ? {} : { sheet: lines.id }
    return storeReference({ ...sheet, ...bindReference(part, lines, isOfPlaces) })
  }
  for (const part of scanNames(text, (word) => idOf(word) !== undefined)) {
    const reference = store(part)
    if (reference !== undefined) stored.push(reference, '')
    // A reference to a sheet that doesn't exist stays as text.
    else stored.push(stored.pop()! + textOf(part))
  }
  return stored
}

function textOf(part: ReturnType<typeof scanNames>[number]): string {
  if (typeof part === 'string') return part
  return 'name' in part ? part.name : part.text
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
    if (part !== null && 'name' in part) return sheets.nameWithId(part.name) ?? part.text
    return part === null ? '#REF!' : printReference(part, home, sheets, isOfPlaces)
  })
  return parts.join('').slice(0, 2 * LIMITS.formulaCharacters)
}

/** Returns whether a formula refers to one of these sheets, or has a name if names are among what changed. */
export function isAbout(formula: Formula, home: string, sheets: ReadonlySet<string>): boolean {
  const isAffected = (part: Formula[number]): boolean => {
    if (typeof part === 'string' || part === null) return false
    return sheets.has('name' in part ? NAMES_CHANGED : (part.sheet ?? home))
  }
  return formula.some(isAffected)
}
