import type { LineId } from './axis.js'
import type { CellMap } from './cell-map.js'
import type { CellMatrix } from './cells.js'
import { LIMITS } from './limits.js'
import { isAddress, placeIn, printLink, type Link, type StoredLink } from './link.js'
import { cornersOf, rangeBetween } from './ranges.js'
import type { Sheets } from './references.js'
import type { SheetState } from './sheet-state.js'
import type { Workbook } from './workbook.js'

/**
 * What cells have beside their contents, where the grid shows the cells. The grid looks it up when it draws, so that
 * it can't differ from the document.
 */
export class Attached {
  /** The document as the grid shows it. */
  readonly workbook: Workbook
  /** The most characters of a note. */
  readonly noteCharacters: number = LIMITS.noteCharacters
  /** Returns whether a text is an address to which a cell may lead. */
  readonly isAddress = isAddress
  /** Returns the reference that the place of a link is; `undefined` if it isn't one. */
  readonly placeIn = placeIn
  /** Returns the cells between two corners, wherever these are now; `null` if none is left. */
  readonly rangeBetween = rangeBetween
  /** Returns the corners of cells; `undefined` if the grid doesn't have them. */
  readonly cornersOf = cornersOf

  constructor(workbook: Workbook) {
    this.workbook = workbook
  }

  /** A number that is another one when cells may have something else. */
  get version(): number {
    return this.workbook.attachedVersion
  }

  /** Returns the note of a cell; `undefined` if it has none. */
  noteAt(sheet: string, row: number, column: number): string | undefined {
    const state = this.workbook.sheetWithId(sheet)
    return state && valueAt(state, state.notes, row, column)
  }

  /** Returns where a cell leads; `undefined` if nowhere. */
  linkAt(sheet: string, row: number, column: number): Link | undefined {
    const state = this.workbook.sheetWithId(sheet)
    const link = state && valueAt(state, state.links, row, column)
    return link && printLink(link, sheet, this.workbook)
  }

  /** Returns the links of all cells of a sheet that lead anywhere. */
  linksOf(sheet: string): CellMatrix<Link> {
    const state = this.workbook.sheetWithId(sheet)
    return state === undefined ? {} : linksIn(state, this.workbook)
  }

  /** Returns all notes of a sheet. */
  notesOf(sheet: string): CellMatrix<string> {
    const state = this.workbook.sheetWithId(sheet)
    return state === undefined ? {} : matrixOf(state, state.notes)
  }
}

function valueAt<T>(
  { rows, columns }: SheetState,
  map: CellMap<T>,
  row: number,
  column: number,
): T | undefined {
  if (map.isEmpty) return undefined
  const [rowId, columnId] = [rows.shown[row], columns.shown[column]]
  return rowId === undefined || columnId === undefined ? undefined : map.at(rowId, columnId)
}

/** Returns what the cells of a sheet have, by position in the grid. */
export function matrixOf<T>({ rows, columns }: SheetState, map: CellMap<T>): CellMatrix<T> {
  if (map.isEmpty) return {}
  const [places, across] = [rows.shown, columns.shown].map(placesOf)
  const matrix: Record<number, Record<number, T>> = {}
  for (const [row, column, value] of map.entries()) {
    const at = places!.get(row)
    const to = across!.get(column)
    if (at !== undefined && to !== undefined) (matrix[at] ??= {})[to] = value
  }
  return matrix
}

/** Returns the links of a sheet that lead anywhere now. */
export function linksIn(sheet: SheetState, sheets: Sheets): CellMatrix<Link> {
  const links: Record<number, Record<number, Link>> = {}
  for (const [row, inRow] of Object.entries(matrixOf(sheet, sheet.links))) {
    for (const [column, stored] of Object.entries(inRow as CellMatrix<StoredLink>[number])) {
      const link = printLink(stored, sheet.id, sheets)
      if (link !== undefined) (links[Number(row)] ??= {})[Number(column)] = link
    }
  }
  return links
}

const placesOf = (shown: readonly LineId[]): ReadonlyMap<LineId, number> =>
  new Map(shown.map((id, at) => [id, at]))
