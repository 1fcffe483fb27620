import type { NamedRange } from 'hucre'
import { isNameText, printEnd, printSheet, scanFormula } from '../../document/a1.js'
import type { CellRange } from '../../document/cells.js'
import { LIMITS } from '../../document/index.js'
import { cleanComment } from '../../document/name-list.js'
import type { Feature } from '../feature.js'
import { foreignIn, readFormula, writeFormula } from '../formulas.js'
import type { FileName, FilePrint, FileSheet } from '../model.js'
import { xmlText } from '../xml-text.js'

/** Names that programs make for themselves, such as for print areas, and that people don't see. */
const OF_PROGRAMS = /^_xl(?:nm|fn|ws|pm|udf)\./i

const PRINT_TITLES = '_xlnm.Print_Titles'
const PRINT_AREA = '_xlnm.Print_Area'

/** The names of the workbook are read with its first sheet. */
export const names: Feature = {
  read({ sheet, book }, draft, report) {
    const isFirst = sheet === book.sheets[0]
    for (const found of book.namedRanges ?? []) {
      const isHere = found.scope === undefined ? isFirst : found.scope === sheet.name
      if (!isHere || OF_PROGRAMS.test(found.name)) continue
      const name = readName(found)
      if (name !== undefined && draft.names.length < LIMITS.names) draft.names.push(name)
      else report.note('names', found.scope ?? '')
    }
  },
}

function readName({ name, range, scope, comment = '' }: NamedRange): FileName | undefined {
  const formula = readFormula(range)
  const isKept = isNameText(name) && foreignIn(formula) === undefined && isFixed(formula)
  return isKept
    ? { name, formula, isOfSheet: scope !== undefined, comment: cleanComment(comment) }
    : undefined
}

/** Returns whether a formula means the same in each cell. */
const isFixed = (formula: string): boolean =>
  scanFormula(formula).every((part) => {
    if (typeof part === 'string') return true
    const ends = [part.from, ...(part.to === undefined ? [] : [part.to])]
    return (
      part.sheet !== undefined &&
      ends.every(
        ({ row, column, isRowFixed, isColumnFixed }) =>
          (row === undefined || isRowFixed) && (column === undefined || isColumnFixed),
      )
    )
  })

/** Returns the names of a sheet as a file has them, and what of it is printed and on each page, which are names as well. */
export function writeNames({ name: sheet, names: all, print }: FileSheet): NamedRange[] {
  const own = all.map(({ name, formula, isOfSheet, comment }) => ({
    name,
    range: writeFormula(formula),
    ...(isOfSheet ? { scope: sheet } : {}),
    ...(comment === '' ? {} : { comment: xmlText(comment) }),
  }))
  return print === null ? own : [...own, ...printNames(sheet, print)]
}

/** The writer of workbooks has no quotes around the names of sheets. */
function printNames(sheet: string, print: FilePrint): NamedRange[] {
  const { area, repeatedRows, repeatedColumns } = print
  const titles = [
    ...(repeatedColumns === 0 ? [] : [`$A:${printEnd({ ...FIXED, column: repeatedColumns - 1 })}`]),
    ...(repeatedRows === 0 ? [] : [`$1:$${repeatedRows}`]),
  ]
  return [
    { name: PRINT_AREA, ranges: area === null ? [] : [printFixed(area)] },
    { name: PRINT_TITLES, ranges: titles },
  ].flatMap(({ name, ranges }) => {
    const range = ranges.map((each) => `${printSheet(sheet)}!${each}`).join(',')
    return range === '' ? [] : [{ name, range, scope: sheet }]
  })
}

const FIXED = { isRowFixed: true, isColumnFixed: true }

/** @example '$A$1:$D$20' */
function printFixed({ startRow, startColumn, endRow, endColumn }: CellRange): string {
  const from = printEnd({ ...FIXED, row: startRow, column: startColumn })
  return `${from}:${printEnd({ ...FIXED, row: endRow, column: endColumn })}`
}
