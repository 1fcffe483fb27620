import type { Injector } from '@univerjs/core'
import { Grid, type Workbook } from '../presence/grid.js'
import { placeInPane, type Area, type Box } from '../presence/panes.js'
import type { FloatingPlace, FloatingSize } from '../charts/chart.js'

/** Something over the cells of the shown sheet. */
export interface Floating {
  readonly element: HTMLElement
  readonly place: FloatingPlace
  readonly size: FloatingSize
}

/** What the grid's own scroll bars take. */
const SCROLL_BAR = 10

/**
 * Puts elements over the cells of the shown sheet, where they scroll and zoom with their cells; those whose cell is
 * frozen stay. What an element shows, and what it does, is its own.
 */
export class FloatingLayer {
  readonly #workbook: Workbook
  readonly #grid: Grid
  readonly #host: HTMLElement
  readonly #panes = new Map<string, HTMLElement>()

  constructor(workbook: Workbook, injector: Injector) {
    this.#workbook = workbook
    this.#grid = new Grid(workbook, injector)
    this.#host = document.createElement('div')
    this.#host.className = 'floating'
    this.#grid.canvas.after(this.#host)
    // The grid scrolls wherever the mouse is.
    this.#host.addEventListener('wheel', this.#passOn, { passive: false })
  }

  get canvas(): HTMLCanvasElement {
    return this.#grid.canvas
  }

  get zoom(): number {
    return this.#grid.zoom
  }

  /** Shows exactly these, the last one in front; returns the elements that are in sight. */
  show(all: readonly Floating[]): ReadonlySet<Element> {
    const shown = new Set<Element>()
    for (const [at, floating] of all.entries()) {
      const pane = this.#paneOf(floating.place)
      const box = pane === undefined ? undefined : this.#boxOf(floating, pane)
      if (pane === undefined || box === undefined) continue
      this.#put(floating, this.#elementOf(pane), box, at)
      shown.add(floating.element)
    }
    for (const pane of this.#panes.values())
      for (const child of pane.querySelectorAll(':scope > *')) if (!shown.has(child)) child.remove()
    return shown
  }

  /** Returns where something is on the sheet, in pixels before zooming. */
  areaOf({ row, column, x, y }: FloatingPlace, { width, height }: FloatingSize): Area | undefined {
    const cell = this.#grid.cellArea({ row, column })
    if (cell === undefined) return undefined
    const [left, top] = [cell.left + x, cell.top + y]
    return { left, top, right: left + width, bottom: top + height }
  }

  /** Returns the place of a point of the sheet, in pixels before zooming. */
  placeAt(left: number, top: number): FloatingPlace {
    const skeleton = this.#workbook.getActiveSheet().getSkeleton()
    const { rowHeaderWidthAndMarginLeft: first = 0, columnHeaderHeightAndMarginTop: above = 0 } =
      skeleton ?? {}
    const [across, down] = [Math.max(left, first), Math.max(top, above)]
    const at = skeleton?.getCellIndexByOffset(across, down, 1, 1, { x: 0, y: 0 })
    const { row = 0, column = 0 } = at ?? {}
    const cell = this.#grid.cellArea({ row, column }) ?? { left: first, top: above }
    return { row, column, x: Math.max(0, across - cell.left), y: Math.max(0, down - cell.top) }
  }

  /** Returns the place in the middle of what is seen, for something of a size. */
  middle({ width, height }: FloatingSize): FloatingPlace {
    const main = this.#grid.panes()[0]
    if (main === undefined) return { row: 0, column: 0, x: 0, y: 0 }
    const { zoom } = this
    const left = (main.box.left + main.box.width / 2) / zoom + main.scroll.x - width / 2
    const top = (main.box.top + main.box.height / 2) / zoom + main.scroll.y - height / 2
    return this.placeAt(
      Math.max(left, main.box.left / zoom + main.scroll.x),
      Math.max(top, main.box.top / zoom + main.scroll.y),
    )
  }

  #put({ element, size }: Floating, pane: HTMLElement, box: Box, at: number): void {
    if (element.parentElement !== pane) pane.append(element)
    Object.assign(element.style, {
      left: `${box.left}px`,
      top: `${box.top}px`,
      width: `${size.width}px`,
      height: `${size.height}px`,
      transform: this.zoom === 1 ? '' : `scale(${this.zoom})`,
      zIndex: String(at),
    })
  }

  #paneOf({ row, column }: FloatingPlace) {
    const freeze = this.#workbook.getActiveSheet().getSheet().getFreeze()
    const [isTop, isLeft] = [row < freeze.startRow, column < freeze.startColumn]
    const panes = this.#grid.panes()
    const name = PANES.get(`${isTop} ${isLeft}`)
    return panes.find((pane) => pane.name === name) ?? panes[0]
  }

  #boxOf({ place, size }: Floating, pane: ReturnType<Grid['panes']>[number]): Box | undefined {
    const area = this.areaOf(place, size)
    const { width, height } = this.#grid.canvas.getBoundingClientRect()
    const { left, top } = pane.box
    const box = { left, top, width: width - left - SCROLL_BAR, height: height - top - SCROLL_BAR }
    const reaching = { ...pane, box }
    const element = this.#elementOf(pane)
    Object.assign(element.style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${box.width}px`,
      height: `${box.height}px`,
    })
    return area && placeInPane(area, reaching, this.zoom)
  }

  #elementOf({ name }: { readonly name: string }): HTMLElement {
    const known = this.#panes.get(name)
    if (known !== undefined) return known
    const element = document.createElement('div')
    element.className = 'floating-pane'
    this.#host.append(element)
    this.#panes.set(name, element)
    return element
  }

  readonly #passOn = (event: WheelEvent): void => {
    event.preventDefault()
    this.#grid.canvas.dispatchEvent(new WheelEvent('wheel', event))
  }
}

/** What Univer calls its panes, by whether their rows and columns are frozen. */
const PANES: ReadonlyMap<string, string> = new Map([
  ['false false', 'viewMain'],
  ['true false', 'viewMainTop'],
  ['false true', 'viewMainLeft'],
  ['true true', 'viewMainLeftTop'],
])
