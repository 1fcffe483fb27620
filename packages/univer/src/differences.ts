import type { Doc } from 'yjs'
import { isSame, SheetDocument, type CellData, type SheetSnapshot } from './document/index.js'
import type { GridReader } from './grid-reader.js'

/** Lists where a grid differs from the document; empty if they are equal. */
export function differences(doc: Doc, grid: GridReader): string[] {
  // The document is read again, independent of the binding's state.
  const document = new SheetDocument(doc)
  const expected = document.snapshot()
  const { names } = document
  document.destroy()
  const order = expected.map(({ id }) => id)
  if (!isSame(order, grid.order)) return [`sheets: ${order.join()} but ${grid.order.join()}`]
  const inNames = isSame(names, grid.names()) ? [] : [describe('names', names, grid.names())]
  return [...inNames, ...expected.flatMap((sheet) => differencesIn(sheet, grid.snapshot(sheet.id)))]
}

function differencesIn(expected: SheetSnapshot, actual: SheetSnapshot): string[] {
  const { cells, ...rest } = expected
  const others = Object.entries(rest).flatMap(([name, value]) => {
    const found = actual[name as keyof typeof rest]
    return isSame(value, found) ? [] : [describe(`${expected.id} ${name}`, value, found)]
  })
  const rows = new Set([...Object.keys(cells), ...Object.keys(actual.cells)].map(Number))
  const inCells = [...rows].flatMap((row) => {
    const columns = { ...cells[row], ...actual.cells[row] }
    return Object.keys(columns).flatMap((column) => {
      const value = cells[row]?.[Number(column)] ?? {}
      const found = withoutResult(actual.cells[row]?.[Number(column)] ?? {}, value)
      const where = `${expected.id} ${row}:${column}`
      return isSame(value, found) ? [] : [describe(where, value, found)]
    })
  })
  return [...others, ...inCells]
}

/** Takes away the number format that comes with the result of a formula. @see OFFICE.md SF19 */
function withoutResult(found: CellData, expected: CellData): CellData {
  if (expected.f === undefined || found.s === undefined || expected.s?.['n'] !== undefined)
    return found
  const { s, ...content } = found
  const { n: _, ...style } = s
  return Object.keys(style).length === 0 ? content : { ...content, s: style }
}

const describe = (where: string, expected: unknown, actual: unknown): string =>
  `${where}: ${JSON.stringify(expected)} but ${JSON.stringify(actual)}`
