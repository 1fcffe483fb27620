import type { SharedWorkbook } from '@whereabouts/univer'
import { chartsOf, readCells, type Chart } from '@whereabouts/univer/charts'
import type { PrintedChart } from '../print/charts.js'
import { drawOnce } from './drawing.js'
import { optionsOf } from './options.js'
import { readPalette, type Palette } from './palette.js'
import { TEXTS } from './texts.js'

type Shared = Pick<SharedWorkbook, 'attached' | 'workbook'>

/** Returns the charts of a sheet as they are printed, those in front last. @see OFFICE.md SH208 */
export function chartsToPrint(shared: Shared, sheet: string): PrintedChart[] {
  const palette = readPalette(true)
  return chartsOf(shared.attached, sheet).map((chart) => {
    let drawn: Element | null = null
    return {
      place: chart.place,
      size: chart.size,
      draw: () => (drawn ??= draw(chart, shared, palette)).cloneNode(true) as Element,
    }
  })
}

function draw(chart: Chart, { workbook }: Shared, palette: Palette): Element {
  const { range } = chart
  const sheet = range && workbook.getSheetBySheetId(range.sheet)?.getSheet()
  const data = range && sheet ? readCells(sheet, range.range, chart).data : null
  const hasAny = data?.series.some(({ values }) => values.some((value) => value !== null))
  if (data && hasAny === true) return drawOnce(optionsOf(chart, data, palette), chart.size)
  const note = document.createElement('p')
  note.textContent = range === null ? TEXTS.gone : TEXTS.nothing
  return note
}
