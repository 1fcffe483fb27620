import type { HeaderFooter, PageMargins, PageSetup, Sheet } from 'hucre'
import { LIMITS } from '../../document/limits.js'
import type { CellRange } from '../../document/cells.js'
import type { Feature } from '../feature.js'
import { referenceIn } from '../formulas.js'
import type { FilePrint } from '../model.js'

const MM_PER_INCH = 25.4
/** In millimeters, as the web application prints. */
const MARGINS = { none: 0, narrow: 8, normal: 18, wide: 25.4 } as const
const PERCENTS = [50, 75, 100, 125, 150] as const
/** Title and number of a page, as a file says it. */
const FOOTER = '&L&F&R&P / &N'
const FIRST_ROWS = /^\$?1:\$?([1-9][0-9]?|100)$/
const FIRST_COLUMNS = /^\$?A:\$?([A-Z]{1,2})$/
const MOST_COLUMNS = 100
const PAPERS: ReadonlySet<unknown> = new Set(['a4', 'letter', undefined])

type Margins = FilePrint['margins']

/** How a sheet is printed. */
export const printing: Feature = {
  read({ sheet }, draft, report) {
    draft.print = readSettings(sheet)
    if (hasMore(sheet)) report.note('printing', draft.name)
  },

  write({ print }, target) {
    if (print === null) return
    target.pageSetup = toPageSetup(print)
    if (print.hasFooter) target.headerFooter = { oddFooter: FOOTER }
  },
}

function readSettings({ pageSetup, headerFooter }: Sheet): FilePrint | null {
  const { paperSize, orientation, scale, fitToPage } = pageSetup ?? {}
  const { printTitlesRow, printTitlesColumn, printArea } = pageSetup ?? {}
  const settings = [paperSize, orientation, scale, fitToPage]
  // Programs write margins for every sheet.
  const isSaid = [...settings, printTitlesRow, printTitlesColumn, printArea].some(
    (each) => each !== undefined,
  )
  if (pageSetup === undefined || !isSaid) return null
  return {
    paper: paperSize === 'letter' ? 'letter' : 'a4',
    isLandscape: orientation === 'landscape',
    margins: nearest(pageSetup.margins),
    size: sizeOf(pageSetup),
    repeatedRows: Number(FIRST_ROWS.exec(printTitlesRow ?? '')?.[1] ?? 0),
    repeatedColumns: firstColumns(printTitlesColumn) ?? 0,
    area: readArea(printArea) ?? null,
    hasGridLines: pageSetup.showGridLines === true,
    hasFooter: headerFooter?.oddFooter === FOOTER,
  }
}

/** Returns how many columns from the first one on a file repeats; `undefined` if these are others. */
function firstColumns(columns = ''): number | undefined {
  const [, last] = FIRST_COLUMNS.exec(columns) ?? []
  const reference = last === undefined ? undefined : referenceIn(`${last}1`)
  const count = (reference?.from.column ?? MOST_COLUMNS) + 1
  return count <= MOST_COLUMNS ? count : undefined
}

/** Returns the cells that a file prints; `undefined` if they aren't one range. */
function readArea(area = ''): CellRange | undefined {
  const reference = referenceIn(area)
  if (reference === undefined) return undefined
  const { from, to = from } = reference
  const range = {
    startRow: from.row ?? 0,
    startColumn: from.column ?? 0,
    endRow: to.row ?? LIMITS.rows - 1,
    endColumn: to.column ?? LIMITS.columns - 1,
  }
  const isInOrder = range.startRow <= range.endRow && range.startColumn <= range.endColumn
  return isInOrder ? range : undefined
}

function sizeOf({ fitToPage, fitToHeight = 1, scale = 100 }: PageSetup): FilePrint['size'] {
  if (fitToPage === true) return fitToHeight === 1 ? 'page' : 'width'
  return PERCENTS.reduce((best, each) =>
    Math.abs(each - scale) < Math.abs(best - scale) ? each : best,
  )
}

function nearest({ left = 0.7 }: PageMargins = {}): Margins {
  const wanted = left * MM_PER_INCH
  return (Object.keys(MARGINS) as Margins[]).reduce((best, each) =>
    Math.abs(MARGINS[each] - wanted) < Math.abs(MARGINS[best] - wanted) ? each : best,
  )
}

/** Returns whether a file says more than is kept. */
function hasMore({ pageSetup = {}, headerFooter, rowBreaks, colBreaks }: Sheet): boolean {
  const { paperSize, printArea, printTitlesRow, printTitlesColumn } = pageSetup
  const isElsewhere = printArea !== undefined && readArea(printArea) === undefined
  const areRowsElsewhere = printTitlesRow !== undefined && !FIRST_ROWS.test(printTitlesRow)
  const areColumnsElsewhere =
    printTitlesColumn !== undefined && firstColumns(printTitlesColumn) === undefined
  const areBroken = [rowBreaks, colBreaks].some((breaks) => (breaks?.length ?? 0) > 0)
  const areOthers = isElsewhere || areRowsElsewhere || areColumnsElsewhere
  return !PAPERS.has(paperSize) || areOthers || areBroken || !isOwn(headerFooter)
}

const isOwn = (lines: HeaderFooter = {}): boolean =>
  Object.entries(lines).every(([name, text]) => name === 'oddFooter' && text === FOOTER)

function toPageSetup(print: FilePrint): PageSetup {
  const { paper, isLandscape, margins, size, hasGridLines } = print
  const inches = MARGINS[margins] / MM_PER_INCH
  const all = { top: inches, right: inches, bottom: inches, left: inches, header: 0, footer: 0 }
  const fits = typeof size === 'string'
  return {
    paperSize: paper,
    orientation: isLandscape ? 'landscape' : 'portrait',
    margins: all,
    ...(fits
      ? { fitToPage: true, fitToWidth: 1, fitToHeight: size === 'page' ? 1 : 0 }
      : { scale: size }),
    ...(hasGridLines ? { showGridLines: true } : {}),
  }
}
