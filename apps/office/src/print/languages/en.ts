import type { PrintTexts } from '../texts.js'

const count = (number: number): string => number.toLocaleString('en')

export const texts: PrintTexts = {
  title: 'Print',
  paper: 'Paper',
  papers: { a4: 'A4', letter: 'Letter' },
  orientation: 'Orientation',
  portrait: 'Portrait',
  landscape: 'Landscape',
  margins: 'Margins',
  marginSizes: { normal: 'Normal', narrow: 'Narrow', wide: 'Wide', none: 'None' },
  size: 'Size',
  fitWidth: 'Fit to width',
  fitPage: 'Fit onto one page',
  percent: (percent) => `${percent} %`,
  area: 'What to print',
  all: 'All cells in use',
  selection: 'Selected cells',
  kept: (cells) => `${cells}, as the last time`,
  repeatedRows: 'Rows at the top of each page',
  repeatedColumns: 'Columns at the left of each page',
  gridLines: 'Grid lines',
  footer: 'Title and page numbers',
  preview: 'Preview',
  previous: 'Previous page',
  next: 'Next page',
  pageOf: (page, of) => `Page ${count(page)} of ${count(of)}`,
  nothing: 'There is nothing to print here.',
  tooMany: (pages, most) =>
    `This would be ${count(pages)} pages. At most ${count(most)} can be printed at once: choose fewer cells, or a smaller size.`,
  preparing: (done, of) => `Preparing page ${count(done)} of ${count(of)}…`,
  print: 'Print or save as PDF…',
}
