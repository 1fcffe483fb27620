import type { CellRange } from '../document/cells.js'

export const CHART_KINDS = ['column', 'bar', 'line', 'pie', 'scatter'] as const
/** The colors of series, in the order in which they are taken. */
export const CHART_COLORS = [
  'blue',
  'orange',
  'green',
  'purple',
  'red',
  'yellow',
  'pink',
  'gray',
] as const
export const LEGENDS = ['top', 'right', 'bottom', 'none'] as const
export const DIRECTIONS = ['columns', 'rows'] as const

export type ChartKind = (typeof CHART_KINDS)[number]
export type ChartColor = (typeof CHART_COLORS)[number]
export type Legend = (typeof LEGENDS)[number]
/** Whether each series is a column or a row. */
export type Direction = (typeof DIRECTIONS)[number]

/** The most of everything. @see SHEET.md SD70 */
export const CHART_LIMITS = {
  /** In a sheet. */
  charts: 50,
  titleCharacters: 200,
  series: 20,
  /** Of each series that is drawn. */
  points: 1_000,
  front: 1_000_000_000,
  /** Of the cells that a chart shows, as the document has them: the id of a sheet, and two cells. */
  rangeCharacters: 469,
  /** Of a width or height, in pixels. */
  least: 80,
  most: 2_000,
  cellCharacters: 201,
} as const

/** Where something that floats begins: pixels right of and below the corner of a cell. */
export interface FloatingPlace {
  readonly row: number
  readonly column: number
  readonly x: number
  readonly y: number
}

/** In pixels. */
export interface FloatingSize {
  readonly width: number
  readonly height: number
}

/** Cells of a sheet. */
export interface SheetRange {
  /** The id of the sheet. */
  readonly sheet: string
  readonly range: CellRange
}

/** What people choose for a chart. */
export interface ChartOptions {
  readonly kind: ChartKind
  /** Empty for none. */
  readonly title: string
  readonly legend: Legend
  readonly by: Direction
  readonly isStacked: boolean
}

/** A chart of a sheet, where its cells are now. */
export interface Chart extends ChartOptions {
  readonly id: string
  /** The cells that it shows; `null` if they are gone. */
  readonly range: SheetRange | null
  readonly place: FloatingPlace
  readonly size: FloatingSize
  /** Those with a higher number are in front. */
  readonly front: number
  /** The colors that were chosen, by the number of the series. */
  readonly colors: ReadonlyMap<number, ChartColor>
}

/** A chart as the document has it. */
export interface StoredChart extends Omit<Chart, 'range' | 'place'> {
  readonly range: string
  readonly at: { readonly cell: string; readonly x: number; readonly y: number }
}

/** What somebody wrote of one chart, by property. */
export type ChartParts = ReadonlyMap<string, unknown>

const USUAL_SIZE: FloatingSize = { width: 480, height: 300 }

/** Reads a chart that strangers may have written; `undefined` if it isn't one. @see SHEET.md SD67, SD70, SD72, SD74 */
export function readChart(id: string, parts: ChartParts): StoredChart | undefined {
  const first = oneOf(CHART_KINDS, parts.get('kind'))
  const range = readRange(parts.get('range'))
  const at = readAt(parts.get('at'))
  if (first === undefined || at === undefined || range === undefined) return undefined
  const title = parts.get('title')
  return {
    id,
    kind: oneOf(CHART_KINDS, parts.get('as')) ?? first,
    range,
    at,
    size: readSize(parts.get('size')),
    front: readFront(parts.get('front')),
    title: typeof title === 'string' ? cleanTitle(title) : '',
    legend: oneOf(LEGENDS, parts.get('legend')) ?? 'bottom',
    by: oneOf(DIRECTIONS, parts.get('by')) ?? 'columns',
    isStacked: parts.get('stacked') === true,
    colors: readColors(parts),
  }
}

/** Returns a title as a document can have it. */
export const cleanTitle = (title: string): string =>
  title.slice(0, CHART_LIMITS.titleCharacters).toWellFormed()

/** Returns a size within what a chart can have. */
export const fitSize = ({ width, height }: FloatingSize): FloatingSize => ({
  width: Math.round(Math.min(Math.max(width, CHART_LIMITS.least), CHART_LIMITS.most)),
  height: Math.round(Math.min(Math.max(height, CHART_LIMITS.least), CHART_LIMITS.most)),
})

const readRange = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length <= CHART_LIMITS.rangeCharacters ? value : undefined

const readFront = (value: unknown): number =>
  Number.isInteger(value) && isWithin(value, 0, CHART_LIMITS.front) ? value : 0

function readAt(value: unknown): StoredChart['at'] | undefined {
  if (!isFields(value)) return undefined
  const { cell, x, y } = value
  if (typeof cell !== 'string' || cell.length > CHART_LIMITS.cellCharacters) return undefined
  const offset = (px: unknown) => (isWithin(px, 0, CHART_LIMITS.most) ? px : 0)
  return { cell, x: offset(x), y: offset(y) }
}

function readSize(value: unknown): FloatingSize {
  const { width, height } = isFields(value) ? value : {}
  const isSize = [width, height].every((px) => isWithin(px, CHART_LIMITS.least, CHART_LIMITS.most))
  return isSize ? { width: Number(width), height: Number(height) } : USUAL_SIZE
}

function readColors(parts: ChartParts): ReadonlyMap<number, ChartColor> {
  const colors = new Map<number, ChartColor>()
  for (let at = 0; at < CHART_LIMITS.series; at++) {
    const color = oneOf(CHART_COLORS, parts.get(`color/${at}`))
    if (color !== undefined) colors.set(at, color)
  }
  return colors
}

const isWithin = (value: unknown, least: number, most: number): value is number =>
  typeof value === 'number' && value >= least && value <= most

const oneOf = <T>(all: readonly T[], value: unknown): T | undefined =>
  all.find((one) => one === value)

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
