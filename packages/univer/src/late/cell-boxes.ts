import type { Injector } from '@univerjs/core'
import { Grid, type Workbook } from '../presence/grid.js'
import { placeInPane, type Box } from '../presence/panes.js'
import type { Cell } from '../presence/place.js'

/** Says where cells are in the window. */
export class CellBoxes {
  readonly #grid: Grid

  constructor(workbook: Workbook, injector: Injector) {
    this.#grid = new Grid(workbook, injector)
  }

  /** Returns where a cell of the shown sheet is, in pixels of the window; `undefined` if it is out of sight. */
  of(cell: Cell): Box | undefined {
    const area = this.#grid.cellArea(cell)
    if (area === undefined) return undefined
    const { zoom } = this.#grid
    for (const pane of this.#grid.panes()) {
      const box = placeInPane(area, pane, zoom)
      if (box === undefined) continue
      const canvas = this.#grid.canvas.getBoundingClientRect()
      return {
        ...box,
        left: canvas.left + pane.box.left + box.left,
        top: canvas.top + pane.box.top + box.top,
      }
    }
    return undefined
  }
}
