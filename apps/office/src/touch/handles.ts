import { ICommandService, RANGE_TYPE, type Injector, type IRange } from '@univerjs/core'
import {
  getPrimaryForRange,
  IEditorBridgeService,
  SetSelectionsOperation,
  SheetsSelectionsService,
} from '@univerjs/preset-sheets-core'
import type { SharedWorkbook } from '@whereabouts/univer'
import { CellBoxes } from '@whereabouts/univer/late'
import type { Point } from './gestures.js'
import type { Place, TouchedGrid } from './touched-grid.js'

/** How near a finger is to the edge of the cells when they scroll below it. */
const EDGE_PX = 28
/** How far they scroll then, in each frame. */
const STEP_PX = 8

type End = 'first' | 'last'

interface Drag {
  /** The cell in the opposite corner, which stays. */
  readonly anchor: Place
  readonly rangeType: RANGE_TYPE | undefined
  /** The place whose cell is selected: within the corner, not below the finger. */
  at: Point
  finger: Point
}

/** The handles at two corners of the selection, with which a finger selects more. @see OFFICE.md SH228 */
export class Handles {
  readonly #grid: TouchedGrid
  readonly #shared: SharedWorkbook
  readonly #boxes: CellBoxes
  readonly #selections: SheetsSelectionsService
  readonly #commands: ICommandService
  readonly #editor: IEditorBridgeService
  readonly #elements: Readonly<Record<End, HTMLElement>>
  #drag: Drag | null = null
  #isWaiting = false
  #isShown = false

  constructor(injector: Injector, shared: SharedWorkbook, grid: TouchedGrid) {
    this.#grid = grid
    this.#shared = shared
    this.#boxes = new CellBoxes(shared.workbook, injector)
    this.#selections = injector.get(SheetsSelectionsService)
    this.#commands = injector.get(ICommandService)
    this.#editor = injector.get(IEditorBridgeService)
    this.#elements = { first: handle('first'), last: handle('last') }
    grid.canvas.after(this.#elements.first, this.#elements.last)
    // Selecting, scrolling, zooming and typing are all commands.
    this.#commands.onCommandExecuted(this.#placeSoon)
    addEventListener('resize', this.#placeSoon)
    grid.render.engine.onTransformChange$.subscribeEvent(this.#placeSoon)
  }

  /** Shows them to fingers only. */
  show(isShown: boolean): void {
    this.#isShown = isShown
    this.#placeSoon()
  }

  /** Begins to move a corner; returns whether that is one. */
  begin({ target, clientX: x, clientY: y }: PointerEvent): boolean {
    const end = endOf(target)
    const range = this.#range
    if (end === undefined || range === undefined) return false
    const { first, last } = cornersOf(range)
    const corner = this.#cornerOf(end)
    if (corner === undefined) return false
    const inner = end === 'first' ? 1 : -1
    const at = { x: corner.x + inner, y: corner.y + inner }
    const anchor = end === 'first' ? last : first
    this.#drag = { anchor, rangeType: range.rangeType, at, finger: { x, y } }
    this.#follow()
    return true
  }

  move(by: Point, finger: Point): boolean {
    const drag = this.#drag
    if (drag === null) return false
    drag.at = { x: drag.at.x + by.x, y: drag.at.y + by.y }
    drag.finger = finger
    this.#select(drag)
    return true
  }

  end(): boolean {
    const wasMoving = this.#drag !== null
    this.#drag = null
    return wasMoving
  }

  /** Scrolls as long as a finger is at an edge. */
  #follow(): void {
    requestAnimationFrame(() => {
      if (this.#drag === null) return
      const by = this.#beyond(this.#drag.finger)
      this.#grid.scrollBy(by)
      if (by.x !== 0 || by.y !== 0) this.#select(this.#drag)
      this.#follow()
    })
  }

  #beyond({ x, y }: Point): Point {
    const { left, top, right, bottom } = this.#grid.area
    return { x: step(x, left, right), y: step(y, top, bottom) }
  }

  #select({ anchor, rangeType, at }: Drag): void {
    const cell = this.#grid.cellAt(at)
    const sheet = this.#shared.workbook.getActiveSheet()
    const skeleton = sheet.getSkeleton()
    if (cell === undefined || !skeleton) return
    const lines = linesBetween(anchor, cell, rangeType, this.#range)
    const range = { ...skeleton.expandRangeByMerge(lines), ...(rangeType && { rangeType }) }
    if (isSame(range, this.#range)) return
    void this.#commands.syncExecuteCommand(SetSelectionsOperation.id, {
      unitId: this.#shared.workbook.getId(),
      subUnitId: sheet.getSheetId(),
      selections: [{ range, primary: getPrimaryForRange(range, sheet.getSheet()), style: null }],
    })
  }

  get #range(): IRange | undefined {
    return this.#selections.getCurrentLastSelection()?.range
  }

  readonly #placeSoon = (): void => {
    if (this.#isWaiting) return
    this.#isWaiting = true
    requestAnimationFrame(() => {
      this.#isWaiting = false
      this.#place('first')
      this.#place('last')
    })
  }

  #place(end: End): void {
    const element = this.#elements[end]
    const isOff = !this.#isShown || this.#editor.isVisible().visible
    const corner = isOff ? undefined : this.#cornerOf(end)
    element.hidden = corner === undefined || !this.#grid.hasCellsAt(corner)
    if (corner === undefined) return
    element.style.left = `${corner.x}px`
    element.style.top = `${corner.y}px`
  }

  /** Returns where a corner of the selection is in the window. */
  #cornerOf(end: End): Point | undefined {
    const range = this.#range
    const box = range && this.#boxes.of(cornersOf(range)[end])
    if (box === undefined) return undefined
    return end === 'first'
      ? { x: box.left, y: box.top }
      : { x: box.left + box.width, y: box.top + box.height }
  }
}

function handle(end: End): HTMLElement {
  const element = document.createElement('div')
  element.className = 'selection-handle'
  element.dataset['end'] = end
  element.ariaHidden = 'true'
  element.hidden = true
  return element
}

function endOf(target: EventTarget | null): End | undefined {
  const end = target instanceof HTMLElement ? target.dataset['end'] : undefined
  return end === 'first' || end === 'last' ? end : undefined
}

/** Returns the cells in two corners; whole rows and columns have them where they begin, as their ends are far away. */
function cornersOf({ startRow, startColumn, endRow, endColumn, rangeType }: IRange) {
  const first = { row: startRow, column: startColumn }
  const row = rangeType === RANGE_TYPE.COLUMN ? startRow : endRow
  const column = rangeType === RANGE_TYPE.ROW ? startColumn : endColumn
  return { first, last: { row, column } }
}

/** Returns the cells from one to another; of whole rows or columns, all. */
function linesBetween(
  one: Place,
  other: Place,
  rangeType: RANGE_TYPE | undefined,
  whole: IRange | undefined,
): IRange {
  const rows = [one.row, other.row].toSorted((a, b) => a - b) as [number, number]
  const columns = [one.column, other.column].toSorted((a, b) => a - b) as [number, number]
  const range = {
    startRow: rows[0],
    endRow: rows[1],
    startColumn: columns[0],
    endColumn: columns[1],
  }
  if (whole === undefined) return range
  const { startRow, endRow, startColumn, endColumn } = whole
  if (rangeType === RANGE_TYPE.COLUMN) return { ...range, startRow, endRow }
  return rangeType === RANGE_TYPE.ROW ? { ...range, startColumn, endColumn } : range
}

/** Returns how far to scroll when a finger is at this place between two edges. */
function step(at: number, first: number, last: number): number {
  if (at < first + EDGE_PX) return -STEP_PX
  return at > last - EDGE_PX ? STEP_PX : 0
}

function isSame(one: IRange, other: IRange | undefined): boolean {
  return (
    one.startRow === other?.startRow &&
    one.endRow === other.endRow &&
    one.startColumn === other.startColumn &&
    one.endColumn === other.endColumn
  )
}
