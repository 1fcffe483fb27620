import { CommandType, ICommandService, type Injector } from '@univerjs/core'
import type { SharedWorkbook } from '@whereabouts/univer'
import {
  CHART_LIMITS,
  changedCells,
  Charts,
  fitSize,
  FloatingLayer,
  readCells,
  usualDirection,
  type Chart,
  type ChartChange,
  type FloatingSize,
  type SheetRange,
} from '@whereabouts/univer/charts'
import { focusCells } from '../focus-cells.js'
import { t } from '../language/language.js'
import { followDarkness } from '../looks/theme.js'
import { notify } from '../passing-notice.js'
import type { Session } from '../session.js'
import type { openPanel as OpenPanel } from './open-panel.js'
import { ChartFigure, KEYS_ID, type Shown } from './figure.js'
import { Pace } from './pace.js'
import { PointerDrag } from './pointer.js'
import { readPalette, type Palette } from './palette.js'
import { TEXTS } from './texts.js'
import './charts.css'

const STEP_PX = 10
const FIRST_SIZE: FloatingSize = { width: 480, height: 300 }

/** The cells that are selected in a workbook. */
type Cells = ReturnType<SharedWorkbook['workbook']['getActiveRange']>

/** The chart that is selected, and what it shows. */
export interface Selected {
  readonly sheet: string
  readonly chart: Chart
  readonly shown: Shown | null
}

/** The charts of one window: drawn over the cells, selected, moved and edited. @see OFFICE.md SH200 to SH209 */
export class SheetCharts {
  readonly shared: SharedWorkbook
  readonly #session: Pick<Session, 'canEdit' | 'subscribe'>
  readonly #charts: Charts
  readonly #layer: FloatingLayer
  readonly #figures = new Map<string, ChartFigure>()
  readonly #pace = new Pace()
  readonly #pointer = new PointerDrag()
  readonly #keys = addKeysText()
  readonly #listeners = new Set<() => void>()
  #palette: Palette = readPalette()
  #selected: { readonly sheet: string; readonly id: string } | null = null
  /** What is shown of the selected chart; another object whenever that is something else. */
  selected: Selected | null = null
  /** What the user changes, while something is dragged and until it is in the document. */
  #own: OwnChange | null = null
  /** A chart that this window has added, until it is in the document. */
  #added: Added | null = null
  #isDrawing = false
  #isWaiting = false
  #closePanel: (() => void) | null = null

  constructor(
    injector: Injector,
    shared: SharedWorkbook,
    session: Pick<Session, 'canEdit' | 'subscribe'>,
  ) {
    this.shared = shared
    this.#session = session
    this.#charts = new Charts(shared, injector)
    this.#layer = new FloatingLayer(shared.workbook, injector)
    this.#sayKeys()
    this.#follow(injector.get(ICommandService))
  }

  get canEdit(): boolean {
    return this.#session.canEdit
  }

  /** Calls back when the selected chart may be another one; returns how to stop that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /**
   * Adds a chart of cells, selects it and opens its panel.
   *
   * @param acts aborts once the user goes on elsewhere: the chart is then only added
   * @see OFFICE.md SH200
   */
  add(cells: Cells, acts: AbortSignal): void {
    const range = cells === null ? undefined : this.#rangeOf(cells)
    if (range === undefined) return
    const { sheet } = range
    if (this.#charts.of(sheet).length >= CHART_LIMITS.charts) {
      notify(TEXTS.tooMany(CHART_LIMITS.charts))
      return
    }
    const { startRow, startColumn, endRow, endColumn } = range.range
    const id = this.#charts.add(sheet, {
      kind: 'column',
      range,
      place: this.#layer.middle(FIRST_SIZE),
      size: FIRST_SIZE,
      by: usualDirection(endRow - startRow + 1, endColumn - startColumn + 1),
    })
    if (id !== undefined) this.#added = { id, acts }
  }

  /** The document has what was added once the grid has written all that belongs to the same action. */
  #takeAdded(charts: readonly Chart[]): void {
    const added = this.#added
    if (added === null || charts.every(({ id }) => id !== added.id)) return
    this.#added = null
    notify(TEXTS.added)
    if (!added.acts.aborted) this.edit(added.id, added.acts)
  }

  /**
   * Opens the panel of a chart.
   *
   * @param acts aborts once the user goes on elsewhere, who then gets no panel
   */
  edit(id: string, acts?: AbortSignal): void {
    if (!this.canEdit) return
    this.#select(id)
    this.#draw()
    if (this.#closePanel !== null) return
    this.#closePanel = () => {}
    void import('./open-panel.js').then(({ openPanel }) => {
      if (acts?.aborted === true) this.#selected = null
      this.#open(openPanel)
      this.#drawSoon()
    }, this.#failed)
  }

  #open(openPanel: typeof OpenPanel): void {
    const isLeft = this.#selected === null
    this.#closePanel = isLeft ? null : openPanel(this, () => this.#closed())
  }

  #closed(): void {
    this.#closePanel = null
    if (this.#selected === null) focusCells()
    else this.#focus(this.#selected.id)
  }

  readonly #failed = (error: unknown): void => {
    this.#closePanel = null
    reportError(error)
    notify(t('common.unreachable'))
  }

  /** Changes the selected chart. */
  change(change: ChartChange): void {
    if (this.#selected === null) return
    const { sheet, id } = this.#selected
    if (!this.#charts.change(sheet, id, change)) return
    this.#own = { id, change, isOver: true }
    // Whoever chose something sees it chosen at once.
    this.#draw()
  }

  /** Brings the selected chart before the others. */
  bringToFront(): void {
    if (this.#selected !== null) this.#charts.bringToFront(this.#selected.sheet, this.#selected.id)
  }

  /** Deletes the selected chart. */
  remove(): void {
    const selected = this.#selected
    if (selected === null || !this.#charts.remove(selected.sheet, selected.id)) return
    this.#leave()
    notify(TEXTS.removed)
  }

  get #sheet(): string {
    return this.shared.workbook.getActiveSheet().getSheetId()
  }

  #rangeOf(cells: NonNullable<Cells>): SheetRange | undefined {
    const sheet = this.shared.workbook.getSheetBySheetId(cells.getSheetId())
    if (sheet === null || sheet === undefined) return undefined
    const [lastRow, lastColumn] = [sheet.getMaxRows() - 1, sheet.getMaxColumns() - 1]
    const { startRow, startColumn, endRow, endColumn } = cells.getRange()
    return {
      sheet: sheet.getSheetId(),
      range: {
        startRow: startRow || 0,
        startColumn: startColumn || 0,
        // Whole rows and columns have no end.
        endRow: Number.isNaN(endRow) ? lastRow : Math.min(endRow, lastRow),
        endColumn: Number.isNaN(endColumn) ? lastColumn : Math.min(endColumn, lastColumn),
      },
    }
  }

  #follow(commands: ICommandService): void {
    // Scrolling, zooming, freezing and switching sheets are all commands; cells change by mutations.
    commands.onCommandExecuted((command) => {
      if (command.type === CommandType.MUTATION) this.#note(command)
      this.#drawSoon()
    })
    this.#charts.subscribe(() => {
      if (this.#own?.isOver === true) this.#own = null
      this.#drawSoon()
    })
    this.shared.subscribe(this.#drawSoon)
    this.#session.subscribe(() => {
      this.#sayKeys()
      this.#drawSoon()
    })
    new ResizeObserver(this.#drawSoon).observe(this.#layer.canvas)
    followDarkness(() =>
      // The style sheets follow at the next frame.
      requestAnimationFrame(() => {
        this.#palette = readPalette()
        this.#drawSoon()
      }),
    )
  }

  #note(mutation: Parameters<typeof changedCells>[0]): void {
    const cells = changedCells(mutation)
    if (cells === null) return
    for (const figure of this.#figures.values()) figure.note(cells)
  }

  /** Says by which keys a chart is used: those that the user has. @see OFFICE.md SH213 */
  #sayKeys(): void {
    const text = this.canEdit ? TEXTS.keys : TEXTS.keysToView
    if (this.#keys.textContent !== text) this.#keys.textContent = text
  }

  readonly #drawSoon = (): void => {
    if (this.#isDrawing) return
    this.#isDrawing = true
    requestAnimationFrame(() => {
      this.#isDrawing = false
      this.#draw()
    })
  }

  #draw(): void {
    const charts = this.#charts.of(this.#sheet).map((chart) => this.#withOwn(chart))
    this.#takeOut(charts)
    const inSight = this.#layer.show(charts.map((chart) => this.#place(chart)))
    const isSeen = ({ id }: Chart) =>
      inSight.has(this.#figureOf(id).element) || this.#selected?.id === id
    this.#fill(charts.filter(isSeen))
    this.#tell(charts)
    this.#takeAdded(charts)
  }

  #withOwn(chart: Chart): Chart {
    return this.#own?.id === chart.id ? changed(chart, this.#own.change) : chart
  }

  #place({ id, place, size }: Chart) {
    const { element } = this.#figureOf(id)
    element.toggleAttribute('data-selected', this.#selected?.id === id)
    element.toggleAttribute('data-fixed', !this.canEdit)
    return { element, place, size }
  }

  /** Shows charts, and reads the cells of some of those where cells may have changed. @see OFFICE.md SH211 */
  #fill(charts: readonly Chart[]): void {
    const stale = charts.filter((chart) => this.#figureOf(chart.id).isStale(chart))
    const readAtMs = ({ id }: Chart) => this.#figureOf(id).readAtMs
    const inTurn = stale.toSorted((one, other) => readAtMs(one) - readAtMs(other))
    const isOwn = ({ id }: Chart) => this.#own?.id === id
    const waitMs = this.#pace.turn(inTurn, isOwn, (chart) => this.#read(chart))
    if (waitMs > 0) this.#drawIn(waitMs)
    for (const chart of charts) this.#figureOf(chart.id).show(chart, this.#palette)
  }

  /** Reads and draws a chart; returns how many cells were looked at. */
  #read(chart: Chart): number {
    const { range } = chart
    const figure = this.#figureOf(chart.id)
    const sheet = range && this.shared.workbook.getSheetBySheetId(range.sheet)?.getSheet()
    const reading = range && sheet ? readCells(sheet, range.range, chart) : null
    figure.take(chart, reading)
    figure.show(chart, this.#palette)
    return reading?.looks ?? 0
  }

  #drawIn(waitMs: number): void {
    if (this.#isWaiting) return
    this.#isWaiting = true
    setTimeout(() => {
      this.#isWaiting = false
      this.#drawSoon()
    }, waitMs)
  }

  #figureOf(id: string): ChartFigure {
    const key = `${this.#sheet}/${id}`
    const known = this.#figures.get(key)
    if (known !== undefined) return known
    const figure = new ChartFigure(id, () => this.edit(id))
    this.#figures.set(key, figure)
    const { element } = figure
    element.addEventListener('focus', () => {
      this.#select(id)
      this.#drawSoon()
    })
    element.addEventListener('focusout', ({ relatedTarget }) => {
      const isWithin = relatedTarget instanceof Node && element.contains(relatedTarget)
      if (isWithin || this.#closePanel !== null || this.#selected?.id !== id) return
      this.#selected = null
      this.#drawSoon()
    })
    element.addEventListener('dblclick', () => this.edit(id))
    element.addEventListener('keydown', (event) => this.#press(event, id))
    this.#pointer.follow(element, {
      mayMove: () => this.canEdit,
      zoom: () => this.#layer.zoom,
      moved: (by, corner, isOver) => this.#drag(id, by, corner, isOver),
    })
    return figure
  }

  /** Removes the figures of charts that are gone, or not on the sheet that is shown. */
  #takeOut(charts: readonly Chart[]): void {
    const shown = new Set(charts.map(({ id }) => `${this.#sheet}/${id}`))
    for (const [key, figure] of this.#figures) {
      if (shown.has(key)) continue
      figure.remove()
      this.#figures.delete(key)
    }
    const selected = this.#selected
    if (selected === null || shown.has(`${selected.sheet}/${selected.id}`)) return
    if (selected.sheet === this.#sheet) notify(TEXTS.removedByOther)
    this.#leave()
  }

  #tell(charts: readonly Chart[]): void {
    const { id = '', sheet = '' } = this.#selected ?? {}
    const chart = charts.find((each) => each.id === id)
    const shown = this.#figures.get(`${sheet}/${id}`)?.shown ?? null
    const isSame = textOf(chart) === textOf(this.selected?.chart)
    if (isSame && shown === (this.selected?.shown ?? null)) return
    this.selected = chart === undefined ? null : { sheet, chart, shown }
    for (const listener of this.#listeners) listener()
  }

  #select(id: string): void {
    this.#selected = { sheet: this.#sheet, id }
  }

  #focus(id: string): void {
    this.#select(id)
    this.#draw()
    this.#figures.get(`${this.#sheet}/${id}`)?.element.focus({ preventScroll: true })
  }

  #leave(): void {
    this.#selected = null
    this.#closePanel?.()
    this.#drawSoon()
    focusCells()
  }

  #press(event: KeyboardEvent, id: string): void {
    const { key, shiftKey } = event
    // The grid has keys of its own, which are about its cells.
    event.stopPropagation()
    if (event.target !== event.currentTarget) return
    const isUndo = event.ctrlKey || event.metaKey
    const act = isUndo ? this.#keyOfUndo(event) : this.#keyOf(key, id, shiftKey ? 1 : STEP_PX)
    if (act === undefined) return
    event.preventDefault()
    act()
  }

  #keyOfUndo({ key, shiftKey }: KeyboardEvent): (() => void) | undefined {
    const { steps } = this.shared
    const letter = key.toLowerCase()
    if (letter === 'y' || (letter === 'z' && shiftKey)) return () => steps.redo()
    return letter === 'z' ? () => steps.undo() : undefined
  }

  #keyOf(key: string, id: string, px: number): (() => void) | undefined {
    const move = ([x, y]: readonly [number, number]) => this.#drag(id, { x, y }, null, true)
    const moves: { readonly [key: string]: readonly [number, number] } = {
      ArrowLeft: [-px, 0],
      ArrowRight: [px, 0],
      ArrowUp: [0, -px],
      ArrowDown: [0, px],
    }
    const by = moves[key]
    if (by !== undefined) return this.canEdit ? () => move(by) : undefined
    if (key === 'Enter') return () => this.edit(id)
    if (key === 'Escape') return () => this.#leave()
    return key === 'Delete' || key === 'Backspace' ? () => this.remove() : undefined
  }

  /** Moves a chart, or one of its corners, and writes that once it is over. */
  #drag(id: string, by: Distance, corner: string | null, isOver: boolean): void {
    const chart = this.#charts.of(this.#sheet).find((each) => each.id === id)
    const area = chart && this.#layer.areaOf(chart.place, chart.size)
    this.#own = null
    if (chart !== undefined && area !== undefined) {
      const { size, x, y } =
        corner === null ? { size: chart.size, ...by } : resized(chart, by, corner)
      const hasMoved = x !== 0 || y !== 0
      const change: ChartChange = {
        ...(hasMoved && { place: this.#layer.placeAt(area.left + x, area.top + y) }),
        ...(corner !== null && { size }),
      }
      const isShown = !isOver || this.#charts.change(this.#sheet, id, change)
      if (isShown) this.#own = { id, change, isOver }
    }
    this.#drawSoon()
  }
}

interface Added {
  readonly id: string
  readonly acts: AbortSignal
}

interface OwnChange {
  readonly id: string
  readonly change: ChartChange
  readonly isOver: boolean
}

/** In pixels of the sheet. */
interface Distance {
  readonly x: number
  readonly y: number
}

/** Returns the size of a chart of which a corner is dragged, and how far its upper left corner goes. */
function resized({ size: { width, height } }: Chart, by: Distance, corner: string) {
  const [isLeft, isTop] = [corner.endsWith('w'), corner.startsWith('n')]
  const size = fitSize({
    width: width + (isLeft ? -by.x : by.x),
    height: height + (isTop ? -by.y : by.y),
  })
  return { size, x: isLeft ? width - size.width : 0, y: isTop ? height - size.height : 0 }
}

/** Returns a chart with a change that isn't in the document yet. */
function changed(chart: Chart, { color, ...change }: ChartChange): Chart {
  if (color === undefined) return { ...chart, ...change }
  const colors = new Map(chart.colors)
  const [series, chosen] = color
  if (chosen === null) colors.delete(series)
  else colors.set(series, chosen)
  return { ...chart, ...change, colors }
}

const textOf = (chart: Chart | undefined): string =>
  JSON.stringify([chart, ...(chart?.colors ?? [])])

function addKeysText(): HTMLElement {
  const keys = document.createElement('p')
  keys.id = KEYS_ID
  keys.hidden = true
  document.body.append(keys)
  return keys
}
