import type { Doc } from 'yjs'
import { isSame, type CellData, type CellMatrix } from './cells.js'
import type { Link } from './link.js'
import { SheetDocument, type SheetSnapshot } from './sheet-document.js'

/** A cell, and what it has beside its content. */
export interface ComparedCell extends CellData {
  readonly note?: string
  readonly link?: Link
}

/** A cell that is different in two versions of a workbook. */
export interface CellDifference {
  /** The id of its sheet. */
  readonly sheet: string
  /** The name of its sheet. */
  readonly name: string
  readonly row: number
  readonly column: number
  /** Whether the cell is in the version that is shown; else its position is that in the other one. */
  readonly isShown: boolean
  /** The cell in the version that is shown; empty if it isn't there. */
  readonly shown: ComparedCell
  /** The cell in the other version; empty if it isn't there. */
  readonly other: ComparedCell
}

const NOTHING: ComparedCell = {}

/** A cell of a version, and where it is. */
interface Placed {
  readonly cell: ComparedCell
  readonly sheet: SheetSnapshot
  readonly row: number
  readonly column: number
}

/** Lists the cells that are different in two versions, wherever their rows and columns have moved. */
export function compareCells(shown: Doc, other: Doc): CellDifference[] {
  const cells = cellsOf(shown)
  const others = cellsOf(other)
  const differences: CellDifference[] = []
  for (const [key, placed] of cells) {
    const cell = others.get(key)?.cell ?? NOTHING
    if (!isSame(placed.cell, cell)) differences.push(difference(placed, true, placed.cell, cell))
  }
  const places = new SheetDocument(shown)
  for (const [key, placed] of others) {
    if (cells.has(key)) continue
    const place = places.positionOf(placed.sheet.id, key.slice(key.indexOf('/') + 1))
    const at = place === undefined ? placed : { ...placed, ...place }
    differences.push(difference(at, place !== undefined, NOTHING, placed.cell))
  }
  places.destroy()
  return differences
}

function difference(
  { sheet, row, column }: Placed,
  isShown: boolean,
  shown: ComparedCell,
  other: ComparedCell,
): CellDifference {
  return { sheet: sheet.id, name: sheet.name, row, column, isShown, shown, other }
}

/** Returns the cells that aren't empty, by their sheets and keys. */
function cellsOf(doc: Doc): ReadonlyMap<string, Placed> {
  const sheets = new SheetDocument(doc)
  const cells = new Map<string, Placed>()
  for (const placed of sheets.snapshot().flatMap(placedIn)) {
    const { sheet, row, column } = placed
    const key = sheets.cellKeyAt(sheet.id, row, column)
    if (key !== undefined) cells.set(`${sheet.id}/${key}`, placed)
  }
  sheets.destroy()
  return cells
}

function placedIn(sheet: SheetSnapshot): Placed[] {
  const cells = new Map<string, Placed>()
  const add = <T>(matrix: CellMatrix<T>, has: (value: T) => ComparedCell) => {
    for (const [row, line] of Object.entries(matrix)) {
      for (const [column, value] of Object.entries(line as { readonly [at: string]: T })) {
        const before = cells.get(`${row}:${column}`)?.cell
        const cell = { ...before, ...has(value) }
        cells.set(`${row}:${column}`, { cell, sheet, row: Number(row), column: Number(column) })
      }
    }
  }
  add(sheet.cells, (cell) => cell)
  add(sheet.notes, (note) => ({ note }))
  add(sheet.links, (link) => ({ link }))
  return [...cells.values()]
}
