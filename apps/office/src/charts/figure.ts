import {
  CHART_LIMITS,
  mayShow,
  type ChangedCells,
  type Chart,
  type ChartData,
  type ChartReading,
  type SheetRange,
} from '@whereabouts/univer/charts'
import { Drawing } from './drawing.js'
import { distinct, optionsOf, pointNames, seriesNames } from './options.js'
import type { Palette } from './palette.js'
import { TEXTS } from './texts.js'

/** More would only be read aloud for minutes. */
const MOST_IN_TABLE = 100
export const CORNERS = ['nw', 'ne', 'sw', 'se'] as const
export type Corner = (typeof CORNERS)[number]

/** What a figure shows of the cells. */
export interface Shown {
  readonly data: ChartData
  readonly names: readonly string[]
}

/** One chart as an element: its drawing, and the same as a table for screen readers. @see OFFICE.md SH203, SH207 */
export class ChartFigure {
  readonly element = document.createElement('div')
  readonly #canvas = document.createElement('div')
  readonly #note = document.createElement('p')
  readonly #table = document.createElement('table')
  readonly #edit = document.createElement('button')
  #drawing: Drawing | null = null
  /** What was read; `null` if the cells are gone. */
  #reading: ChartReading | null = null
  #readText = ''
  /** Of which cells that is; empty if it may be out of date. */
  #readOf = ''
  #range: SheetRange | null = null
  #drawn: Drawn | null = null
  shown: Shown | null = null
  /** When its cells were read; `-1` before the first time. */
  readAtMs = -1

  constructor(id: string, onEdit: () => void) {
    const { element } = this
    element.className = 'chart'
    element.tabIndex = 0
    element.role = 'figure'
    element.dataset['chart'] = id
    element.setAttribute('aria-describedby', KEYS_ID)
    this.#canvas.className = 'chart-canvas'
    this.#canvas.ariaHidden = 'true'
    this.#note.className = 'chart-note'
    this.#table.className = 'unseen'
    this.#edit.type = 'button'
    this.#edit.className = 'chart-edit'
    this.#edit.textContent = TEXTS.edit
    this.#edit.tabIndex = -1
    this.#edit.addEventListener('click', onEdit)
    element.append(this.#canvas, this.#note, this.#table, this.#edit, ...CORNERS.map(handle))
  }

  /** Takes note of cells that may have changed. */
  note(changed: ChangedCells): void {
    if (this.#range !== null && mayShow(changed, this.#range)) this.#readOf = ''
  }

  /** Returns whether the cells of its chart are to be read, since they may have changed or are others. */
  isStale(chart: Chart): boolean {
    return this.#readOf !== cellsOf(chart)
  }

  /** Takes in what was read; `null` if the cells of the chart are gone. */
  take(chart: Chart, reading: ChartReading | null): void {
    this.#readOf = cellsOf(chart)
    this.#range = chart.range
    this.readAtMs = performance.now()
    const text = JSON.stringify(reading)
    if (text === this.#readText) return
    this.#readText = text
    this.#reading = reading
  }

  /** Draws its chart, unless that is drawn. */
  show(chart: Chart, palette: Palette): void {
    if (this.readAtMs < 0) return
    const drawn: Drawn = { look: lookOf(chart), text: this.#readText, palette }
    if (isSame(drawn, this.#drawn)) return
    this.#drawn = drawn
    const reading = this.#reading
    const data = reading?.data ?? NOTHING
    const names = chart.kind === 'pie' ? distinct(partNames(data)) : seriesNames(data)
    this.shown = { data, names }
    this.element.ariaLabel = TEXTS.about(chart.kind, chart.title, seriesNames(data))
    const isEmpty = data.series.every(({ values }) => values.every((value) => value === null))
    this.#note.textContent = noteOf(reading, isEmpty, chart)
    this.#note.toggleAttribute('data-alone', isEmpty)
    this.#fillTable(chart, data)
    if (isEmpty) this.#stop()
    else this.#draw(chart, data, palette)
  }

  #draw(chart: Chart, data: ChartData, palette: Palette): void {
    this.#drawing ??= new Drawing(this.#canvas, chart.size)
    this.#drawing.draw(optionsOf(chart, data, palette), chart.size)
  }

  #stop(): void {
    this.#drawing?.dispose()
    this.#drawing = null
    this.#canvas.replaceChildren()
  }

  remove(): void {
    this.#stop()
    this.element.remove()
  }

  #fillTable({ title }: Chart, data: ChartData): void {
    const points = pointNames(data)
    const left = points.length - MOST_IN_TABLE
    const caption = document.createElement('caption')
    caption.textContent =
      left > 0 ? `${title} ${TEXTS.tableLeftOut(MOST_IN_TABLE, points.length)}` : title
    const head = row('th', ['', ...seriesNames(data)])
    const lines = points.slice(0, MOST_IN_TABLE).map((point, at) => {
      const values = data.series.map(({ values: all }) => String(all[at] ?? ''))
      return row('td', [point, ...values])
    })
    this.#table.replaceChildren(caption, head, ...lines)
  }
}

/** Those of the parts of a pie whose colors can be chosen. */
const partNames = (data: ChartData): string[] => pointNames(data).slice(0, CHART_LIMITS.series)

/** What says by which keys a chart is used. */
export const KEYS_ID = 'chart-keys'

/** What a figure was drawn from. */
interface Drawn {
  readonly look: string
  /** What was read of the cells. */
  readonly text: string
  readonly palette: Palette
}

const isSame = (one: Drawn, other: Drawn | null): boolean =>
  one.look === other?.look && one.text === other.text && one.palette === other.palette

const NOTHING: ChartData = {
  labels: [],
  series: [],
  across: null,
  isNamed: false,
  isLabelled: false,
}

/** Returns what says which cells are read for a chart, and how. */
const cellsOf = ({ range, by, kind }: Chart): string => JSON.stringify([range, by, kind])

/** Returns what says how a chart looks, wherever it is. */
const lookOf = (chart: Chart): string =>
  JSON.stringify([chart, ...chart.colors], (key, value: unknown) =>
    key === 'place' || key === 'front' ? undefined : value,
  )

/** Returns what is said on a chart that doesn't show everything, or nothing at all. @see OFFICE.md SH204 */
function noteOf(reading: ChartReading | null, isEmpty: boolean, { kind }: Chart): string {
  if (reading === null) return TEXTS.gone
  if (isEmpty) return TEXTS.nothing
  const { points, series } = reading.all
  const { labels, series: drawn } = reading.data
  if (points > labels.length) return TEXTS.leftOut(labels.length, points)
  const isLeftOut = kind !== 'pie' && series > CHART_LIMITS.series
  return isLeftOut ? TEXTS.seriesLeftOut(drawn.length, series) : ''
}

function row(kind: 'td' | 'th', texts: readonly string[]): HTMLTableRowElement {
  const line = document.createElement('tr')
  const cells = texts.map((text, at) => {
    const cell = document.createElement(at === 0 ? 'th' : kind)
    cell.textContent = text
    return cell
  })
  line.append(...cells)
  return line
}

function handle(corner: Corner): HTMLElement {
  const element = document.createElement('span')
  element.className = 'chart-handle'
  element.dataset['corner'] = corner
  return element
}
