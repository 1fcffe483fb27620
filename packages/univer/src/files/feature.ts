import type { Sheet, Workbook, WriteSheet } from 'hucre/xlsx'
import type { Filter } from '../document/criterion.js'
import {
  LIMITS,
  type CellData,
  type CellRange,
  type Link,
  type Operation,
  type Rule,
  type Validation,
} from '../document/index.js'
import { FIRST_SIZE } from '../document/limits.js'
import { USUAL_LOOK, type Look } from '../document/sheet-list.js'
import type { StyleContext } from './cell-style.js'
import type { FileChart, FileImage, FileName, FileSheet, Results } from './model.js'
import type { Parts } from './parts.js'
import type { Report } from './report.js'

/** A sheet while it is read from a file. */
export class SheetDraft {
  readonly cells: { [row: number]: { [column: number]: CellData } } = {}
  merges: CellRange[] = []
  frozen = { rows: 0, columns: 0 }
  filter: Filter | null = null
  look: Look = USUAL_LOOK
  readonly rules: Rule[] = []
  readonly validations: Validation[] = []
  readonly names: FileName[] = []
  print: FileSheet['print'] = null
  readonly images: FileImage[] = []
  readonly charts: FileChart[] = []
  readonly notes: { [row: number]: { [column: number]: string } } = {}
  readonly links: { [row: number]: { [column: number]: Link } } = {}
  readonly rows = new LinesDraft()
  readonly columns = new LinesDraft()

  constructor(readonly name: string) {}

  set(row: number, column: number, cell: CellData): void {
    ;(this.cells[row] ??= {})[column] = { ...this.cells[row]?.[column], ...cell }
  }

  /** As many lines as the cells, notes, links and images need. */
  get size(): { readonly rows: number; readonly columns: number } {
    let [rows, columns]: [number, number] = [FIRST_SIZE.rows, FIRST_SIZE.columns]
    const all = [
      ...Object.entries(this.cells),
      ...Object.entries(this.notes),
      ...Object.entries(this.links),
    ]
    for (const [row, inRow] of all) {
      rows = Math.max(rows, Number(row) + 1)
      for (const column of Object.keys(inRow)) columns = Math.max(columns, Number(column) + 1)
    }
    for (const { row, column } of [...this.images, ...this.charts]) {
      rows = Math.max(rows, row + 1)
      columns = Math.max(columns, column + 1)
    }
    return { rows: Math.min(rows, LIMITS.rows), columns: Math.min(columns, LIMITS.columns) }
  }

  /** Empties a cell except for its style. */
  clear(row: number, column: number): void {
    const { s } = this.cells[row]?.[column] ?? {}
    if (s === undefined) delete this.cells[row]?.[column]
    else this.cells[row]![column] = { s }
  }
}

class LinesDraft {
  readonly sizes: { [position: number]: number } = {}
  hidden: number[] = []
}

/** A sheet of a file that is read, and the file. */
export interface Source {
  readonly sheet: Sheet
  readonly book: Workbook
  readonly styles: StyleContext
  /** The files within the workbook, without images. */
  readonly parts: Parts
  /** The images within the workbook. */
  readonly media: Parts
}

/** A sheet of a file that is written. */
export interface Target extends WriteSheet {
  readonly rows: NonNullable<WriteSheet['rows']>
  readonly cells: NonNullable<WriteSheet['cells']>
}

/**
 * Something that sheets and files have. Each is a file in `features/`, and does what it can of three
 * things.
 */
export interface Feature {
  /** Reads it, or notes in the report what is left out. */
  readonly read?: (source: Source, draft: SheetDraft, report: Report) => void
  /** Reads what is about the whole file. */
  readonly readBook?: (book: Workbook, parts: Parts, report: Report) => void
  /** Writes it into a sheet of a file. */
  readonly write?: (sheet: FileSheet, target: Target, results: Results) => void
  /** Returns the steps that write it into a sheet of the document that is new and empty. */
  readonly steps?: (sheet: FileSheet, id: string) => readonly Operation[]
}
