import type { FUniver } from '@univerjs/core/facade'
import {
  IRenderManagerService,
  SHEET_VIEWPORT_KEY,
  type IRender,
} from '@univerjs/preset-sheets-core'
import type { Injector } from '@univerjs/core'
import type { Cell, Range } from './place.js'
import type { Area, Pane } from './panes.js'

const PANES = [
  SHEET_VIEWPORT_KEY.VIEW_MAIN,
  SHEET_VIEWPORT_KEY.VIEW_MAIN_TOP,
  SHEET_VIEWPORT_KEY.VIEW_MAIN_LEFT,
  SHEET_VIEWPORT_KEY.VIEW_MAIN_LEFT_TOP,
]

export type Workbook = ReturnType<FUniver['createWorkbook']>

/** The visible part of the sheet, and where its cells are on the canvas. */
export class Grid {
  readonly #workbook: Workbook
  readonly #render: IRender

  constructor(workbook: Workbook, injector: Injector) {
    this.#workbook = workbook
    const render = injector.get(IRenderManagerService).getRenderById(workbook.getId())
    if (render === null || render === undefined) throw new Error('the workbook is not drawn')
    this.#render = render
  }

  get canvas(): HTMLCanvasElement {
    return this.#render.engine.getCanvasElement()
  }

  /** Adds an element beside the canvas for markers that are drawn over it. */
  addOverCanvas(): HTMLElement {
    const element = document.createElement('div')
    element.ariaHidden = 'true'
    this.canvas.after(element)
    return element
  }

  /** The id of the sheet that is shown. */
  get sheet(): string {
    return this.#workbook.getActiveSheet().getSheetId()
  }

  get zoom(): number {
    return this.#render.scene.getAncestorScale().scaleX
  }

  panes(): Pane[] {
    return PANES.flatMap((name) => {
      const viewport = this.#render.scene.getViewport(name)
      if (!viewport?.isActive) return []
      const { left, top, width, height, viewportScrollX: x, viewportScrollY: y } = viewport
      const box = { left, top, width: width ?? 0, height: height ?? 0 }
      return [{ name, box, scroll: { x, y } }]
    })
  }

  /** Returns a cell's area on the shown sheet; `undefined` if this copy doesn't have it. */
  cellArea({ row, column }: Cell): Area | undefined {
    const skeleton = this.#workbook.getActiveSheet().getSkeleton()
    if (!skeleton || !this.#has({ row, column })) return undefined
    const { mergeInfo, isMerged, isMergedMainCell, ...cell } = skeleton.getCellWithCoordByIndex(
      row,
      column,
    )
    const { startX, startY, endX, endY } = isMerged || isMergedMainCell ? mergeInfo : cell
    return { left: startX, top: startY, right: endX, bottom: endY }
  }

  /** Returns a range's area, as far as this copy of the sheet reaches. */
  rangeArea({ from, to }: Range): Area | undefined {
    const sheet = this.#workbook.getActiveSheet()
    const first = this.cellArea(from)
    const last = this.cellArea({
      row: Math.min(to.row, sheet.getMaxRows() - 1),
      column: Math.min(to.column, sheet.getMaxColumns() - 1),
    })
    if (first === undefined || last === undefined) return undefined
    return { ...first, right: last.right, bottom: last.bottom }
  }

  /** Returns the visible rows above and below a cell. */
  around({ row, column }: Cell): { readonly above: number; readonly below: number } {
    const sheet = this.#workbook.getActiveSheet().getSheet()
    const merge = sheet.getMergedCell(row, column)
    let above = (merge?.startRow ?? row) - 1
    let below = (merge?.endRow ?? row) + 1
    while (above >= 0 && !sheet.getRowVisible(above)) above--
    while (below < sheet.getRowCount() && !sheet.getRowVisible(below)) below++
    return { above, below }
  }

  /** Returns whether a row has no text from a column on, within a width in pixels of the sheet. */
  isFree(row: number, column: number, width: number): boolean {
    const sheet = this.#workbook.getActiveSheet().getSheet()
    let left = width
    for (let at = column; left > 0 && at < sheet.getColumnCount(); at++) {
      if (!sheet.getColVisible(at)) continue
      const { v, p } = sheet.getCell(row, at) ?? {}
      if (p || (v !== undefined && v !== null && v !== '')) return false
      left -= sheet.getColumnWidth(at)
    }
    return true
  }

  #has({ row, column }: Cell): boolean {
    const sheet = this.#workbook.getActiveSheet()
    return row < sheet.getMaxRows() && column < sheet.getMaxColumns()
  }
}
