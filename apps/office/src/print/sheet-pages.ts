import type { Injector, IRange } from '@univerjs/core'
import type { SharedWorkbook } from '@whereabouts/univer'
import { areaOf, printedCells } from '@whereabouts/univer/document'
import { SheetCells } from './cells.js'
import { endOfChart, type PrintedChart } from './charts.js'
import { drawPage, type Look } from './draw-page.js'
import { PrintedImages } from './images.js'
import { pagesOf, type Pages } from './pages.js'
import { sidesOf, type PrintSettings } from './paper.js'

/** More pages would take a browser minutes. */
export const MOST_PAGES = 1_000
/** How long pages are made without a pause. */
const SLICE_MS = 12

interface SheetOptions {
  /** What the document is called; empty if it has no title. */
  readonly title: string
  readonly pageNumber: Look['pageNumber']
  readonly charts: readonly PrintedChart[]
  /** What the document says is printed (SH159). */
  readonly area: string | null
}

/** The sheet that is shown, as it is printed. */
export class SheetPages {
  readonly cells: SheetCells
  /** The cells that were printed the last time, if those weren't all. */
  readonly kept: IRange | undefined
  /** What these are called. @example 'A1:D20' */
  readonly keptText: string | undefined
  /** The sheet in the document. */
  readonly #state: ReturnType<SharedWorkbook['attached']['workbook']['sheetWithId']>
  readonly #images: PrintedImages
  readonly #selected: IRange | undefined
  readonly #title: string
  readonly #pageNumber: Look['pageNumber']
  readonly #charts: readonly PrintedChart[]
  readonly #used: IRange | undefined

  constructor(
    shared: Pick<SharedWorkbook, 'attached' | 'workbook'>,
    injector: Injector,
    { title, pageNumber, charts, area }: SheetOptions,
  ) {
    const { attached, workbook } = shared
    const sheet = workbook.getActiveSheet()
    this.cells = new SheetCells(workbook.getWorkbook(), sheet.getSheet(), injector)
    this.#state = attached.workbook.sheetWithId(this.cells.id)
    this.kept = (this.#state && printedCells(this.#state, area)) ?? undefined
    this.keptText = this.kept && sheet.getRange(this.kept).getA1Notation()
    this.#images = new PrintedImages(shared, this.cells)
    this.#charts = charts
    this.#used = upTo(this.#withCharts(this.cells.used), this.#images.end)
    this.#selected = workbook.getActiveRange()?.getRange()
    this.#title = title === '' ? this.cells.name : title
    this.#pageNumber = pageNumber
  }

  /** Whether more than one cell is selected. */
  get hasSelection(): boolean {
    const range = this.#selected
    return (
      range !== undefined &&
      (range.startRow !== range.endRow || range.startColumn !== range.endColumn)
    )
  }

  /** Divides what is printed into pages; `undefined` if there is nothing. */
  divide(settings: PrintSettings): Pages | undefined {
    const { cells } = this
    const area = this.#areaOf(settings)
    if (area === undefined) return undefined
    const rows = cells.rows(area.startRow, area.endRow)
    const columns = cells.columns(area.startColumn, area.endColumn)
    if (rows.length === 0 || columns.length === 0) return undefined
    const repeatedRows = cells.rows(0, settings.repeatedRows - 1)
    const repeatedColumns = cells.columns(0, settings.repeatedColumns - 1)
    const printed = { rows, columns, repeatedRows, repeatedColumns }
    return pagesOf(printed, sidesOf(settings), settings.size)
  }

  /** The selected cells as they are kept for the next time; `null` if the document doesn't have them. */
  get selectedArea(): string | null {
    const range = within(this.#selected, this.#used)
    return range === undefined || this.#state === undefined ? null : areaOf(this.#state, range)
  }

  #areaOf({ area }: PrintSettings): IRange | undefined {
    if (area === 'selection') return within(this.#selected, this.#used)
    return area === 'kept' && this.kept !== undefined ? this.kept : this.#used
  }

  /** A page may have nothing but charts. */
  #withCharts(used: IRange | undefined): IRange | undefined {
    if (this.#charts.length === 0) return used
    const ends = this.#charts.map((chart) => endOfChart(chart, this.cells))
    return {
      startRow: 0,
      startColumn: 0,
      endRow: Math.max(used?.endRow ?? 0, ...ends.map(({ row }) => row)),
      endColumn: Math.max(used?.endColumn ?? 0, ...ends.map(({ column }) => column)),
    }
  }

  /** Returns one of the pages. */
  draw({ count, page, scale }: Pages, at: number, settings: PrintSettings): HTMLElement {
    const look: Look = {
      sides: sidesOf(settings),
      scale,
      hasGridLines: settings.hasGridLines,
      title: settings.hasFooter ? this.#title : undefined,
      pageNumber: this.#pageNumber,
      charts: this.#charts,
    }
    const shown = page(at)
    return drawPage(this.cells, shown, [at + 1, count], look, this.#images.on(shown))
  }

  /** Draws all pages with pauses, in which the window responds. @param isOver asked in each pause */
  async drawAll(
    all: Pages,
    settings: PrintSettings,
    into: HTMLElement,
    told: (done: number) => void,
    isOver: () => boolean,
  ): Promise<void> {
    let until = performance.now() + SLICE_MS
    for (let at = 0; at < all.count && !isOver(); at++) {
      into.append(this.draw(all, at, settings))
      if (performance.now() < until) continue
      told(at + 1)
      await new Promise((resolve) => void setTimeout(resolve))
      until = performance.now() + SLICE_MS
    }
  }
}

/** Returns used cells and those that images cover. */
function upTo(used: IRange | undefined, end: PrintedImages['end']): IRange | undefined {
  if (end === undefined) return used
  const { endRow = 0, endColumn = 0 } = used ?? {}
  return {
    startRow: 0,
    startColumn: 0,
    endRow: Math.max(endRow, end.row),
    endColumn: Math.max(endColumn, end.column),
  }
}

/** Whole rows and columns that are selected end with what is used. */
function within(range: IRange | undefined, used: IRange | undefined): IRange | undefined {
  if (range === undefined || used === undefined) return used
  const endRow = endWithin(range.endRow, used.endRow)
  const endColumn = endWithin(range.endColumn, used.endColumn)
  const startRow = range.startRow || 0
  const startColumn = range.startColumn || 0
  return startRow > endRow || startColumn > endColumn
    ? undefined
    : { startRow, startColumn, endRow, endColumn }
}

const endWithin = (wanted: number, last: number): number =>
  Number.isNaN(wanted) ? last : Math.min(wanted, last)
