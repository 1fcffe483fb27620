import { ICommandService, type Injector } from '@univerjs/core'
import {
  IRenderManagerService,
  SetScrollRelativeCommand,
  SetZoomRatioCommand,
  Vector2,
  type IRender,
} from '@univerjs/preset-sheets-core'
import type { SharedWorkbook } from '@whereabouts/univer'
import type { Point } from './gestures.js'

/** What Univer's own wheel and slider keep to. */
const ZOOM = { least: 0.1, most: 4 }
/** How fast cells that were flicked come to rest. */
const GLIDE_MS = 325
const SLOWEST_PX_PER_MS = 0.02

/** A cell by its position on the shown sheet. */
export interface Place {
  readonly row: number
  readonly column: number
}

/** The grid as fingers move it. */
export class TouchedGrid {
  readonly render: IRender
  readonly #workbook: SharedWorkbook['workbook']
  readonly #commands: ICommandService
  #frame: number | undefined

  constructor(injector: Injector, workbook: SharedWorkbook['workbook']) {
    const render = injector.get(IRenderManagerService).getRenderById(workbook.getId())
    if (!render) throw new Error('the workbook is not drawn')
    this.render = render
    this.#workbook = workbook
    this.#commands = injector.get(ICommandService)
  }

  get canvas(): HTMLCanvasElement {
    return this.render.engine.getCanvasElement()
  }

  get zoom(): number {
    return this.render.scene.getAncestorScale().scaleX
  }

  /** The part of the window with cells, without their headers. */
  get area(): DOMRect {
    const { left, top, right, bottom } = this.canvas.getBoundingClientRect()
    const { rowHeaderWidth = 0, columnHeaderHeight = 0 } =
      this.#workbook.getActiveSheet().getSkeleton() ?? {}
    const [x, y] = [left + rowHeaderWidth * this.zoom, top + columnHeaderHeight * this.zoom]
    return new DOMRect(x, y, right - x, bottom - y)
  }

  /** Returns whether cells, and not their headers, are at a place in the window. */
  hasCellsAt({ x, y }: Point): boolean {
    const { left, top, right, bottom } = this.area
    return x >= left && x <= right && y >= top && y <= bottom
  }

  /** Returns the cell at a place in the window, or the one beside it if it is beyond the cells. */
  cellAt({ x, y }: Point): Place | undefined {
    const { area, canvas, render } = this
    const { left, top } = canvas.getBoundingClientRect()
    const within = [
      Math.min(Math.max(x, area.left), area.right - 1) - left,
      Math.min(Math.max(y, area.top), area.bottom - 1) - top,
    ]
    const at = render.scene.getCoordRelativeToViewport(Vector2.FromArray(within))
    const { scaleX, scaleY } = render.scene.getAncestorScale()
    const scroll = render.scene.getScrollXYInfoByViewport(at)
    const skeleton = this.#workbook.getActiveSheet().getSkeleton()
    return skeleton?.getCellPositionByOffset(at.x, at.y, scaleX, scaleY, scroll)
  }

  /** Scrolls by pixels of the window. */
  scrollBy({ x, y }: Point): void {
    if (x === 0 && y === 0) return
    const offset = { offsetX: x / this.zoom, offsetY: y / this.zoom }
    void this.#commands.executeCommand(SetScrollRelativeCommand.id, offset)
    this.render.scene.makeDirty(true)
  }

  /** Zooms by a factor, so that what is at a place in the window stays there. */
  async zoomBy(factor: number, at: Point): Promise<void> {
    const before = this.zoom
    const wanted = Math.round(before * factor * 1_000) / 1_000
    const zoomRatio = Math.min(Math.max(wanted, ZOOM.least), ZOOM.most)
    const [unitId, subUnitId] = [
      this.#workbook.getId(),
      this.#workbook.getActiveSheet().getSheetId(),
    ]
    const params = { unitId, subUnitId, zoomRatio }
    if (!(await this.#commands.executeCommand(SetZoomRatioCommand.id, params))) return
    const { left, top } = this.canvas.getBoundingClientRect()
    const ratio = this.zoom / before - 1
    this.scrollBy({ x: (at.x - left) * ratio, y: (at.y - top) * ratio })
  }

  /** Scrolls on by itself, slower and slower. @param velocity in pixels per millisecond */
  glide(velocity: Point): void {
    this.stop()
    let { x, y } = velocity
    let lastMs = performance.now()
    const step = (nowMs: number) => {
      const passedMs = Math.max(0, nowMs - lastMs)
      lastMs = nowMs
      this.scrollBy({ x: x * passedMs, y: y * passedMs })
      const slower = Math.exp(-passedMs / GLIDE_MS)
      ;[x, y] = [x * slower, y * slower]
      this.#frame = Math.hypot(x, y) > SLOWEST_PX_PER_MS ? requestAnimationFrame(step) : undefined
    }
    this.#frame = requestAnimationFrame(step)
  }

  /** Stops scrolling by itself; returns whether it did. */
  stop(): boolean {
    const wasMoving = this.#frame !== undefined
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame)
    this.#frame = undefined
    return wasMoving
  }
}
