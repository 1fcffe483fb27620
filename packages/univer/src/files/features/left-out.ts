import type { Cell, Sheet } from 'hucre/xlsx'
import type { Feature } from '../feature.js'
import type { LeftOutFeature } from '../model.js'
import type { Parts } from '../parts.js'
import type { At } from '../report.js'
import { positionOf } from './formulas.js'

/** How many of something a sheet has, and perhaps a cell with it. */
type Count = (sheet: Sheet) => number | Counted
type Counted = readonly [count: number, at: At | undefined]

/** What sheets of files have, and sheets here don't. Delete a line once its feature is carried over. */
const IN_SHEETS: readonly (readonly [LeftOutFeature, Count])[] = [
  ['drawings', ({ textBoxes }) => lengthOf(textBoxes)],
  ['rich-text', (sheet) => cellsWith(sheet, ({ richText }) => lengthOf(richText) > 1)],
  ['tables', ({ tables }) => lengthOf(tables)],
  ['pivot-tables', ({ pivotTables }) => lengthOf(pivotTables)],
  ['slicers', ({ slicers, timelines }) => lengthOf(slicers) + lengthOf(timelines)],
  ['sparklines', ({ sparklines }) => lengthOf(sparklines)],
  ['protection', ({ protection }) => (protection?.sheet === true ? 1 : 0)],
  [
    'grouping',
    ({ rowDefs, columns }) => grouped([...(rowDefs?.values() ?? []), ...(columns ?? [])]),
  ],
]

const MACROS = /(?:^|\/)vbaProject\.bin$/i

/** Notes what of a file is left out. */
export const leftOut: Feature = {
  read({ sheet }, draft, report) {
    for (const [feature, count] of IN_SHEETS) {
      const found = count(sheet)
      const [number, at] = typeof found === 'number' ? [found, undefined] : found
      report.note(feature, draft.name, number, at)
    }
  },

  readBook(book, parts, report) {
    if (book.workbookProtection !== undefined) report.note('protection', '')
    report.note('macros', '', macrosIn(parts))
  },
}

const lengthOf = (list: readonly unknown[] | undefined): number => list?.length ?? 0

function cellsWith({ cells }: Sheet, has: (cell: Cell) => boolean): Counted {
  const found = [...(cells ?? [])].filter(([, cell]) => has(cell))
  return found[0] === undefined ? [0, undefined] : [found.length, positionOf(found[0][0])]
}

const grouped = (lines: readonly { readonly outlineLevel?: number }[]): number =>
  lines.filter(({ outlineLevel = 0 }) => outlineLevel > 0).length

const macrosIn = (parts: Parts): number =>
  Object.keys(parts).filter((path) => MACROS.test(path)).length
