import {
  CHART_LIMITS,
  type Chart,
  type ChartCell,
  type ChartData,
  chartData,
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
  #drawn = ''
  shown: Shown | null = null

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

  /** @param cells `null` if the cells of the chart are gone */
  show(
    chart: Chart,
    cells: readonly (readonly ChartCell[])[] | null,
    all: Counts,
    palette: Palette,
  ): void {
    const said = JSON.stringify([chart, [...chart.colors], cells, all, palette])
    if (said === this.#drawn) return
    this.#drawn = said
    const data = chartData(cells ?? [], chart.by, chart.kind)
    const names = chart.kind === 'pie' ? distinct(partNames(data)) : seriesNames(data)
    this.shown = { data, names }
    this.element.ariaLabel = TEXTS.about(chart.kind, chart.title, seriesNames(data))
    const isEmpty = data.series.every(({ values }) => values.every((value) => value === null))
    this.#note.textContent = noteOf(cells === null, isEmpty, data, chart, all)
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

interface Counts {
  readonly rows: number
  readonly columns: number
}

/** Returns what is said on a chart that doesn't show everything, or nothing at all. @see OFFICE.md SH204 */
function noteOf(
  isGone: boolean,
  isEmpty: boolean,
  data: ChartData,
  chart: Chart,
  all: Counts,
): string {
  if (isGone) return TEXTS.gone
  if (isEmpty) return TEXTS.nothing
  const isByColumns = chart.by === 'columns'
  const [points, series] = isByColumns ? [all.rows, all.columns] : [all.columns, all.rows]
  if (points - 1 > CHART_LIMITS.points) return TEXTS.leftOut(data.labels.length, points)
  const isPie = chart.kind === 'pie'
  return !isPie && series - 1 > CHART_LIMITS.series
    ? TEXTS.seriesLeftOut(data.series.length, series)
    : ''
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
