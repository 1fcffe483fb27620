import { type Cell, type CellValue, parseCellRef } from 'hucre/xlsx'
import { LIMITS, type CellData } from '../../document/index.js'
import type { Feature, SheetDraft } from '../feature.js'
import { foreignIn, moveFormula, readFormula, writeFormula } from '../formulas.js'
import type { At, Report } from '../report.js'
import { escaped, readValue } from './contents.js'

const FORCED_TEXT = 4

/** A formula that other cells share. */
interface Shared extends At {
  readonly formula: string
}

/** Formulas; those that cells share are written out, and those of arrays are in the first cell. */
export const formulas: Feature = {
  read({ sheet }, draft, report) {
    const shared = new Map<number, Shared>()
    for (const [key, cell] of sheet.cells ?? []) {
      const at = positionOf(key)
      const formula = formulaOf(cell, at, shared)
      if (formula === undefined) continue
      const content = contentOf(formula, cell, at, draft.name, report)
      draft.clear(at.row, at.column)
      if (content !== undefined) draft.set(at.row, at.column, content)
    }
    for (const [key, cell] of sheet.cells ?? []) {
      if (cell.formulaType === 'array') clearResults(cell, positionOf(key), draft)
    }
  },

  write({ cells }, target, results) {
    for (const [row, inRow] of Object.entries(cells)) {
      for (const [column, { f }] of Object.entries(inRow as Record<string, CellData>)) {
        if (f === undefined) continue
        const result: CellValue | undefined = results[Number(row)]?.[Number(column)]
        target.cells.set(`${row},${column}`, {
          formula: writeFormula(f),
          ...(result === undefined ? {} : { formulaResult: escaped(result) }),
        })
      }
    }
  },
}

/** @example positionOf('6,1') // { row: 6, column: 1 } */
export function positionOf(key: string): At {
  const comma = key.indexOf(',')
  return { row: Number(key.slice(0, comma)), column: Number(key.slice(comma + 1)) }
}

function formulaOf(
  cell: Cell,
  { row, column }: At,
  shared: Map<number, Shared>,
): string | undefined {
  const { formula, formulaType, formulaSharedIndex: index } = cell
  const isShared = formulaType === 'shared' && index !== undefined
  if (formula !== undefined && formula !== '') {
    const own = readFormula(formula)
    if (isShared && own.length <= LIMITS.formulaCharacters)
      shared.set(index, { row, column, formula: own })
    return own
  }
  const first = isShared ? shared.get(index) : undefined
  return first && moveFormula(first.formula, row - first.row, column - first.column)
}

/** Returns what a cell with a formula has here: the formula, its text, or its last value. */
function contentOf(
  formula: string,
  { value, formulaResult }: Cell,
  at: At,
  sheet: string,
  report: Report,
): CellData | undefined {
  const foreign = foreignIn(formula)
  if (foreign === 'external') {
    report.note('external-links', sheet, 1, at)
    return readValue(formulaResult ?? value)
  }
  if (foreign === undefined) return { f: formula }
  report.note('unknown-formulas', sheet, 1, at)
  return { v: formula, t: FORCED_TEXT }
}

/** The other cells of an array have results, which would be in the way of the formula's own. */
function clearResults({ formulaRef = '' }: Cell, first: At, draft: SheetDraft): void {
  const end = formulaRef.split(':')[1]
  if (end === undefined) return
  const last = parseCellRef(end.replaceAll('$', ''))
  for (const [row, inRow] of Object.entries(draft.cells)) {
    if (Number(row) < first.row || Number(row) > last.row) continue
    for (const [column, { f }] of Object.entries(inRow)) {
      const isWithin = Number(column) >= first.column && Number(column) <= last.col
      if (isWithin && f === undefined) draft.clear(Number(row), Number(column))
    }
  }
}
