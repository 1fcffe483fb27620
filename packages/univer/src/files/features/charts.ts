import type { Chart as FoundChart, ChartSeriesInfo } from 'hucre'
import type { CellValue, Sheet } from 'hucre/xlsx'
import { strFromU8 } from 'fflate'
import { chartData, type ChartCell } from '../../charts/chart-data.js'
import {
  CHART_LIMITS,
  cleanTitle,
  fitSize,
  type ChartKind,
  type Direction,
  type Legend,
} from '../../charts/chart.js'
import type { CellRange } from '../../document/cells.js'
import { sizeOf } from '../drawn-size.js'
import { chartsOn } from '../drawings.js'
import type { Feature, Source } from '../feature.js'
import { referenceIn } from '../formulas.js'
import type { FileChart } from '../model.js'

/** Bars of a file are columns unless it says otherwise. */
const LYING = /<(?:\w+:)?barDir\s+val="bar"/
const USUAL_SIZE = { width: 480, height: 300 }
/** So many cells tell names from values; a stranger's file may have thousands of charts. */
const MOST = { points: 200, lines: CHART_LIMITS.series + 1 }

/** Charts over cells, as far as one here shows the same. @see FILES.md FL42 */
export const charts: Feature = {
  read(source, draft, report) {
    const frames = chartsOn(source.parts, draft.name).filter(
      ({ path = '' }) => path in source.parts,
    )
    const found = source.sheet.charts ?? []
    for (const [at, chart] of found.entries()) {
      // Each frame is of the chart at its place, unless some of them have none.
      const frame = frames.length === found.length ? frames[at] : undefined
      const isFull = draft.charts.length >= CHART_LIMITS.charts
      const shown = frame && !isFull ? shownBy(chart, source, frame.path!) : undefined
      if (frame === undefined || shown === undefined) {
        report.note('charts', draft.name, 1, frame?.from)
        continue
      }
      const size = sizeOf(frame, draft)
      const isSized = size.width > 0 && size.height > 0
      draft.charts.push({ ...shown, ...frame.from, ...fitSize(isSized ? size : USUAL_SIZE) })
    }
  },
}

type Shown = Omit<FileChart, 'row' | 'column' | 'x' | 'y' | 'width' | 'height'>

/** Returns what a chart shows; `undefined` if none here can show the same. */
function shownBy(chart: FoundChart, source: Source, path: string): Shown | undefined {
  const series = chart.series ?? []
  const kind = kindOf(chart, strFromU8(source.parts[path]!))
  const hasMore = series.some(({ trendlines, errorBars }) => trendlines ?? errorBars)
  const table = kind === undefined || hasMore ? undefined : tableOf(series, source)
  if (kind === undefined || table === undefined) return undefined
  const { cells, isNamed, isLabelled, ...where } = table
  const read = chartData(cells, kind)
  const isSame = read.isNamed === isNamed && read.isLabelled === isLabelled
  const isPie = kind === 'pie' && chart.seriesCount !== 1
  if (!isSame || isPie) return undefined
  const isStacked = [chart.barGrouping, chart.lineGrouping, chart.areaGrouping].includes('stacked')
  return {
    kind,
    title: cleanTitle(chart.title ?? ''),
    legend: legendOf(chart),
    isStacked,
    ...where,
  }
}

function kindOf({ kinds, ...chart }: FoundChart, xml: string): ChartKind | undefined {
  const isShared = [chart.barGrouping, chart.lineGrouping, chart.areaGrouping].includes(
    'percentStacked',
  )
  const [kind, ...others] = kinds
  if (kind === undefined || others.length > 0 || isShared) return undefined
  if (kind === 'bar' || kind === 'bar3D') return LYING.test(xml) ? 'bar' : 'column'
  // Stacked lines are drawn as areas.
  if (kind === 'area' || kind === 'area3D')
    return chart.areaGrouping === 'stacked' ? 'line' : undefined
  return KINDS.get(kind)
}

const KINDS: ReadonlyMap<string, ChartKind> = new Map([
  ['line', 'line'],
  ['line3D', 'line'],
  ['pie', 'pie'],
  ['pie3D', 'pie'],
  ['doughnut', 'pie'],
  ['scatter', 'scatter'],
])

function legendOf({ legend = false }: FoundChart): Legend {
  if (legend === false) return 'none'
  return legend === 'top' || legend === 'bottom' ? legend : 'right'
}

/** A row or column of cells. */
interface CellLine {
  readonly sheet: string
  /** Which column it is, or which row. */
  readonly at: number
  readonly first: number
  readonly last: number
}

interface Table {
  readonly of: string
  readonly range: CellRange
  readonly by: Direction
  /** Point by point, the first ones. */
  readonly cells: readonly (readonly ChartCell[])[]
  readonly isNamed: boolean
  readonly isLabelled: boolean
}

/** Returns the one table whose lines the series are, with those that name them; `undefined` if there is none. */
function tableOf(series: readonly ChartSeriesInfo[], source: Source): Table | undefined {
  return tableBy('columns', series, source) ?? tableBy('rows', series, source)
}

function tableBy(
  by: Direction,
  series: readonly ChartSeriesInfo[],
  { sheet, book }: Source,
): Table | undefined {
  const lineAt = (text: string | undefined) => lineOf(text, by, sheet.name)
  const isLabelled = series[0]?.categoriesRef !== undefined
  const lines = [
    ...(isLabelled ? [lineAt(series[0]!.categoriesRef)] : []),
    ...series.map(({ valuesRef }) => lineAt(valuesRef)),
  ]
  const [first] = lines
  const haveLabels = series.every(({ categoriesRef }) => categoriesRef === series[0]?.categoriesRef)
  if (first === undefined || !haveLabels || !areBeside(lines, first)) return undefined
  const shown = book.sheets.find(({ name }) => name === first.sheet)
  if (shown === undefined) return undefined
  const cellAt = cellsOf(shown, by)
  const across = lines.map((_, at) => first.at + at)
  const isNamed = series.some(({ name }) => name !== undefined)
  const names = across.slice(Number(isLabelled)).map((at) => cellAt(first.first - 1, at).text)
  if (isNamed && !series.every(({ name }, at) => name === names[at])) return undefined
  const begin = first.first - Number(isNamed)
  const count = Math.min(first.last - begin + 1, MOST.points)
  const points = Array.from({ length: count }, (_, at) => begin + at)
  const seen = across.slice(0, MOST.lines)
  const cells = points.map((point) => seen.map((at) => cellAt(point, at)))
  const ends = { along: [begin, first.last], across: [first.at, across.at(-1)!] } as const
  return { of: first.sheet, range: rangeOf(ends, by), by, cells, isNamed, isLabelled }
}

function rangeOf(
  { along, across }: Readonly<Record<'along' | 'across', readonly [first: number, last: number]>>,
  by: Direction,
): CellRange {
  const [rows, columns] = by === 'columns' ? [along, across] : [across, along]
  return { startRow: rows[0], startColumn: columns[0], endRow: rows[1], endColumn: columns[1] }
}

/** Returns whether lines follow each other, as long as the first one. */
const areBeside = (lines: readonly (CellLine | undefined)[], first: CellLine): boolean =>
  lines.every(
    (line, at) =>
      line?.sheet === first.sheet &&
      line.at === first.at + at &&
      line.first === first.first &&
      line.last === first.last,
  )

/** Reads a reference to one row or column. @param home the sheet that is meant without a name */
function lineOf(text: string | undefined, by: Direction, home: string): CellLine | undefined {
  const reference = text === undefined ? undefined : referenceIn(text)
  if (reference === undefined) return undefined
  const { sheet = home, from, to = from } = reference
  const [line, along] =
    by === 'columns' ? (['column', 'row'] as const) : (['row', 'column'] as const)
  const [at, first, last] = [from[line], from[along], to[along]]
  if (at === undefined || at !== to[line] || first === undefined || last === undefined)
    return undefined
  return first <= last ? { sheet, at, first, last } : undefined
}

/** Returns a function for the cells of a sheet by the number of their point and their line. */
function cellsOf({ rows }: Sheet, by: Direction) {
  return (point: number, at: number): ChartCell => {
    const [row, column] = by === 'columns' ? [point, at] : [at, point]
    return cellIn(rows[row]?.[column] ?? null)
  }
}

function cellIn(value: CellValue): ChartCell {
  if (value instanceof Date) return { number: value.getTime(), text: value.toISOString() }
  return { number: typeof value === 'number' ? value : null, text: String(value ?? '') }
}
