import * as Y from 'yjs'
import { isKnownFormat, SHEET_FORMAT } from './format.js'
import { kindOf } from '../operations/index.js'
import type { Operation } from '../operations/operation.js'
import type { SetFilter } from '../operations/set-filter.js'
import type { SetRules } from '../operations/set-rules.js'
import type { SetValidations } from '../operations/set-validations.js'
import { complete, type Work } from '../slices.js'
import type { AxisName, LineId } from './axis.js'
import { isEmpty, type CellData, type CellMatrix, type CellPlace, type CellRange } from './cells.js'
import { Attached, linksIn, matrixOf } from './attached.js'
import { takeSteps, takingSteps } from './changes.js'
import { Draft } from './draft.js'
import type { Filter } from './criterion.js'
import { LIMITS } from './limits.js'
import type { Link } from './link.js'
import type { Name } from './name-list.js'
import { hasTooManyMerges } from './merges.js'
import type { Chance } from './order-key.js'
import { PART_CELLS, partsOf } from './parts.js'
import { BLOCK_FROM } from './range-writer.js'
import { isSeen } from './own-writes.js'
import type { Sheets } from './references.js'
import type { Rule } from './rule-list.js'
import type { Validation } from './validation-list.js'
import type { Look } from './sheet-list.js'
import { splitKey, type LinesState, type SheetState } from './sheet-state.js'
import { restoreEntries, type Restored } from './restore.js'
import { UndoSteps } from './undo.js'
import { Workbook } from './workbook.js'

// An origin that undo doesn't track, so that undo never restores unseen text.
const UNSEEN = Symbol('unseen')

/** The rows or columns that a grid starts with. */
export interface LinesSnapshot {
  readonly count: number
  readonly sizes: { readonly [position: number]: number }
  readonly hidden: readonly number[]
}

/** A sheet that a grid starts with. */
export interface SheetSnapshot {
  readonly id: string
  readonly name: string
  readonly rows: LinesSnapshot
  readonly columns: LinesSnapshot
  readonly cells: CellMatrix<CellData>
  readonly merges: readonly CellRange[]
  readonly frozen: { readonly rows: number; readonly columns: number }
  readonly filter: Filter | null
  readonly look: Look
  /** The conditional formats, the most important one first. */
  readonly rules: readonly Rule[]
  /** The data validations; of several for a cell, the last one counts. */
  readonly validations: readonly Validation[]
  /** The notes of cells. */
  readonly notes: CellMatrix<string>
  /** Where cells lead. */
  readonly links: CellMatrix<Link>
}

/** The parts of a sheet that depend on the positions of its lines. */
export interface DerivedSheet {
  readonly id: string
  readonly merges: readonly CellRange[]
  readonly frozen: { readonly rows: number; readonly columns: number }
  readonly rules: readonly Rule[]
  readonly validations: readonly Validation[]
  readonly formulas: readonly {
    readonly row: number
    readonly column: number
    readonly f: string
  }[]
}

/**
 * A workbook in a Yjs document, synchronized with one grid.
 * The grid starts with `snapshot()`, and its changes go to `apply()`. The others' changes wait
 * until `takeChanges()`, so that they can be taken once per frame; until then positions are those
 * of the grid.
 *
 * @see SHEET.md SD1
 */
export class SheetDocument {
  /** What cells have beside their contents. */
  readonly attached: Attached
  readonly #workbook: Workbook
  readonly #draft: Draft
  readonly #undo: UndoSteps
  readonly #listeners = new Set<() => void>()
  readonly #stoppers = new Set<() => void>()
  readonly #partCells: number
  #isKnown: boolean
  #pending = new Map<string, Set<string>>()
  #held: CellPlace | null = null

  /**
   * @param chance random numbers for order keys and ids; tests pass seeded ones
   * @param isRead whether to read the document at once
   */
  constructor(
    doc: Y.Doc,
    chance: Chance = Math.random,
    blockFrom = BLOCK_FROM,
    partCells = PART_CELLS,
    isRead = true,
  ) {
    this.#partCells = partCells
    this.#workbook = new Workbook(doc)
    this.attached = new Attached(this.#workbook)
    this.#draft = new Draft(this.#workbook, chance, blockFrom)
    this.#undo = new UndoSteps(doc, this)
    if (isRead) takeSteps(this.#workbook, null)
    this.#isKnown = isKnownFormat(doc, SHEET_FORMAT)
    doc.on('afterTransaction', this.#note)
  }

  /** Reads a document with pauses, in which it may change. @see OFFICE.md SH138 */
  static *opening(doc: Y.Doc): Work<SheetDocument> {
    const sheets = new SheetDocument(doc, Math.random, BLOCK_FROM, PART_CELLS, false)
    yield* sheets.#workbook.readingAhead()
    yield* takingSteps(sheets.#workbook, null)
    return sheets
  }

  /**
   * Whether the document is in a version that can be read and written. Otherwise nothing is
   * written, and the others' changes wait.
   *
   * @see SHEET.md SD22
   */
  get isKnown(): boolean {
    return this.#isKnown
  }

  /**
   * Calls back right before `isKnown` turns false; the grid's changes so far can still be written.
   */
  whenStopping(callback: () => void): void {
    this.#stoppers.add(callback)
  }

  /** Returns what the grid shows, or should start with. */
  snapshot(): SheetSnapshot[] {
    return this.#workbook.shown.map((sheet) => snapshotOf(sheet, this.#workbook))
  }

  /** Returns the names that the grid has, or should start with. */
  get names(): readonly Name[] {
    return this.#workbook.names.shown
  }

  /** Does the same as `applying`, without a pause. */
  apply(...operations: readonly Operation[]): Operation[] {
    return complete(this.applying(operations))
  }

  /**
   * Writes steps of the grid into the document as one undo step, and as one transaction unless they
   * write very many cells. In a pause others' updates can arrive, but the grid must stay as it is.
   *
   * @returns further steps that the grid needs, such as formulas that now read differently, or the
   *   reversal of what isn't possible
   */
  *applying(operations: readonly Operation[]): Work<Operation[]> {
    if (!this.#isKnown) return []
    this.#undo.gather()
    try {
      const [first = [], ...others] = partsOf(operations, this.#partCells)
      this.#write(first)
      for (const part of others) {
        yield
        this.#write(part)
      }
    } finally {
      this.#undo.release()
    }
    return takeSteps(this.#workbook, this.#held)
  }

  /**
   * Takes in updates that were made for this grid elsewhere, such as the sheets of a file, as one undo
   * step. They arrive with `takeChanges()`.
   */
  add(updates: readonly Uint8Array[]): void {
    complete(this.adding(updates))
  }

  /** Does the same as `add`, with a pause after each update, in which changes can be taken. */
  *adding(updates: readonly Uint8Array[]): Work {
    if (!this.#isKnown) return
    this.#undo.gather()
    try {
      for (const update of updates) {
        Y.applyUpdate(this.#workbook.doc, update, this.#undo.added)
        yield
      }
    } finally {
      this.#undo.release()
    }
  }

  /** The order key of the last sheet. */
  get lastSheetKey(): string {
    const { list } = this.#workbook
    return list.keyOf(list.ids.at(-1)!)!
  }

  /** How many sheets, and cells in blocks, there can be in addition. @see SHEET.md SD38, SD52 */
  get roomForSheets(): { readonly sheets: number; readonly blockCells: number } {
    const { list, roomInBlocks } = this.#workbook
    return { sheets: LIMITS.sheets - list.ids.length, blockCells: roomInBlocks }
  }

  #write(operations: readonly Operation[]): void {
    this.#workbook.doc.transact(() => {
      for (const operation of operations) {
        kindOf(operation).write(this.#workbook, operation, this.#draft)
        this.#workbook.absorb(this.#draft.take())
      }
    }, this)
  }

  /** Returns the kinds of content of which a grid can't show everything. @see OFFICE.md SH55 */
  leftOut(): string[] {
    const { shown, list } = this.#workbook
    const kinds: readonly [what: string, isTooMany: boolean][] = [
      ['sheets', list.hasTooMany],
      ['rows', shown.some(({ rows }) => rows.axis.hasTooMany)],
      ['columns', shown.some(({ columns }) => columns.axis.hasTooMany)],
      ['merged cells', shown.some(hasTooManyMerges)],
      ['pasted cells', this.#workbook.hasTooManyBlocks],
    ]
    return kinds.flatMap(([what, isTooMany]) => (isTooMany ? [what] : []))
  }

  /** Returns the steps that show the others' changes, and undone steps, in the grid. */
  takeChanges(): Operation[] {
    if (!this.#isKnown) return []
    const pending = this.#pending
    this.#pending = new Map()
    this.#workbook.absorb(pending)
    return takeSteps(this.#workbook, this.#held)
  }

  /**
   * Removes texts of this grid from the document that can't be seen, since others deleted or merged
   * their cells meanwhile.
   *
   * @returns the texts of the cells, by row
   */
  takeUnseen(): string[][] {
    return this.#isKnown ? this.#draft.own.takeUnseen(this.#workbook, UNSEEN) : []
  }

  /** Whether this grid has just written under a merge. */
  get hasCovered(): boolean {
    return this.#draft.own.hasCovered
  }

  /** Returns whether a cell is in the grid, and not under a merge. */
  isSeen({ sheet, key }: CellPlace): boolean {
    const state = this.#workbook.sheetWithId(sheet)
    return state !== undefined && isSeen(state, key)
  }

  /** Keeps a cell as the grid shows it while someone types in it; `null` releases it. */
  hold(place: CellPlace | null): void {
    this.#held = place
    if (place === null) this.#tell()
  }

  /** Calls back whenever there may be changes to take. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Returns the key of a cell of the grid, which stays the same wherever the cell moves. */
  cellKeyAt(sheet: string, row: number, column: number): string | undefined {
    const state = this.#workbook.sheetWithId(sheet)
    const rowId = state?.rows.shown[row]
    const columnId = state?.columns.shown[column]
    return rowId === undefined || columnId === undefined ? undefined : `${rowId}:${columnId}`
  }

  /** Returns the position of a cell in the grid; `undefined` if it doesn't exist. */
  positionOf(sheet: string, key: string): { row: number; column: number } | undefined {
    const state = this.#workbook.sheetWithId(sheet)
    const [rowId, columnId] = splitKey(key) ?? []
    if (state === undefined || rowId === undefined || columnId === undefined) return undefined
    const row = positionIn(state.rows, rowId)
    const column = positionIn(state.columns, columnId)
    return row === -1 || column === -1 ? undefined : { row, column }
  }

  /** Returns how many more rows or columns a sheet can have. @see SHEET.md SD38 */
  roomFor(sheet: string, axis: AxisName): number {
    return this.#workbook.sheetWithId(sheet)?.[axis].axis.room ?? 0
  }

  /** Undoes this grid's last step; the change arrives with `takeChanges()`. */
  undo(): boolean {
    return this.#isKnown && this.#undo.undo()
  }

  redo(): boolean {
    return this.#isKnown && this.#undo.redo()
  }

  /** Undoes this grid's last step for good; the change arrives with `takeChanges()`. */
  takeBack(): void {
    if (this.#isKnown) this.#undo.takeBack()
  }

  /**
   * Makes the workbook as a version of it was, as one undo step; the change arrives with `takeChanges()`.
   *
   * @returns `refused`, without a change, if the document or the version is in a newer format
   * @see SHEET.md SD55
   */
  restore(version: Y.Doc): Restored {
    if (!this.#isKnown || !isKnownFormat(version, SHEET_FORMAT)) return 'refused'
    const { doc } = this.#workbook
    return doc.transact(({ changed }) => {
      restoreEntries(doc, version)
      return changed.size > 0 ? 'restored' : 'same'
    }, this.#undo.added)
  }

  /** How many steps of this grid can be undone and redone. */
  get steps(): { readonly undos: number; readonly redos: number } {
    return this.#isKnown ? this.#undo.counts : { undos: 0, redos: 0 }
  }

  /** Returns steps for the filters that the grid should have. */
  filters(): SetFilter[] {
    return this.#workbook.shown.flatMap(({ id: sheet, filterShown: filter }) =>
      filter === null ? [] : [{ type: 'set-filter', sheet, filter }],
    )
  }

  /** Returns steps for the conditional formats that the grid should have. */
  rules(): SetRules[] {
    return this.#workbook.shown.flatMap(({ id: sheet, rules: { shown: rules } }) =>
      rules.length === 0 ? [] : [{ type: 'set-rules', sheet, rules }],
    )
  }

  /** Returns steps for the data validations that the grid should have. */
  validations(): SetValidations[] {
    return this.#workbook.shown.flatMap(({ id: sheet, validations: { shown: validations } }) =>
      validations.length === 0 ? [] : [{ type: 'set-validations', sheet, validations }],
    )
  }

  /**
   * Returns the content that depends on the positions of lines and the names of sheets. Grids
   * change it by themselves when lines move, each in its own way; this is how it should be.
   */
  derived(): DerivedSheet[] {
    return this.#workbook.shown.map(derivedOf)
  }

  destroy(): void {
    this.#workbook.doc.off('afterTransaction', this.#note)
    this.#undo.destroy()
    this.#listeners.clear()
    this.#stoppers.clear()
  }

  readonly #note = (transaction: Y.Transaction): void => {
    if (transaction.origin === this) return
    for (const [type, keys] of transaction.changed) {
      // Types that a stranger put inside an entry are ignored.
      if (type._item !== null) continue
      const name = Y.findRootTypeKey(type)
      const pending = this.#pending.get(name) ?? new Set<string>()
      for (const key of keys) if (key !== null) pending.add(key)
      this.#pending.set(name, pending)
    }
    this.#followFormat()
    this.#tell()
  }

  #followFormat(): void {
    const isKnown = isKnownFormat(this.#workbook.doc, SHEET_FORMAT)
    if (this.#isKnown && !isKnown) for (const callback of this.#stoppers) callback()
    this.#isKnown = isKnown
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

/** Until changes are taken, the order may be ahead of what is shown. */
function positionIn({ axis, shown }: LinesState, id: LineId): number {
  const at = axis.indexOf(id)
  return shown[at] === id ? at : -1
}

function snapshotOf(sheet: SheetState, sheets: Sheets): SheetSnapshot {
  const cells: Record<number, Record<number, CellData>> = {}
  for (const [row, rowId] of sheet.rows.shown.entries()) {
    for (const entry of sheet.table.get(rowId)?.values() ?? []) {
      const column = sheet.columns.axis.indexOf(entry.column)
      if (column !== -1 && !isEmpty(entry.shown)) (cells[row] ??= {})[column] = entry.shown
    }
  }
  return {
    id: sheet.id,
    name: sheet.name,
    rows: linesOf(sheet.rows),
    columns: linesOf(sheet.columns),
    cells,
    merges: sheet.mergesShown,
    frozen: sheet.frozenShown,
    filter: sheet.filterShown,
    look: sheet.look,
    rules: sheet.rules.shown,
    validations: sheet.validations.shown,
    notes: matrixOf(sheet, sheet.notes),
    links: linksIn(sheet, sheets),
  }
}

function derivedOf(sheet: SheetState): DerivedSheet {
  const formulas = [...sheet.formulas].flatMap(({ row: rowId, column: columnId, shown: { f } }) => {
    const row = positionIn(sheet.rows, rowId)
    const column = positionIn(sheet.columns, columnId)
    return f === undefined || row === -1 || column === -1 ? [] : [{ row, column, f }]
  })
  const { mergesShown: merges, frozenShown: frozen } = sheet
  const [rules, validations] = [sheet.rules.shown, sheet.validations.shown]
  return { id: sheet.id, merges, frozen, rules, validations, formulas }
}

function linesOf({ axis, shown, sizes, hidden }: LinesState): LinesSnapshot {
  const positions = [...sizes].map(([id, size]): [number, number] => [axis.indexOf(id), size])
  return {
    count: shown.length,
    sizes: Object.fromEntries(positions),
    hidden: [...hidden].map((id) => axis.indexOf(id)).toSorted((a, b) => a - b),
  }
}
