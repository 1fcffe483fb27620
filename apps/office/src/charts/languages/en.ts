import type { ChartTexts } from '../texts.js'

const count = (number: number): string => number.toLocaleString('en')
const KINDS = {
  column: 'Column chart',
  bar: 'Bar chart',
  line: 'Line chart',
  pie: 'Pie chart',
  scatter: 'Scatter chart',
} as const

export const texts: ChartTexts = {
  panel: 'Chart',
  close: 'Close',
  kind: 'Kind',
  kinds: { column: 'Columns', bar: 'Bars', line: 'Lines', pie: 'Pie', scatter: 'Scatter' },
  title: 'Title',
  range: 'Cells',
  notARange: 'Enter cells, such as A1:C9.',
  direction: 'Series in',
  directions: { columns: 'Columns', rows: 'Rows' },
  legend: 'Legend',
  legends: { top: 'Above', right: 'On the right', bottom: 'Below', none: 'None' },
  stacked: 'Stacked',
  colors: 'Colors',
  colorNames: {
    blue: 'Blue',
    orange: 'Orange',
    green: 'Green',
    purple: 'Purple',
    red: 'Red',
    yellow: 'Yellow',
    pink: 'Pink',
    gray: 'Gray',
  },
  colorOf: (series) => `Color of ${series}`,
  toFront: 'Bring to front',
  remove: 'Delete chart',
  edit: 'Edit',
  about: (kind, title, series) =>
    `${KINDS[kind]}${title === '' ? '' : `: ${title}`}. ${series.length === 0 ? 'It shows nothing.' : `Series: ${series.join(', ')}.`}`,
  keys: 'Enter edits it, the arrow keys move it, Delete deletes it, Escape leaves it.',
  series: (number) => `Series ${number}`,
  point: (number) => String(number),
  added: 'The chart has been added.',
  removed: 'The chart has been deleted. Ctrl+Z brings it back.',
  removedByOther: 'Somebody else deleted this chart.',
  tooMany: (most) => `A sheet has at most ${count(most)} charts.`,
  gone: 'The cells of this chart have been deleted.',
  nothing: 'There are no numbers in the cells of this chart.',
  leftOut: (drawn, all) => `Shows the first ${count(drawn)} of ${count(all)} points.`,
  seriesLeftOut: (drawn, all) => `Shows the first ${count(drawn)} of ${count(all)} series.`,
  tableLeftOut: (shown, all) => `The first ${count(shown)} of ${count(all)} values.`,
}
