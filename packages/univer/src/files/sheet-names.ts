import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import type { Operation } from '../document/index.js'
import { SheetDocument } from '../document/sheet-document.js'

/** The most characters of a sheet's name in a workbook. */
export const MOST_NAME = 31
const REFUSED = /[:\\/?*[\]]/g
const OUTER_QUOTES = /^'+|'+$/g
/** Excel keeps this one for itself. */
const RESERVED = 'history'

/**
 * Returns a document whose sheets have names that a workbook can have: the same one if they have, or a copy of it,
 * whose formulas and links have the new names as well.
 *
 * @see FILES.md FL46
 */
export function withWorkbookNames(doc: Doc): Doc {
  if (renamesIn(doc).length === 0) return doc
  const copy = new Doc()
  applyUpdate(copy, encodeStateAsUpdate(doc))
  const document = new SheetDocument(copy)
  document.apply(...renames(document))
  document.destroy()
  return copy
}

function renamesIn(doc: Doc): readonly Operation[] {
  const document = new SheetDocument(doc)
  try {
    return renames(document)
  } finally {
    document.destroy()
  }
}

/** Names that fit stay; of those that differ only in case, the first one. */
function renames({ attached }: SheetDocument): readonly Operation[] {
  const sheets = attached.workbook.shown
  const taken = new Set([RESERVED])
  const kept = new Set(sheets.filter(({ name }) => fits(name) && take(name, taken)))
  return sheets
    .filter((sheet) => !kept.has(sheet))
    .map(({ id, name }) => ({ type: 'rename-sheet', sheet: id, name: freeName(name, taken) }))
}

const fits = (name: string): boolean => fitted(name) === name

function fitted(name: string): string {
  const cut = name
    .slice(0, MOST_NAME)
    .toWellFormed()
    .replace(/\uFFFD$/, '')
  return cut.replaceAll(REFUSED, '-').replaceAll(OUTER_QUOTES, '').trim()
}

/** Returns a name like this one that no other sheet has. */
function freeName(name: string, taken: Set<string>): string {
  const base = fitted(name) || 'Sheet'
  for (let nth = 1; ; nth++) {
    const end = nth === 1 ? '' : ` (${nth})`
    const free = fitted(base.slice(0, MOST_NAME - end.length)) + end
    if (take(free, taken)) return free
  }
}

/** Takes a name unless it is taken. Returns whether it did. */
function take(name: string, taken: Set<string>): boolean {
  const key = name.toLowerCase()
  if (taken.has(key)) return false
  taken.add(key)
  return true
}
