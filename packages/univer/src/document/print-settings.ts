import type { Doc } from 'yjs'
import { isKnownFormat, NAMES_FORMAT, raiseFormat, SHEET_FORMAT } from './format.js'

const PAPERS = ['a4', 'letter'] as const
const MARGINS = ['normal', 'narrow', 'wide', 'none'] as const
const SIZES = ['width', 'page', 100, 50, 75, 125, 150] as const
const MOST_REPEATED = 100
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
  const { paper, landscape, margins, size, rows, grid, footer }: Stored = { ...stored }
  return {
    paper: PAPERS.find((known) => known === paper) ?? 'a4',
    isLandscape: landscape === true,
    margins: MARGINS.find((known) => known === margins) ?? 'normal',
    size: SIZES.find((known) => known === size) ?? 'width',
    repeatedRows: isCount(rows) ? rows : 0,
    hasGridLines: grid === true,
    hasFooter: footer === true,
  }
}

const isCount = (rows: unknown): rows is number =>
  typeof rows === 'number' && Number.isInteger(rows) && rows >= 0 && rows <= MOST_REPEATED

/** Writes how a sheet is printed, unless that is the same or the document's version isn't known. It is no step of undo. */
export function writePrint(doc: Doc, sheet: string, settings: PrintSettings): void {
  if (!isKnownFormat(doc, SHEET_FORMAT)) return
  const before = Object.entries(readPrint(doc, sheet) ?? {})
  const isSame = before.every(([name, value]) => settings[name as keyof PrintSettings] === value)
  if (before.length > 0 && isSame) return
  const { paper, isLandscape, margins, size, repeatedRows, hasGridLines, hasFooter } = settings
  doc.transact(() => {
    raiseFormat(doc, NAMES_FORMAT)
    doc.getMap(SHEETS).set(`${sheet}/print`, {
      paper,
      landscape: isLandscape,
      margins,
      size,
      rows: repeatedRows,
      grid: hasGridLines,
      footer: hasFooter,
    })
  })
}
