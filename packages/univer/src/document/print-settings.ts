import type { Doc } from 'yjs'
import type { CellRange } from './cells.js'
import { isKnownFormat, NAMES_FORMAT, raiseFormat, SHEET_FORMAT } from './format.js'
import { cornersOf, rangeBetween } from './ranges.js'
import type { SheetState } from './sheet-state.js'

const PAPERS = ['a4', 'letter'] as const
const MARGINS = ['normal', 'narrow', 'wide', 'none'] as const
const SIZES = ['width', 'page', 100, 50, 75, 125, 150] as const
const MOST_REPEATED = 100
const AREA_CHARACTERS = 400
const SHEETS = 'sheets'

/** How a sheet is printed. */
export interface PrintSettings {
  readonly paper: (typeof PAPERS)[number]
  readonly isLandscape: boolean
  readonly margins: (typeof MARGINS)[number]
  /** How large cells are: as many percent, or so that all columns, or all cells, fit onto one page. */
  readonly size: (typeof SIZES)[number]
  /** How many of the first rows are on each page. */
  readonly repeatedRows: number
  /** How many of the first columns are on each page. */
  readonly repeatedColumns: number
  /** The corners of the cells that are printed, `<first>..<last>` with ends as in SF2; `null` for all in use. */
  readonly area: string | null
  readonly hasGridLines: boolean
  /** Whether each page has the title and its number. */
  readonly hasFooter: boolean
}

/** What somebody wrote. */
interface Stored {
  readonly [field: string]: unknown
}

/** Returns how a sheet is printed; `undefined` if its document doesn't say it. @see SHEET.md SH159 */
export function readPrint(doc: Doc, sheet: string): PrintSettings | undefined {
  const stored: unknown = doc.getMap(SHEETS).get(`${sheet}/print`)
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return undefined
  const { paper, landscape, margins, size, rows, columns, area, grid, footer }: Stored = {
    ...stored,
  }
  return {
    paper: PAPERS.find((known) => known === paper) ?? 'a4',
    isLandscape: landscape === true,
    margins: MARGINS.find((known) => known === margins) ?? 'normal',
    size: SIZES.find((known) => known === size) ?? 'width',
    repeatedRows: isCount(rows) ? rows : 0,
    repeatedColumns: isCount(columns) ? columns : 0,
    area: typeof area === 'string' && area.length <= AREA_CHARACTERS ? area : null,
    hasGridLines: grid === true,
    hasFooter: footer === true,
  }
}

const isCount = (lines: unknown): lines is number =>
  typeof lines === 'number' && Number.isInteger(lines) && lines >= 0 && lines <= MOST_REPEATED

/** Returns the cells of an area, wherever these are now; `null` for all in use, or if none of them is left. */
export function printedCells(sheet: SheetState, area: string | null): CellRange | null {
  const [first = '', last = ''] = area?.split('..') ?? []
  return rangeBetween(sheet, first, last)
}

/** Returns cells as an area; `null` if the grid doesn't have them. */
export const areaOf = (sheet: SheetState, range: CellRange): string | null =>
  cornersOf(sheet, range)?.join('..') ?? null

/** Writes how a sheet is printed, unless that is the same or the document's version isn't known. It is no step of undo. */
export function writePrint(doc: Doc, sheet: string, settings: PrintSettings): void {
  if (!isKnownFormat(doc, SHEET_FORMAT)) return
  const before = Object.entries(readPrint(doc, sheet) ?? {})
  const isSame = before.every(([name, value]) => settings[name as keyof PrintSettings] === value)
  if (before.length > 0 && isSame) return
  const { paper, isLandscape, margins, size, repeatedRows, repeatedColumns } = settings
  const { area, hasGridLines, hasFooter } = settings
  doc.transact(() => {
    raiseFormat(doc, NAMES_FORMAT)
    doc.getMap(SHEETS).set(`${sheet}/print`, {
      paper,
      landscape: isLandscape,
      margins,
      size,
      rows: repeatedRows,
      columns: repeatedColumns,
      ...(area !== null && { area }),
      grid: hasGridLines,
      footer: hasFooter,
    })
  })
}
