import { CHART_LIMITS, type ChartKind, type Direction } from './chart.js'

/** A cell as a chart reads it. */
export interface ChartCell {
  /** Its number; `null` for anything else. */
  readonly number: number | null
  /** As it is shown. */
  readonly text: string
}

/** One series of a chart. */
export interface Series {
  /** Empty if the cells don't name it. */
  readonly name: string
  readonly values: readonly (number | null)[]
}

/** What a chart shows. */
export interface ChartData {
  /** What the values are of; empty texts if the cells don't say it. */
  readonly labels: readonly string[]
  readonly series: readonly Series[]
  /** Where the points of a scatter chart are across; `null` for other kinds. */
  readonly across: readonly (number | null)[] | null
  /** Whether the first line of cells has the names of the series, and not a point. */
  readonly isNamed: boolean
  /** Whether the first of the other lines says what the points are, and isn't a series. */
  readonly isLabelled: boolean
}

type Table = readonly (readonly ChartCell[])[]

const BLANK: ChartCell = { number: null, text: '' }
/** Days and times are numbers that name something. */
const MOMENT = /\d[-/:年月]/
const [FIRST_YEAR, LAST_YEAR] = [1900, 2100]

/**
 * Returns what a chart shows of cells, point by point. The first line and the first cells of all lines are names if no
 * number is in them, or if their corner is empty.
 *
 * @see OFFICE.md SH202
 */
export function chartData(cells: Table, kind: ChartKind): ChartData {
  const table = trimmed(cells)
  const width = table[0]?.length ?? 0
  const below = table.slice(1)
  const hasNames = below.length > 0 && areNames(table[0]!, width > 1, below)
  const points = hasNames ? table.slice(1) : table
  const isScatter = kind === 'scatter' && width > 1
  const hasLabels = isScatter || haveLabels(points, hasNames && isBlank(table[0]![0]!))
  const drawn = points.slice(0, CHART_LIMITS.points)
  const columns = Array.from({ length: width }, (_, at) => at).slice(Number(hasLabels))
  return {
    labels: drawn.map(([first]) => (hasLabels ? first!.text : '')),
    series: columns.slice(0, kind === 'pie' ? 1 : CHART_LIMITS.series).map((column) => ({
      name: hasNames ? table[0]![column]!.text : '',
      values: drawn.map((row) => row[column]!.number),
    })),
    across: isScatter ? drawn.map(([first]) => first!.number) : null,
    isNamed: hasNames,
    isLabelled: hasLabels,
  }
}

/** Returns whether the first of several columns says what the values are of. */
function haveLabels(points: Table, isBesideCorner: boolean): boolean {
  const isOne = (points[0]?.length ?? 0) < 2
  const first = points.map(([cell]) => cell ?? BLANK)
  const beside = points.map((row) => row.slice(1))
  return !isOne && (isBesideCorner || areNames(first, false, beside))
}

/** Returns the direction in which a table is read unless somebody says otherwise: the longer one. */
export const usualDirection = (rows: number, columns: number): Direction =>
  rows >= columns ? 'columns' : 'rows'

/**
 * @param skipsCorner whether the first one says nothing, as it may name the others
 * @param rest the cells that they may name
 */
function areNames(cells: readonly ChartCell[], skipsCorner: boolean, rest: Table): boolean {
  const own = skipsCorner ? cells.slice(1) : cells
  if (skipsCorner && isBlank(cells[0]!) && own.every((cell) => !isBlank(cell))) return true
  const said = own.filter((cell) => !isBlank(cell))
  const mayBeYears = rest.some((row) => row.some((cell) => cell.number !== null && !isYear(cell)))
  return said.length > 0 && said.every((cell) => isName(cell) || (mayBeYears && isYear(cell)))
}

const isName = ({ number, text }: ChartCell): boolean => number === null || MOMENT.test(text)

const isYear = ({ number }: ChartCell): boolean =>
  Number.isInteger(number) && number! >= FIRST_YEAR && number! <= LAST_YEAR

const isBlank = ({ number, text }: ChartCell): boolean => number === null && text === ''

/** Returns the rows up to the last one that has anything. */
function trimmed(table: Table): Table {
  const last = table.findLastIndex((row) => row.some((cell) => !isBlank(cell)))
  return table.slice(0, last + 1)
}
