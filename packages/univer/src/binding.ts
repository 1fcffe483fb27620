import type { Injector, Workbook as WorkbookModel } from '@univerjs/core'
import { DisposableCollection, ICommandService, IResourceManagerService } from '@univerjs/core'
import type { Doc } from 'yjs'
import { IEditorBridgeService, LexerTreeBuilder } from '@univerjs/preset-sheets-core'
import {
  isSame,
  joinSteps,
  type AxisName,
  type Filter,
  type Operation,
  type SheetDocument,
  type Restored,
} from './document/index.js'
import { GridReader } from './grid-reader.js'
import { GridWriter } from './grid-writer.js'
import type { Amounts } from './over-limits.js'
import type { Steps } from './own-undo.js'
import { OPERATIONS } from './operations/index.js'
import { afterLines } from './operations/ranged-steps.js'
import { playing } from './player.js'
import { dependsOnGrid, isRecordable, record } from './recorder.js'
import { complete, Slices, type Work } from './slices.js'

/** A cell by its position in the grid. */
export interface GridPlace {
  readonly sheet: string
  readonly row: number
  readonly column: number
}

const MAX_PAUSE_MS = 500
const SORT = 'sheet.command.reorder-range'

/** Why a cell can't be edited any more: it is gone, or nothing can be written at all. */
export type Loss = 'cell-gone' | 'newer-format' | 'read-only'

/**
 * Synchronizes the grid and the document. Local steps are written as one transaction once they are
 * finished, and the others' changes are shown at most once per frame.
 *
 * @see SHEET.md SD9, SD12
 */
export class Binding implements Steps {
  readonly #sheets: SheetDocument
  readonly #mayWrite: () => boolean
  readonly #listeners = new Set<() => void>()
  readonly #carriers = new Set<() => void>()
  readonly #losers = new Set<(why: Loss) => void>()
  readonly #finders = new Set<(texts: string[][]) => void>()
  readonly #movers = new Set<() => void>()
  #grid: GridReader | null = null
  #writer: GridWriter | null = null
  #editor: IEditorBridgeService | null = null
  #done: Operation[] = []
  #foreign = new Set<string>()
  #held: { readonly sheet: string; readonly key: string } | null = null
  #timer: ReturnType<typeof setTimeout> | null = null
  /** Whether a sort of rows has begun: Univer then writes their formulas, in its own way. */
  #isSorting = false
  #isTaking = false
  #isClosed = false
  readonly #slices = new Slices()
  readonly #hearing = new DisposableCollection()
  /** How many actions and flushes are in the grid, and not yet wholly in the document. */
  #unwritten = 0
  #takeAfterMs = 0
  /** Whether the document's version was known when the listeners were last told of it. */
  #wasKnown = true

  /** @param mayWrite returns whether anything may be written into the document now. */
  constructor(sheets: SheetDocument, mayWrite: () => boolean) {
    this.#sheets = sheets
    this.#mayWrite = mayWrite
  }

  /** Starts with a workbook that shows the document. */
  start(workbook: WorkbookModel, injector: Injector): void {
    const commands = injector.get(ICommandService)
    const resources = injector.get(IResourceManagerService)
    this.#grid = new GridReader(
      workbook,
      injector.get(LexerTreeBuilder),
      resources,
      this.#sheets.attached,
    )
    this.#writer = new GridWriter(workbook, commands, this.#grid)
    this.#editor = injector.get(IEditorBridgeService)
    this.#hearing.add(
      commands.beforeCommandExecuted((command, options) => {
        if (dependsOnGrid(command, options)) this.#slices.finish()
      }),
    )
    this.#hearing.add(
      commands.onCommandExecuted((command, options) => {
        if (isRecordable(command, options)) this.#record(command.id, command.params ?? {})
        else if (command.id === SORT) this.#isSorting = false
      }),
    )
    this.#sheets.subscribe(this.#takeSoon)
    this.#sheets.whenStopping(this.#stop)
  }

  /** Writes what is still unwritten, and releases the grid. */
  close(): void {
    this.#flush()
    this.#isClosed = true
    this.#hearing.dispose()
  }

  /** Returns the filter that a sheet should have. */
  readonly filterOf = (sheet: string): Filter | null =>
    this.#sheets.filters().find((step) => step.sheet === sheet)?.filter ?? null

  /** Shows what the parts of the grid have that are loaded late: filters, conditional formats and data validations. */
  showLate(): void {
    this.settle()
    const steps = [this.#sheets.filters(), this.#sheets.rules(), this.#sheets.validations()].flat()
    void this.#begin(this.#playing(steps, []))
  }

  /** Does what has to wait until the workbook is drawn. */
  drawn(): void {
    this.settle()
    this.#writer?.fitRows()
  }

  /** Returns the key of a cell of the grid. */
  keyAt({ sheet, row, column }: GridPlace): string | undefined {
    return this.#sheets.cellKeyAt(sheet, row, column)
  }

  /** Returns the position of a cell in the grid. */
  positionOf(sheet: string, key: string): { row: number; column: number } | undefined {
    return this.#sheets.positionOf(sheet, key)
  }

  /** Returns how many more rows or columns a sheet can have. */
  readonly roomFor = (sheet: string, axis: AxisName): number => this.#sheets.roomFor(sheet, axis)

  /** What the grid contains of everything that is limited. */
  readonly amounts: Amounts = {
    sheets: () => this.grid.order.length,
    merges: (sheet) => this.grid.merges(sheet),
    room: this.roomFor,
    activeSheet: () => this.grid.activeSheet,
    ruleProblem: (sheet, rule) => this.grid.ruleProblem(sheet, rule),
    validationProblem: (sheet, rule) => this.grid.validationProblem(sheet, rule),
    names: () => this.grid.names(),
  }

  /** Keeps the cell in which someone types as it is; another cell or `null` releases it. */
  hold(place: GridPlace | null): void {
    const key = place === null ? undefined : this.keyAt(place)
    this.#held = place === null || key === undefined ? null : { sheet: place.sheet, key }
    this.#sheets.hold(this.#held)
  }

  /** Calls back when the held cell can't be written any more. */
  whenHeldLost(callback: (why: Loss) => void): void {
    this.#losers.add(callback)
  }

  /** Calls back with unseen texts of this grid, by row; they are no longer in the document. */
  whenUnseen(callback: (texts: string[][]) => void): void {
    this.#finders.add(callback)
  }

  /** Calls back when the grid's changes are in the document, at once if they are already. */
  whenSettled(callback: () => void): void {
    if (!this.isUnwritten) {
      callback()
      return
    }
    const unsubscribe = this.#listen(() => {
      if (this.isUnwritten) return
      unsubscribe()
      callback()
    })
  }

  /** Whether the user did something that isn't in the document yet. */
  get isUnwritten(): boolean {
    return this.#timer !== null || this.#unwritten > 0
  }

  /** Does a long action of the user in slices, and writes it as one step. @see OFFICE.md SH120 */
  act<T>(work: Work<T>): Promise<T> {
    this.#flush()
    return this.#begin(this.#acting(work))
  }

  /**
   * Takes in what was made for the user elsewhere, such as the sheets of a file, in slices and as one
   * step.
   */
  add(updates: readonly Uint8Array[]): Promise<void> {
    this.#flush()
    return this.#begin(this.#adding(updates))
  }

  /** Calls back when others have moved cells in the grid. */
  whenCarried(callback: () => void): void {
    this.#carriers.add(callback)
  }

  /** Calls back when cells have moved in the grid, by anyone. */
  whenMoved(callback: () => void): void {
    this.#movers.add(callback)
  }

  get counts(): { readonly undos: number; readonly redos: number } {
    return this.#mayWrite() ? this.#sheets.steps : { undos: 0, redos: 0 }
  }

  undo(): void {
    if (this.#mayWrite()) this.#stepBy(() => this.#sheets.undo())
  }

  redo(): void {
    if (this.#mayWrite()) this.#stepBy(() => this.#sheets.redo())
  }

  takeBack(): void {
    if (this.#mayWrite()) this.#stepBy(() => this.#sheets.takeBack())
  }

  /** Makes the workbook as a version of it was. */
  restore(version: Doc): Restored {
    let answer: Restored = 'refused'
    if (this.#mayWrite()) this.#stepBy(() => void (answer = this.#sheets.restore(version)))
    return answer
  }

  /**
   * The answer of `mayWrite` has changed: what was done before is written, and what is being typed
   * is lost to its cell.
   */
  permitted(): void {
    this.#flush()
    if (this.#mayWrite()) this.#giveBack()
    else if (this.#held !== null) this.#lose('read-only')
    this.#tell()
  }

  readonly subscribe = (listener: () => void): (() => void) => this.#listen(listener)

  /** Synchronizes both directions at once. */
  settle(): void {
    this.#flush()
    complete(this.#taking())
  }

  /** The grid, for a comparison with the document. */
  get grid(): GridReader {
    if (this.#grid === null) throw new Error('the binding has not been started')
    return this.#grid
  }

  #listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }

  #stepBy(step: () => void): void {
    this.#flush()
    step()
    void this.#begin(this.#taking())
    this.#tell()
  }

  #record(mutation: string, params: object): void {
    for (const operation of record(this.grid, mutation, params, this.#isSorting)) {
      this.#isSorting ||= operation.type === 'sort-rows'
      const joined = joinSteps(this.#done.at(-1), operation)
      if (joined === undefined) this.#done.push(operation)
      else this.#done[this.#done.length - 1] = joined
      if (operation.type !== 'set-range-values') continue
      const { sheet, cellValue } = operation
      if (this.grid.hasForeign(sheet, cellValue)) this.#foreign.add(sheet)
    }
    // One action of a person is many mutations, some of them a moment later.
    this.#timer ??= setTimeout(this.#write)
  }

  readonly #write = (): void => {
    // A long action is written when it is done.
    if (this.#slices.isBusy) this.#timer = setTimeout(this.#write)
    else void this.#begin(this.#flushing())
  }

  /** Writes everything that the user did, at once. */
  #flush(): void {
    this.#slices.finish()
    complete(this.#flushing())
  }

  /** Begins work, and tells the listeners if it takes longer. */
  #begin<T>(work: Work<T>): Promise<T> {
    const result = this.#slices.do(work)
    if (this.#slices.isBusy) this.#tell()
    return result
  }

  *#acting<T>(work: Work<T>): Work<T> {
    this.#unwritten += 1
    try {
      return yield* work
    } finally {
      yield* this.#flushing()
      this.#unwritten -= 1
      this.#tell()
    }
  }

  *#adding(updates: readonly Uint8Array[]): Work {
    if (!this.#mayWrite()) return
    this.#unwritten += 1
    try {
      for (const _ of this.#sheets.adding(updates)) {
        yield* this.#taking()
        yield
      }
    } finally {
      this.#unwritten -= 1
      this.#tell()
    }
  }

  *#flushing(): Work {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#done.length === 0) return
    const done = afterLines([...this.#done, ...this.#filtersInGrid()])
    this.#done = []
    const followUps = yield* this.#applying(done)
    yield* this.#playing([...this.#amendments(), ...followUps], done)
    if (this.#sheets.hasCovered) this.#giveBack()
    this.#tell()
  }

  *#applying(steps: readonly Operation[]): Work<Operation[]> {
    this.#unwritten += 1
    try {
      return yield* this.#sheets.applying(steps)
    } finally {
      this.#unwritten -= 1
    }
  }

  readonly #takeSoon = (): void => {
    if (this.#isTaking) return
    this.#isTaking = true
    const takeWithFrame = () => requestAnimationFrame(this.#takeNow)
    const waitMs = this.#takeAfterMs - performance.now()
    if (waitMs > 0) setTimeout(takeWithFrame, waitMs)
    else takeWithFrame()
  }

  readonly #takeNow = (): void => {
    this.#isTaking = false
    if (this.#isClosed) return
    if (this.#slices.isBusy) {
      this.#takeSoon()
      return
    }
    const beganMs = performance.now()
    this.#flush()
    void this.#begin(this.#taking()).finally(() => {
      // Drawing comes next, and takes longest in a large sheet: half of the time is left for typing.
      requestAnimationFrame(() => {
        const tookMs = performance.now() - beganMs
        this.#takeAfterMs = performance.now() + Math.min(tookMs, MAX_PAUSE_MS)
      })
    })
  };

  *#taking(): Work {
    const steps = this.#sheets.takeChanges()
    if (steps.length === 0) return this.#tellOfFormat()
    // This comes before the grid changes: afterwards the text would go to the cell at that
    // position.
    if (this.#held !== null && !this.#sheets.isSeen(this.#held)) {
      this.#lose('cell-gone')
    }
    yield* this.#playing(steps, steps)
    if (steps.some(({ type }) => OPERATIONS[type].hides)) this.#giveBack()
    if (steps.some(({ type }) => OPERATIONS[type].unsettles)) {
      this.#carryEditor()
      for (const callback of this.#carriers) callback()
    }
    this.#tell()
  }

  /** Has the cell editor write into its cell where that is now; Univer follows only some moves. */
  #carryEditor(): void {
    const at = this.#held && this.positionOf(this.#held.sheet, this.#held.key)
    if (at) this.#editor?.updateEditLocation(at.row, at.column)
  }

  /** Writes the last changes before the document becomes read-only. */
  readonly #stop = (): void => {
    this.#flush()
    if (this.#held !== null) this.#lose('newer-format')
    this.#tell()
  }

  #tellOfFormat(): void {
    if (this.#sheets.isKnown === this.#wasKnown) return
    this.#wasKnown = this.#sheets.isKnown
    this.#tell()
  }

  #lose(why: Loss): void {
    for (const callback of this.#losers) callback(why)
  }

  #giveBack(): void {
    // It takes them out of the document.
    if (!this.#mayWrite()) return
    const texts = this.#sheets.takeUnseen()
    if (texts.length === 0) return
    for (const callback of this.#finders) callback(texts)
  }

  /** @param cause the steps that led to these, here or elsewhere */
  *#playing(steps: readonly Operation[], cause: readonly Operation[]): Work {
    if (this.#writer === null) return
    yield* playing(steps, this.#writer)
    // The grid's filters follow lines and new content in their own way.
    yield* playing(this.#sheets.filters(), this.#writer)
    if (!cause.some(({ type }) => OPERATIONS[type].unsettles)) return
    yield* playing(this.#corrections(), this.#writer)
    for (const callback of this.#movers) callback()
  }

  /**
   * Returns steps for formulas, merges and panes that Univer changed differently from the document.
   */
  #corrections(): Operation[] {
    const { grid } = this
    const { names } = this.#sheets
    const inNames: Operation[] = isSame(grid.names(), names) ? [] : [{ type: 'set-names', names }]
    const inSheets = this.#sheets.derived().flatMap((derived) => {
      const { id: sheet, merges, frozen, rules, validations, formulas } = derived
      if (!grid.has(sheet)) return []
      const reader = grid.cells(sheet)
      const cellValue: Record<number, Record<number, { f: string }>> = {}
      for (const { row, column, f } of formulas) {
        if (this.#isHeld({ sheet, row, column }) || reader.read(row, column).f === f) continue
        ;(cellValue[row] ??= {})[column] = { f }
      }
      const steps: Operation[] = []
      if (Object.keys(cellValue).length > 0) {
        steps.push({ type: 'set-range-values', sheet, cellValue })
      }
      if (!isSame(grid.merges(sheet), merges)) steps.push({ type: 'set-merges', sheet, merges })
      if (!isSame(grid.frozen(sheet), frozen)) steps.push({ type: 'set-frozen', sheet, ...frozen })
      if (!isSame(grid.rules(sheet) ?? rules, rules))
        steps.push({ type: 'set-rules', sheet, rules })
      if (!isSame(grid.validations(sheet) ?? validations, validations))
        steps.push({ type: 'set-validations', sheet, validations })
      return steps
    })
    return [...inNames, ...inSheets]
  }

  /** Returns steps for the filters that Univer has changed by itself while the user edited. */
  #filtersInGrid(): Operation[] {
    return this.#sheets.filters().flatMap(({ sheet, filter: before }) => {
      const filter = this.grid.has(sheet) ? this.grid.filter(sheet) : undefined
      return filter === undefined || isSame(filter, before)
        ? []
        : [{ type: 'set-filter', sheet, filter }]
    })
  }

  /** Returns writes for cells whose content only this grid can show, in the document's format. */
  #amendments(): Operation[] {
    const sheets = [...this.#foreign].filter((sheet) => this.grid.has(sheet))
    this.#foreign = new Set()
    return sheets.flatMap((sheet) => {
      const cellValue = this.grid.foreignCells(sheet)
      return Object.keys(cellValue).length === 0
        ? []
        : [{ type: 'set-range-values', sheet, cellValue }]
    })
  }

  #isHeld(place: GridPlace): boolean {
    return this.#held?.sheet === place.sheet && this.#held.key === this.keyAt(place)
  }
}
