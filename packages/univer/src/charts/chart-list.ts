import type { Doc, Map as YMap, YMapEvent } from 'yjs'
import type { Attached } from '../document/attached.js'
import { leftOver } from '../document/left-over.js'
import type { SheetState } from '../document/sheet-state.js'
import {
  CHART_LIMITS,
  cleanTitle,
  fitSize,
  readChart,
  type Chart,
  type ChartColor,
  type ChartOptions,
  type ChartParts,
  type FloatingPlace,
  type FloatingSize,
  type SheetRange,
  type StoredChart,
} from './chart.js'

/** The sheets that a grid shows, and how cells of theirs are written. */
export interface ChartSheets extends Pick<Attached, 'rangeBetween' | 'cornersOf'> {
  readonly workbook: Pick<Attached['workbook'], 'doc' | 'sheetWithId'>
}

/** What is to be written of a sheet's charts, by key; `null` deletes an entry. */
export type ChartEntries = { readonly [key: string]: unknown }

/** What changes of a chart. */
export interface ChartChange extends Partial<ChartOptions> {
  readonly range?: SheetRange
  readonly place?: FloatingPlace
  readonly size?: FloatingSize
  readonly front?: number
  /** The color of a series by its number; `null` for the one that comes next. */
  readonly color?: readonly [series: number, color: ChartColor | null]
}

const KEY = /^([A-Za-z0-9_-]{1,64})\/([a-z]+(?:\/[0-9]{1,2})?)$/

/** Returns the name of the part of the document with a sheet's charts. @see SHEET.md SD67 */
export const chartsPart = (sheet: string): string => `charts:${sheet}`

/** Returns the charts of a sheet, those in front last. @see SHEET.md SD67, SD68 */
export function chartsOf(from: ChartSheets, sheet: string): Chart[] {
  const home = from.workbook.sheetWithId(sheet)
  if (home === undefined) return []
  return storedOf(from.workbook.doc, sheet)
    .flatMap((stored) => chartOf(stored, home, from) ?? [])
    .toSorted((a, b) => a.front - b.front || compare(a.id, b.id))
}

/** What was read of parts that haven't changed since: a stranger may have written a million entries. */
const READ = new WeakMap<object, readonly StoredChart[]>()

/** Returns the charts that count as the document has them, the lowest id first. Call it outside of transactions. */
export function storedOf(doc: Doc, sheet: string): readonly StoredChart[] {
  const part = doc.getMap(chartsPart(sheet))
  const known = READ.get(part)
  if (known !== undefined) return known
  const stored = readPart(part)
  READ.set(part, stored)
  part.observe(forget)
  return stored
}

function forget({ target }: YMapEvent<unknown>): void {
  READ.delete(target)
  target.unobserve(forget)
}

function readPart(part: YMap<unknown>): StoredChart[] {
  const parts = new Map<string, Map<string, unknown>>()
  for (const [key, value] of part) {
    const [, id, property] = KEY.exec(key) ?? []
    if (id === undefined || property === undefined) continue
    const known = parts.get(id)
    if (known === undefined) parts.set(id, new Map([[property, value]]))
    else known.set(property, value)
  }
  return [...parts]
    .flatMap(([id, own]: [string, ChartParts]) => readChart(id, own) ?? [])
    .toSorted((a, b) => compare(a.id, b.id))
    .slice(0, CHART_LIMITS.charts)
}

function chartOf(stored: StoredChart, home: SheetState, from: ChartSheets): Chart | undefined {
  const { range, at, ...rest } = stored
  const place = placeOf(at, home)
  return place && { ...rest, place, range: rangeOf(range, from) }
}

/** Returns where a chart is: where its cell is, or was. */
function placeOf({ cell, x, y }: StoredChart['at'], home: SheetState): FloatingPlace | undefined {
  const [row, column] = cell.split(':')
  if (row === undefined || column === undefined) return undefined
  const rows = home.rows.axis.endOf(row)
  const columns = home.columns.axis.endOf(column)
  if (rows === null || columns === null) return undefined
  return {
    row: Math.min(rows.first, home.rows.axis.ids.length - 1),
    column: Math.min(columns.first, home.columns.axis.ids.length - 1),
    x,
    y,
  }
}

function rangeOf(stored: string, { workbook, rangeBetween }: ChartSheets): SheetRange | null {
  const [sheet = '', cells = ''] = stored.split('!')
  const state = workbook.sheetWithId(sheet)
  const [first = '', last = ''] = cells.split('..')
  const range = state === undefined ? null : rangeBetween(state, first, last)
  return range && { sheet, range }
}

/** Returns the entries that make or change a chart; `undefined` if its cells aren't there. @see SHEET.md SD69, SD72 */
export function entriesOf(
  id: string,
  change: ChartChange,
  home: string,
  from: ChartSheets,
): ChartEntries | undefined {
  const { kind, title, legend, by, isStacked, range, place, size, front, color } = change
  const isThere = from.workbook.doc.getMap(chartsPart(home)).has(`${id}/kind`)
  const stored = range && storeRange(range, from)
  const at = place && storePlace(place, from.workbook.sheetWithId(home))
  if ((range && stored === undefined) || (place && at === undefined)) return undefined
  const entries = {
    [isThere ? 'as' : 'kind']: kind,
    range: stored,
    at,
    size: size && fitSize(size),
    title: title === '' ? null : title && cleanTitle(title),
    legend,
    by,
    stacked: isStacked === false ? null : isStacked,
    front: front && Math.min(front, CHART_LIMITS.front),
    ...(color && { [`color/${color[0]}`]: color[1] }),
  }
  const changed = Object.entries(entries).filter(([, value]) => value !== undefined)
  return Object.fromEntries(changed.map(([property, value]) => [`${id}/${property}`, value]))
}

function storeRange(
  { sheet, range }: SheetRange,
  { workbook, cornersOf }: ChartSheets,
): string | undefined {
  const state = workbook.sheetWithId(sheet)
  const corners = state && cornersOf(state, range)
  return corners && `${sheet}!${corners.join('..')}`
}

function storePlace(
  { row, column, x, y }: FloatingPlace,
  home: SheetState | undefined,
): StoredChart['at'] | undefined {
  const [rowId, columnId] = [home?.rows.shown[row], home?.columns.shown[column]]
  if (home === undefined || rowId === undefined || columnId === undefined) return undefined
  const cell = `${home.rows.axis.endAt(rowId)}:${home.columns.axis.endAt(columnId)}`
  return { cell, x: Math.round(x), y: Math.round(y) }
}

/**
 * Returns the entries that put a chart before the others. Where there is no number above theirs, as a stranger has taken
 * the highest one, all get new ones.
 *
 * @see SHEET.md SD75
 */
export function entriesToFront(id: string, home: string, from: ChartSheets): ChartEntries {
  const others = chartsOf(from, home).filter((chart) => chart.id !== id)
  const next = Math.max(0, ...others.map(({ front }) => front)) + 1
  if (next <= CHART_LIMITS.front) return { [`${id}/front`]: next }
  const inOrder = [...others.map((chart) => chart.id), id]
  return Object.fromEntries(inOrder.map((each, at) => [`${each}/front`, at + 1]))
}

/**
 * Returns the entries that delete a chart, whatever others have written of it, and entries of charts that are gone, if
 * these are many.
 *
 * @see SHEET.md SD73
 */
export function entriesWithout(id: string, home: string, doc: Doc): ChartEntries {
  const keys = [...doc.getMap(chartsPart(home)).keys()]
  const own = keys.filter((key) => key.startsWith(`${id}/`))
  return Object.fromEntries([...own, ...leftOver(keys, 'kind')].map((key) => [key, null]))
}

/**
 * Returns the entries of a new copy of a sheet, whose lines have their positions as ids. What a chart shows of
 * the sheet itself, its copy shows of the copy.
 */
export function entriesOfCopy(from: string, to: string, all: ChartSheets): ChartEntries {
  const charts = chartsOf(all, from)
  const counted = new Set(charts.map(({ id }) => id))
  const entries: Record<string, unknown> = {}
  for (const [key, value] of all.workbook.doc.getMap(chartsPart(from))) {
    if (counted.has(key.slice(0, key.indexOf('/'))) && isPlain(value)) entries[key] = value
  }
  for (const { id, place, range } of charts) {
    const { row, column, x, y } = place
    entries[`${id}/at`] = { cell: `${row}:${column}`, x, y }
    if (range?.sheet !== from) continue
    const { startRow, startColumn, endRow, endColumn } = range.range
    entries[`${id}/range`] = `${to}!${startRow}:${startColumn}..${endRow}:${endColumn}`
  }
  return entries
}

/** A stranger may have written a shared type, which can't be in two places. */
const isPlain = (value: unknown): boolean =>
  ['string', 'number', 'boolean'].includes(typeof value) || value?.constructor === Object

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
