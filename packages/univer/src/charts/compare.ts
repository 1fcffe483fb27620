import type { Chart } from './chart.js'
import { chartsOf, storedOf, type ChartSheets } from './chart-list.js'

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
  const [texts, before] = [textsOf(shown, sheet), textsOf(other, sheet)]
  return [
    ...now.map((chart): ComparedChart => {
      const { id } = chart
      if (!known.has(id)) return { chart, state: 'new' }
      return { chart, state: texts.get(id) === before.get(id) ? 'same' : 'changed' }
    }),
    ...gone.map((chart): ComparedChart => ({ chart, state: 'gone' })),
  ]
}

/** Returns what the document has of each chart, whatever lines have moved. */
function textsOf({ workbook }: ChartSheets, sheet: string): ReadonlyMap<string, string> {
  const stored = storedOf(workbook.doc, sheet)
  return new Map(
    stored.map((chart) => [chart.id, JSON.stringify({ ...chart, colors: [...chart.colors] })]),
  )
}
