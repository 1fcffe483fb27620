import type { Chart } from './chart.js'
import { chartsOf, type ChartSheets } from './chart-list.js'

/** A chart of one version of a sheet, and how it differs from the other version. */
export interface ComparedChart {
  readonly chart: Chart
  readonly state: 'same' | 'new' | 'changed' | 'gone'
}

/**
 * Returns the charts of a sheet in one version, and those that only the other one has. Where lines have moved, a
 * chart is the same as long as it shows the same cells.
 *
 * @see OFFICE.md SH210
 */
export function compareCharts(
  shown: ChartSheets,
  other: ChartSheets,
  sheet: string,
): ComparedChart[] {
  const [now, then] = [chartsOf(shown, sheet), chartsOf(other, sheet)]
  const gone = then.filter(({ id }) => now.every((chart) => chart.id !== id))
  const known = new Set(then.map(({ id }) => id))
  return [
    ...now.map((chart): ComparedChart => {
      const isSame = textOf(chart.id, shown, sheet) === textOf(chart.id, other, sheet)
      if (!known.has(chart.id)) return { chart, state: 'new' }
      return { chart, state: isSame ? 'same' : 'changed' }
    }),
    ...gone.map((chart): ComparedChart => ({ chart, state: 'gone' })),
  ]
}

/** Returns what the document has of a chart, whatever lines have moved. */
function textOf(id: string, { workbook }: ChartSheets, sheet: string): string {
  const entries = [...workbook.doc.getMap(`charts:${sheet}`)]
  const own = entries.filter(([key]) => key.startsWith(`${id}/`))
  return JSON.stringify(own.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
