import {
  CommandType,
  ICommandService,
  type ICellData,
  type ICommandInfo,
  type IDisposable,
  type IExecutionOptions,
  type Injector,
  type IObjectMatrixPrimitiveType,
  type IWorkbookData,
  type Nullable,
  type Workbook as WorkbookModel,
} from '@univerjs/core'
import {
  FormulaDataModel,
  FormulaExecuteStageType,
  FormulaExecutedStateType,
  IDefinedNamesService,
  RemoveDefinedNameMutation,
  SetArrayFormulaDataMutation,
  SetDefinedNameMutation,
  SetFormulaCalculationNotificationMutation,
  SetFormulaCalculationStartMutation,
  SetFormulaCalculationStopMutation,
  SetTriggerFormulaCalculationStartMutation,
  type ISetFormulaCalculationNotificationMutation,
  type ISetFormulaCalculationStartMutation,
} from '@univerjs/engine-formula'
import {
  AddWorksheetMergeMutation,
  ClearSelectionFormatCommand,
  InsertSheetMutation,
  RemoveWorksheetMergeMutation,
  SetBorderCommand,
  SetRangeCustomMetadataCommand,
  SetRangeValuesMutation,
  SetStyleCommand,
  type ISetRangeValuesMutationParams,
} from '@univerjs/sheets'
import { BOUNDS } from './bounds.js'
import { lineMoveOf, movedCell, type LineMove } from './line-move.js'
import type { FormulaCell, FromWorker, Mutation, ToWorker } from './messages.js'
import { OtherFormulas } from './other-formulas.js'
import { onlyFormulas, allTooMuch } from './results.js'
import { arraysOf, isMoving, takeBack } from './spread.js'
import { Strikes } from './strikes.js'
import { Watch } from './watch.js'

/** The cells and formulas that Univer wants calculated. */
type Dirty = ISetFormulaCalculationStartMutation

interface Run {
  readonly dirty: Dirty
  readonly refused: readonly FormulaCell[]
  readonly most: number
  readonly attempt: number
}

// The progress of a calculation has its own messages.
const NOT_SHARED: ReadonlySet<string> = new Set(
  [
    SetFormulaCalculationNotificationMutation,
    SetFormulaCalculationStopMutation,
    SetTriggerFormulaCalculationStartMutation,
    // The page's own mutation would undo results that the worker has calculated meanwhile.
    SetArrayFormulaDataMutation,
    // No formula refers to merges, and a copy of them takes as much memory as the grid's.
    AddWorksheetMergeMutation,
    RemoveWorksheetMergeMutation,
    // What names stand for has messages of its own.
    SetDefinedNameMutation,
    RemoveDefinedNameMutation,
    // The worker has no part that filters.
    { id: 'sheet.mutation.set-filter-range' },
    { id: 'sheet.mutation.set-filter-criteria' },
    { id: 'sheet.mutation.re-calc-filter' },
    { id: 'sheet.mutation.remove-filter' },
  ].map(({ id }) => id),
)
const OF_NAMES: ReadonlySet<string> = new Set([
  SetDefinedNameMutation.id,
  RemoveDefinedNameMutation.id,
])
// Univer calculates nothing after these commands.
const OF_LOOKS: ReadonlySet<unknown> = new Set(
  [
    SetStyleCommand,
    SetBorderCommand,
    ClearSelectionFormatCommand,
    SetRangeCustomMetadataCommand,
  ].map(({ id }) => id),
)
const AS_RESULT: IExecutionOptions = {
  onlyLocal: true,
  fromSync: true,
  fromFormula: true,
  applyFormulaCalculationResult: true,
}

/**
 * Lets a worker with a copy of the workbook calculate the formulas. This replaces Univer's own
 * calculation, which can't terminate an unresponsive worker, loses changes made during a
 * calculation, and writes results into cells that have moved meanwhile.
 * Runs follow one another. A worker that is silent for too long is terminated, and a new one
 * calculates the same without the formula at which the old one stopped.
 * Univer requests positions some time after they were written. So once cells have moved, the next
 * run calculates all formulas, and a current run's results are dropped.
 *
 * @see OFFICE.md SH50 to SH54, SH80, SH81
 */
export class Calculation {
  readonly #openWorker: () => Worker
  readonly #shared = new Set<string>()
  #strikes = new Strikes()
  readonly #watch = new Watch(() => this.#again())
  #workbook: WorkbookModel | null = null
  #injector: Injector | null = null
  /** Whether the worker doesn't know the names as they are. */
  #areNamesNew = true
  #worker: Worker | null = null
  #running: Run | null = null
  #next: Dirty | null = null
  #at: FormulaCell | null = null
  #begun = 0
  /** The mutations of values since the run began. */
  #written: Mutation[] = []
  /** Whether cells moved since the last run began. */
  #isMoved = false
  #hasGivenUp = false
  /** Whether there may be formulas; without any, no worker is needed. */
  #hasFormulas = false
  readonly #others = new OtherFormulas()
  #listening: IDisposable | null = null

  constructor(openWorker: () => Worker) {
    this.#openWorker = openWorker
  }

  /** Called by Univer for each mutation that the worker needs. */
  registerSyncingMutations({ id }: { readonly id: string }): void {
    if (!NOT_SHARED.has(id)) this.#shared.add(id)
  }

  start(workbook: WorkbookModel, injector: Injector): void {
    this.#workbook = workbook
    this.#injector = injector
    this.#hasFormulas = workbook
      .getSheets()
      .some((sheet) => hasFormula(sheet.getCellMatrix().getMatrix()))
    this.#listening = this.#commands.onCommandExecuted((command, options) => {
      if (OF_NAMES.has(command.id)) this.#areNamesNew = true
      this.#note(command, options)
    })
  }

  /** Terminates the worker; another workbook can be started afterwards. */
  stop(): void {
    this.#listening?.dispose()
    this.#watch.stop()
    this.#worker?.terminate()
    this.#worker = null
    this.#running = null
    this.#next = null
    this.#written = []
    this.#isMoved = false
    this.#hasGivenUp = false
    this.#strikes = new Strikes()
    this.#others.clear()
  }

  get #commands(): ICommandService {
    return this.#injector!.get(ICommandService)
  }

  get #model(): FormulaDataModel {
    return this.#injector!.get(FormulaDataModel)
  }

  #note({ id, type, params = {} }: Readonly<ICommandInfo>, options?: IExecutionOptions): void {
    if (type !== CommandType.MUTATION || options?.['fromSync'] === true) return
    if (id === SetFormulaCalculationStartMutation.id) {
      this.#request(params as Dirty)
      return
    }
    if (!this.#shared.has(id) || isElsewhere(params, this.#workbook!)) return
    const mutation = { id, params }
    const isOther = this.#others.take(mutation)
    this.#hasFormulas ||= isOther || mayBringFormulas(mutation)
    const isInput = options?.onlyLocal !== true && !OF_LOOKS.has(triggerOf(params))
    if (isMoving(mutation)) this.#move(mutation)
    else if (isInput && id === SetRangeValuesMutation.id) this.#write(mutation)
    // A worker that doesn't exist yet starts with the workbook of that moment.
    this.#post({ type: 'mutate', mutation, isInput })
  }

  #write(mutation: Mutation): void {
    if (this.#running !== null) this.#written.push(mutation)
    if (!this.#strikes.isEmpty) this.#strikes.forget(writtenCells(mutation))
  }

  #move(mutation: Mutation): void {
    this.#isMoved = true
    if (takeBack(this.#model, mutation)) this.#applyArrays()
    const move = lineMoveOf(mutation)
    if (move === null) this.#strikes.clear()
    else this.#follow(move)
  }

  #follow(move: LineMove): void {
    this.#strikes.follow(move)
    if (this.#running === null) return
    if (this.#at !== null) this.#at = movedCell(this.#at, move)
    const refused = this.#running.refused.flatMap((cell) => movedCell(cell, move) ?? [])
    this.#running = { ...this.#running, refused }
  }

  /** Each request includes everything that was requested since the last run began. */
  #request(dirty: Dirty): void {
    if (this.#running !== null) this.#next = dirty
    else if (this.#hasFormulas) this.#begin(dirty)
    else this.#skip()
  }

  /** Calculates nothing: starting a worker takes longer than drawing a sheet without formulas. */
  #skip(): void {
    this.#tellStage(FormulaExecuteStageType.START)
    this.#tell({ functionsExecutedState: FormulaExecutedStateType.SUCCESS })
    this.#tellStage(FormulaExecuteStageType.CALCULATION_COMPLETED)
  }

  #begin(wanted: Dirty): void {
    // Univer requests again what it believes was not calculated.
    this.#tellStage(FormulaExecuteStageType.START)
    this.#tell({ functionsExecutedState: FormulaExecutedStateType.NOT_EXECUTED })
    this.#tellStage(FormulaExecuteStageType.START)
    const isOfAll = this.#hasGivenUp || this.#isMoved
    const dirty = isOfAll ? { ...wanted, forceCalculation: true } : wanted
    this.#hasGivenUp = false
    this.#run({ dirty, refused: this.#strikes.waiting, most: Number.MAX_SAFE_INTEGER, attempt: 1 })
  }

  #run(run: Run): void {
    this.#running = run
    this.#at = null
    this.#begun = 0
    this.#isMoved = false
    this.#written = []
    this.#worker ??= this.#open()
    if (this.#areNamesNew) this.#postNames()
    const { dirty, refused, most } = run
    const mutation = { id: SetFormulaCalculationStartMutation.id, params: dirty }
    this.#post({ type: 'calculate', mutation, refused, most })
    this.#watch.start()
  }

  #open(): Worker {
    const worker = this.#openWorker()
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      // A message of a terminated worker may still arrive.
      if (worker === this.#worker) this.#hear(data)
    })
    worker.addEventListener('error', () => {
      if (worker === this.#worker) this.#again()
    })
    this.#worker = worker
    const workbook = withoutMerges(this.#workbook!.getSnapshot())
    this.#post({ type: 'open', workbook, arrays: arraysOf(this.#model) })
    this.#areNamesNew = true
    for (const mutation of this.#others.mutations) {
      this.#post({ type: 'mutate', mutation, isInput: false })
    }
    return worker
  }

  /** Tells the worker what all names stand for now. */
  #postNames(): void {
    this.#areNamesNew = false
    const unit = this.#workbook!.getUnitId()
    const names = this.#injector!.get(IDefinedNamesService).getDefinedNameMap(unit)
    const all = Object.values(names ?? {}).map(({ name, formulaOrRefString: text }) => ({
      name,
      formula: text.startsWith('=') ? text : `=${text}`,
    }))
    this.#post({ type: 'names', names: all })
  }

  #post(message: ToWorker): void {
    this.#worker?.postMessage(message)
  }

  #hear(message: FromWorker): void {
    this.#watch.hear(message.type === 'at' ? message.cell !== null : this.#at !== null)
    switch (message.type) {
      case 'at':
        this.#at = message.cell
        if (message.cell !== null) this.#begun++
        return
      case 'result':
        if (!this.#isMoved) this.#apply(message.mutation)
        return
      case 'done':
        return this.#finish(message.mutation.params)
      case 'failed':
        return this.#again()
    }
  }

  #apply({ id, params }: Mutation): void {
    if (id !== SetRangeValuesMutation.id) {
      this.#commands.syncExecuteCommand(id, params, AS_RESULT)
      if (id === SetArrayFormulaDataMutation.id) this.#takeBackWritten()
      return
    }
    const values = params as ISetRangeValuesMutationParams
    const mine = onlyFormulas(values, this.#workbook!, this.#isWritten(values.subUnitId))
    if (mine !== null) this.#commands.syncExecuteCommand(id, mine, AS_RESULT)
  }

  /** Returns a check for cells written since the run began, whose results are out of date. */
  #isWritten(sheet: string): (row: number, column: number) => boolean {
    const cells = this.#written.flatMap(writtenCells).filter((cell) => cell.sheet === sheet)
    const keys = new Set(cells.map(({ row, column }) => `${row}:${column}`))
    return (row, column) => keys.has(`${row}:${column}`)
  }

  /** Removes results in written cells, as the worker does when it gets to these writes. */
  #takeBackWritten(): void {
    const had = this.#written.map((mutation) => takeBack(this.#model, mutation))
    if (had.includes(true)) this.#applyArrays()
  }

  /** Tells Univer about changed results that cover several cells. */
  #applyArrays(): void {
    const { id } = SetArrayFormulaDataMutation
    this.#commands.syncExecuteCommand(id, arraysOf(this.#model), AS_RESULT)
  }

  #finish(outcome: ISetFormulaCalculationNotificationMutation): void {
    this.#watch.stop()
    const next = this.#next ?? (this.#isMoved ? this.#running!.dirty : null)
    this.#running = null
    this.#next = null
    if (next !== null) {
      this.#begin(next)
      return
    }
    this.#tell(outcome)
    this.#tellStage(FormulaExecuteStageType.CALCULATION_COMPLETED)
  }

  /**
   * Terminates the worker, and lets another one calculate the same without the formula that took
   * too long.
   */
  #again(): void {
    this.#worker?.terminate()
    this.#worker = null
    this.#watch.stop()
    const running = this.#running
    if (running === null) return
    const isLast = running.attempt === BOUNDS.attempts
    if (this.#at === null || isLast) {
      this.#giveUp()
      return
    }
    this.#strikes.add(this.#at)
    const refused = [...running.refused, this.#at]
    const dirty = this.#isMoved ? { ...running.dirty, forceCalculation: true } : running.dirty
    const attempt = running.attempt + 1
    // The last attempt also leaves out all formulas after the one at which it stopped.
    const most = attempt === BOUNDS.attempts ? this.#begun - 1 : running.most
    this.#run({ dirty, refused, most, attempt })
  }

  /**
   * Shows errors in all formulas, since no result is reliable; the next run calculates all of them.
   */
  #giveUp(): void {
    this.#hasGivenUp = true
    for (const params of allTooMuch(this.#workbook!)) {
      this.#commands.syncExecuteCommand(SetRangeValuesMutation.id, params, AS_RESULT)
    }
    this.#finish({ functionsExecutedState: FormulaExecutedStateType.SUCCESS })
  }

  #tellStage(stage: FormulaExecuteStageType): void {
    const counts = {
      totalFormulasToCalculate: 0,
      completedFormulasCount: 0,
      totalArrayFormulasToCalculate: 0,
      completedArrayFormulasCount: 0,
      formulaCycleIndex: 0,
    }
    this.#tell({ stageInfo: { ...counts, stage } })
  }

  #tell(params: ISetFormulaCalculationNotificationMutation): void {
    const { id } = SetFormulaCalculationNotificationMutation
    this.#commands.syncExecuteCommand(id, params, AS_RESULT)
  }
}

function withoutMerges(workbook: IWorkbookData): IWorkbookData {
  const sheets = Object.entries(workbook.sheets).map(([id, sheet]) => [
    id,
    { ...sheet, mergeData: [] },
  ])
  return { ...workbook, sheets: Object.fromEntries(sheets) }
}

/** Returns whether a mutation is for something the worker lacks, such as the text in an editor. */
function isElsewhere(params: object | undefined, workbook: WorkbookModel): boolean {
  return params !== undefined && 'unitId' in params && params.unitId !== workbook.getUnitId()
}

function hasFormula(cells: IObjectMatrixPrimitiveType<Nullable<ICellData>> | undefined): boolean {
  return Object.values(cells ?? {}).some((inRow: { [column: number]: Nullable<ICellData> }) =>
    Object.values(inRow ?? {}).some((cell) => Boolean(cell?.f) || Boolean(cell?.si)),
  )
}

function mayBringFormulas({ id, params }: Mutation): boolean {
  if (id !== SetRangeValuesMutation.id) return id === InsertSheetMutation.id
  return hasFormula((params as ISetRangeValuesMutationParams).cellValue)
}

const triggerOf = (params: object): unknown => ('trigger' in params ? params.trigger : undefined)

/** Returns the cells that a mutation of values writes. */
function writtenCells({ params }: Mutation): FormulaCell[] {
  const { unitId: unit, subUnitId: sheet, cellValue = {} } = params as ISetRangeValuesMutationParams
  return Object.entries(cellValue).flatMap(([row, cells]: [string, object | undefined]) =>
    Object.keys(cells ?? {}).map((column) => ({
      unit,
      sheet,
      row: Number(row),
      column: Number(column),
    })),
  )
}
