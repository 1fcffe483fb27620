import type { Injector } from '@univerjs/core'
import { Grid, type Workbook } from '../presence/grid.js'
import { placeInPane, type Area, type Box, type Pane } from '../presence/panes.js'
import type { ImageTarget, ShownImage } from './images.js'

export type { Area as ImageArea, Box as ImageBox } from '../presence/panes.js'

/** The part of an image that a pane of the grid shows. */
export interface ImagePiece {
  readonly image: ShownImage
  /** Where the whole image is, in pixels of the window from the corner of the pane. */
  readonly box: Box
}

/** A pane of the grid with its images. */
export interface ImagePane {
  readonly name: string
  /** Where the pane is, in pixels of the window from the corner of the canvas. */
  readonly box: Box
  readonly pieces: readonly ImagePiece[]
}

/** Says where images are in the grid, and what is where they are put. */
export class ImageAreas {
  readonly #workbook: Workbook
  readonly #grid: Grid

  constructor(workbook: Workbook, injector: Injector) {
    this.#workbook = workbook
    this.#grid = new Grid(workbook, injector)
  }

  get canvas(): HTMLCanvasElement {
    return this.#grid.canvas
  }

  /** The id of the sheet that is shown. */
  get sheet(): string {
    return this.#grid.sheet
  }

  get zoom(): number {
    return this.#grid.zoom
  }

  /** Returns the area of an image on the shown sheet, in its pixels; `undefined` if none of it can be seen. */
  of(image: ShownImage): Area | undefined {
    const skeleton = this.#workbook.getActiveSheet().getSkeleton()
    const { row, column, x, y, size, isWithin } = image
    const cell = this.#grid.cellArea({ row, column })
    if (!skeleton || cell === undefined) return undefined
    if (isWithin) return fit(size, cell)
    const { startX, startY, endX, endY } = skeleton.getCellWithCoordByIndex(row, column)
    const left = startX + Math.min(x, endX - startX)
    const top = startY + Math.min(y, endY - startY)
    return { left, top, right: left + size.width, bottom: top + size.height }
  }

  /** Returns the panes with what they show of images. @param areaOf where an image is at the moment */
  panes(
    images: readonly ShownImage[],
    areaOf: (image: ShownImage) => Area | undefined,
  ): ImagePane[] {
    const areas = images.map((image) => [image, areaOf(image)] as const)
    return this.#grid.panes().map((pane) => ({
      name: pane.name,
      box: pane.box,
      pieces: areas.flatMap(([image, area]) => this.#pieceOf(image, area, pane)),
    }))
  }

  /** Returns the cell at a point of the shown sheet, in its pixels, and where in it the point is. */
  targetAt(left: number, top: number): ImageTarget | undefined {
    const skeleton = this.#workbook.getActiveSheet().getSkeleton()
    if (!skeleton) return undefined
    const { rowHeightAccumulation, columnWidthAccumulation } = skeleton
    // Where the window is zoomed, the corner of a cell may be a little before itself.
    const down = Math.round(top - skeleton.columnHeaderHeightAndMarginTop)
    const across = Math.round(left - skeleton.rowHeaderWidthAndMarginLeft)
    const [row, y] = lineAt(rowHeightAccumulation, down)
    const [column, x] = lineAt(columnWidthAccumulation, across)
    return { row, column, x, y }
  }

  /** Returns the point of the shown sheet that is at a point of the window; `undefined` outside of the cells. */
  pointAt(clientX: number, clientY: number): readonly [left: number, top: number] | undefined {
    const canvas = this.canvas.getBoundingClientRect()
    const [x, y] = [clientX - canvas.left, clientY - canvas.top]
    for (const { box, scroll } of this.#grid.panes()) {
      const isIn =
        x >= box.left && x < box.left + box.width && y >= box.top && y < box.top + box.height
      if (isIn) return [x / this.zoom + scroll.x, y / this.zoom + scroll.y]
    }
    return undefined
  }

  #pieceOf(image: ShownImage, area: Area | undefined, pane: Pane): ImagePiece[] {
    const isAny = area !== undefined && area.right > area.left && area.bottom > area.top
    const box = isAny ? placeInPane(area, pane, this.zoom) : undefined
    return box === undefined ? [] : [{ image, box }]
  }
}

/** Returns the largest area within a cell that has the proportions of an image. */
function fit({ width, height }: ShownImage['size'], { left, top, right, bottom }: Area): Area {
  const scale = Math.min((right - left) / width, (bottom - top) / height)
  const [across, down] = [width * scale, height * scale]
  const [x, y] = [(left + right - across) / 2, (top + bottom - down) / 2]
  return { left: x, top: y, right: x + across, bottom: y + down }
}

/** Returns the line at a place, and how far from its beginning the place is. @param ends where lines end */
function lineAt(ends: readonly number[], place: number): readonly [at: number, offset: number] {
  let [low, high] = [0, ends.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (ends[middle]! > place) high = middle
    else low = middle + 1
  }
  return [low, Math.max(0, place - (ends[low - 1] ?? 0))]
}
