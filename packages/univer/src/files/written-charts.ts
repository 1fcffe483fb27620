import type { ChartSeries, SheetChart, WriteChartKind } from 'hucre'
import { chartData, type ChartCell } from '../charts/chart-data.js'
import { CHART_LIMITS } from '../charts/chart.js'
import { printEnd, printSheet } from '../document/a1.js'
import { patternOf } from './cell-style.js'
import { writeDelimitedValue } from './delimited-value.js'
import type { FileChart, FileSheet, Results } from './model.js'
import { xmlText } from './xml-text.js'

/** Univer's numbers for a text, a boolean, and a text that looks like something else. */
const NO_NUMBERS: ReadonlySet<unknown> = new Set([1, 3, 4])
const FIXED = { isRowFixed: true, isColumnFixed: true }

/**
 * Returns the charts of a sheet for a file, each with the series that it shows here.
 *
 * @param results the values of formulas, for each sheet
 * @see FILES.md FL42
 */
export function writtenCharts(
  { charts }: FileSheet,
  sheets: readonly FileSheet[],
  results: readonly Results[],
): SheetChart[] {
  return charts.flatMap((chart) => {
    const of = sheets.findIndex(({ name }) => name === chart.of)
    const shown = sheets[of]
    return shown === undefined ? [] : [writtenChart(chart, shown, results[of] ?? {})]
  })
}

function writtenChart(chart: FileChart, shown: FileSheet, results: Results): SheetChart {
  const { kind, title, legend, isStacked, row, column: col } = chart
  const grouping = isStacked ? 'stacked' : undefined
  return {
    type: kind satisfies WriteChartKind,
    ...(title === '' ? { autoTitleDeleted: true } : { title: xmlText(title) }),
    legend: legend === 'none' ? false : legend,
    series: seriesOf(chart, shown, results),
    anchor: { from: { row, col } },
    ...(grouping && { barGrouping: grouping, lineGrouping: grouping }),
  }
}

function seriesOf(chart: FileChart, shown: FileSheet, results: Results): ChartSeries[] {
  const { by, kind } = chart
  const { startRow, startColumn, endRow, endColumn } = chart.range
  const isByColumns = by === 'columns'
  const [begin, end] = isByColumns ? [startRow, endRow] : [startColumn, endColumn]
  const lines = isByColumns
    ? linesFrom(startColumn, endColumn, CHART_LIMITS.series)
    : linesFrom(startRow, endRow, CHART_LIMITS.series)
  const points = linesFrom(begin, end, CHART_LIMITS.points)
  const cellAt = (point: number, line: number) =>
    isByColumns ? cellOf(shown, results, point, line) : cellOf(shown, results, line, point)
  const table = points.map((point) => lines.map((line) => cellAt(point, line)))
  const { series, isNamed, isLabelled } = chartData(table, kind)
  const first = begin + Number(isNamed)
  const rangeOf = (line: number) => reference(shown.name, by, line, first, Math.max(first, end))
  return series.map(({ name }, at) => ({
    ...(isNamed && { name: xmlText(name) }),
    values: rangeOf(lines[0]! + Number(isLabelled) + at),
    ...(isLabelled && { categories: rangeOf(lines[0]!) }),
  }))
}

const SERIES_BEGIN = /<c:order val="\d+"\/>(?:<c:tx>.*?<\/c:tx>)?/gs
const NO_LINE = '<c:spPr><a:ln><a:noFill/></a:ln></c:spPr>'

/** Returns the part of a chart with points that no line connects, as the writer of workbooks can't say that. */
export const withPointsAlone = (chart: string): string =>
  chart.includes('<c:scatterChart>')
    ? chart.replaceAll(SERIES_BEGIN, (begin) => begin + NO_LINE)
    : chart

/** Returns the lines between two, at most so many and one that names them. */
const linesFrom = (first: number, last: number, most: number): number[] =>
  Array.from({ length: Math.min(last - first, most) + 1 }, (_, at) => first + at)

/** @example reference('Data', 'columns', 1, 1, 3) // 'Data!$B$2:$B$4' */
function reference(
  sheet: string,
  by: FileChart['by'],
  line: number,
  first: number,
  last: number,
): string {
  const endAt = (along: number) =>
    by === 'columns'
      ? printEnd({ ...FIXED, row: along, column: line })
      : printEnd({ ...FIXED, row: line, column: along })
  return `${printSheet(sheet)}!${endAt(first)}:${endAt(last)}`
}

function cellOf({ cells }: FileSheet, results: Results, row: number, column: number): ChartCell {
  const cell = cells[row]?.[column] ?? {}
  const result = results[row]?.[column]
  // Without its result, a formula counts as a number.
  if (cell.f !== undefined && result === undefined) return { number: 0, text: '0' }
  const value = cell.f === undefined ? cell.v : result
  const isNumber = typeof value === 'number' && (cell.f !== undefined || !NO_NUMBERS.has(cell.t))
  const text = writeDelimitedValue(cell, patternOf(cell), result)
  return { number: isNumber ? value : null, text }
}
