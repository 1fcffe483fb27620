import type { Univer } from '@univerjs/core'
import { IContextMenuService } from '@univerjs/preset-sheets-core'
import type { SharedWorkbook } from '@whereabouts/univer'
import { click } from './click.js'
import { Fingers, type Point } from './gestures.js'
import { Handles } from './handles.js'
import { TouchKeyboard } from './keyboard.js'
import { TouchedGrid } from './touched-grid.js'
import './touch.css'

/** Two taps within this time and distance are a double tap. */
const TWICE = { ms: 450, px: 24 }
/** A finger that moves this much more in one direction scrolls in that one only. */
const STRAIGHT = 2.5

/** Lets fingers scroll, zoom, select and edit. @see OFFICE.md SH225 */
export function touchSheet(univer: Univer, shared: SharedWorkbook): void {
  new SheetTouch(univer, shared).listen()
}

class SheetTouch {
  readonly #grid: TouchedGrid
  readonly #handles: Handles
  readonly #keyboard: TouchKeyboard
  readonly #menu: IContextMenuService
  readonly #fingers: Fingers
  /** In which directions a finger scrolls, once it has moved. */
  #ways: Point | null = null
  #tap: PointerEvent | null = null

  constructor(univer: Univer, shared: SharedWorkbook) {
    const injector = univer.__getInjector()
    this.#grid = new TouchedGrid(injector, shared.workbook)
    this.#handles = new Handles(injector, shared, this.#grid)
    this.#keyboard = new TouchKeyboard(injector, shared, this.#grid)
    this.#menu = injector.get(IContextMenuService)
    this.#fingers = new Fingers({
      began: () => this.#begin(),
      tapped: (finger) => this.#select(finger),
      pressed: (finger) => this.#openMenu(finger),
      dragged: (finger) => this.#drag(finger),
      moved: (by, to) => this.#move(by, to),
      released: (velocity) => this.#release(velocity),
      pinched: (factor, by, at) => this.#zoom(factor, by, at),
    })
  }

  listen(): void {
    const { canvas } = this.#grid
    const host = canvas.parentElement ?? canvas
    for (const type of ['pointerdown', 'pointermove', 'pointerup', 'pointercancel'] as const) {
      host.addEventListener(type, this.#take, { capture: true })
    }
    host.addEventListener('contextmenu', (event) => event.preventDefault(), { capture: true })
    const look = ({ pointerType }: PointerEvent) => this.#handles.show(pointerType === 'touch')
    addEventListener('pointerdown', look, { capture: true })
  }

  readonly #take = (event: PointerEvent): void => {
    // The grid's own clicks, and what belongs to something that is over the cells.
    if (!event.isTrusted || event.pointerType !== 'touch' || !this.#isOnCells(event)) return
    event.stopPropagation()
    // The browser would make mouse events of it.
    event.preventDefault()
    if (event.type === 'pointerdown') this.#fingers.down(event)
    if (event.type === 'pointermove') this.#fingers.move(event)
    if (event.type === 'pointerup') this.#fingers.up(event)
    if (event.type === 'pointercancel') this.#fingers.cancel(event)
  }

  #isOnCells({ target }: Event): boolean {
    const isHandle = target instanceof HTMLElement && target.matches('.selection-handle')
    return target === this.#grid.canvas || isHandle
  }

  #begin(): boolean {
    this.#ways = null
    const { visible } = this.#menu
    if (visible) this.#menu.hideContextMenu()
    return this.#grid.stop() || visible
  }

  #select(finger: PointerEvent): void {
    const last = this.#tap
    const isSecond = last !== null && isNear(last, finger)
    this.#tap = isSecond ? null : finger
    if (isSecond && this.#grid.hasCellsAt(last)) {
      // A click could hit the border or the fill handle of what the first tap has selected.
      this.#keyboard.open()
      return
    }
    // Univer takes only two clicks at the same place for a double click.
    click(this.#grid.canvas, finger, 0, isSecond ? last : finger)
    this.#keyboard.settle()
  }

  #openMenu(finger: PointerEvent): void {
    this.#tap = null
    click(this.#grid.canvas, finger, 2, finger)
  }

  #drag(finger: PointerEvent): void {
    this.#tap = null
    this.#handles.begin(finger)
  }

  #move(by: Point, to: Point): void {
    if (this.#handles.move(by, to)) return
    this.#ways ??= waysOf(by)
    this.#grid.scrollBy({ x: -by.x * this.#ways.x, y: -by.y * this.#ways.y })
  }

  #release(velocity: Point): void {
    if (this.#handles.end() || this.#ways === null) return
    this.#grid.glide({ x: -velocity.x * this.#ways.x, y: -velocity.y * this.#ways.y })
  }

  #zoom(factor: number, by: Point, at: Point): void {
    this.#grid.scrollBy({ x: -by.x, y: -by.y })
    void this.#grid.zoomBy(factor, at)
  }
}

function isNear(one: PointerEvent, other: PointerEvent): boolean {
  const distance = Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY)
  return other.timeStamp - one.timeStamp < TWICE.ms && distance < TWICE.px
}

function waysOf({ x, y }: Point): Point {
  const [across, down] = [Math.abs(x), Math.abs(y)]
  return { x: down > across * STRAIGHT ? 0 : 1, y: across > down * STRAIGHT ? 0 : 1 }
}
