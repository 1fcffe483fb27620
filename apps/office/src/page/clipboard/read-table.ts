import type { Block, Table } from '../../page-document/block.js'

type ReadCell = (cell: HTMLElement) => readonly Block[]

// A limit for the spans in a stranger's table.
const MAX_SPAN = 100

/**
 * Returns a table as a rectangle; the content of a spanning cell is in the first cell of its span.
 */
export function readTable(table: HTMLTableElement, read: ReadCell): Block {
  const grid = layOut([...table.rows].filter((row) => !isForWidths(row)))
  const width = grid.reduce((most, row) => Math.max(most, row.length), 1)
  const cells = grid.map((row) =>
    Array.from({ length: width }, (_, at) => {
      const cell = row[at]
      return cell instanceof HTMLElement ? read(cell).flatMap(flatten) : []
    }),
  )
  const content: Table = {
    id: null,
    rows: cells.length === 0 ? [null] : cells.map(() => null),
    columns: Array.from({ length: width }, () => null),
    cells: cells.length === 0 ? [Array.from({ length: width }, () => [])] : cells,
  }
  const isHead =
    table.rows.length > 0 && [...table.rows[0]!.cells].every(({ tagName }) => tagName === 'TH')
  return { type: 'table', attributes: isHead ? { header: true } : {}, content: [], table: content }
}

/** Returns the blocks of a nested table's cells. */
const flatten = (block: Block): readonly Block[] =>
  block.table === undefined ? [block] : block.table.cells.flat(2).flatMap(flatten)

/** Returns whether a row only sets Excel's column widths. Other hidden rows are copied as well. */
const isForWidths = ({ style, textContent }: HTMLTableRowElement): boolean =>
  style.display === 'none' && textContent.trim() === ''

/** Returns the cell at each place of the rectangle; `true` where a cell reaches from elsewhere. */
function layOut(rows: readonly HTMLTableRowElement[]): (HTMLElement | true | undefined)[][] {
  const grid: (HTMLElement | true | undefined)[][] = rows.map(() => [])
  for (const [at, row] of rows.entries()) {
    let column = 0
    for (const cell of row.cells) {
      while (grid[at]![column] !== undefined) column++
      place(grid, cell, at, column)
      column += Math.min(cell.colSpan, MAX_SPAN)
    }
  }
  return grid
}

function place(
  grid: (HTMLElement | true | undefined)[][],
  cell: HTMLTableCellElement,
  row: number,
  column: number,
): void {
  const below = grid.slice(row, row + Math.min(Math.max(1, cell.rowSpan), MAX_SPAN))
  for (const line of below) {
    for (let at = 0; at < Math.min(cell.colSpan, MAX_SPAN); at++) line[column + at] = true
  }
  grid[row]![column] = cell
}
