import {
  CommandType,
  ICommandService,
  type ICommandInfo,
  type IExecutionOptions,
  type Injector,
  type IWorkbookData,
  type Workbook as WorkbookModel,
} from '@univerjs/core'
import {
  AddWorksheetMergeMutation,
  FormulaDataModel,
  FormulaExecuteStageType,
  FormulaExecutedStateType,
  InsertColMutation,
  InsertRowMutation,
  MoveColsMutation,
  MoveRowsMutation,
  RemoveColMutation,
  RemoveRowMutation,
  RemoveWorksheetMergeMutation,
  SetFormulaCalculationNotificationMutation,
  SetFormulaCalculationStartMutation,
  SetFormulaCalculationStopMutation,
  SetRangeValuesMutation,
  SetTriggerFormulaCalculationStartMutation,
  type ISetFormulaCalculationNotificationMutation,
  type ISetFormulaCalculationStartMutation,
  type ISetRangeValuesMutationParams,
} from '@univerjs/preset-sheets-core'
import { BOUNDS } from './bounds.js'
import type { FormulaCell, FromWorker, Mutation, ToWorker } from './messages.js'
import { onlyFormulas, allTooMuch } from './results.js'
import { Strikes } from './strikes.js'
import { Watch } from './watch.js'

/** What Univer wants calculated. */
type Dirty = ISetFormulaCalculationStartMutation

interface Run {
  readonly dirty: Dirty
  readonly refused: readonly FormulaCell[]
  readonly most: number
  readonly attempt: number
}

// After these, what is calculated stands elsewhere.
const MOVING: ReadonlySet<string> = new Set(
  [
    InsertRowMutation,
    InsertColMutation,
    RemoveRowMutation,
    RemoveColMutation,
    MoveRowsMutation,
    MoveColsMutation,
  ].map(({ id }) => id),
)
// How a calculation goes is said in words of its own.
const NOT_SHARED: ReadonlySet<string> = new Set(
  [
    SetFormulaCalculationNotificationMutation,
    SetFormulaCalculationStopMutation,
    SetTriggerFormulaCalculationStartMutation,
    // No formula asks for what is merged, and a copy of it takes as much as the grid's own.
    AddWorksheetMergeMutation,
    RemoveWorksheetMergeMutation,
  ].map(({ id }) => id),
)
const AS_RESULT: IExecutionOptions = {
  onlyLocal: true,
  fromSync: true,
  fromFormula: true,
  applyFormulaCalculationResult: true,
}

/**
 * Has the formulas of the workbook calculated by a worker, which has a copy of it. It takes the place
 * of what Univer has for that, which can't end a worker that doesn't answer, loses what is changed
 * while it calculates, and writes results into cells that have become others meanwhile.
 *
 * One run goes after the other. A worker that is silent for too long is ended, and another one
 * calculates the same without the formula at which it stopped.
 *
 * @see OFFICE.md SH50 to SH53
 */
export class Calculation {
  readonly #shared = new Set<string>()
  readonly #strikes = new Strikes()
  readonly #watch = new Watch(() => this.#again())
  #workbook: WorkbookModel | null = null
  #injector: Injector | null = null
  #worker: Worker | null = null
  #running: Run | null = null
  #next: Dirty | null = null
  #at: FormulaCell | null = null
  #begun = 0
  #isMoved = false
  #hasGivenUp = false

  /** Called by Univer for each mutation of which the worker has to know. */
  registerSyncingMutations({ id }: { readonly id: string }): void {
    if (!NOT_SHARED.has(id)) this.#shared.add(id)
  }

  start(workbook: WorkbookModel, injector: Injector): void {
    this.#workbook = workbook
    this.#injector = injector
    this.#commands.onCommandExecuted((command, options) => this.#note(command, options))
  }

  get #commands(): ICommandService {
    return this.#injector!.get(ICommandService)
  }

  #note({ id, type, params }: Readonly<ICommandInfo>, options?: IExecutionOptions): void {
    if (type !== CommandType.MUTATION || options?.['fromSync'] === true) return
    if (id === SetFormulaCalculationStartMutation.id) {
      this.#request(params as Dirty)
      return
    }
    if (!this.#shared.has(id) || isElsewhere(params, this.#workbook!)) return
    if (MOVING.has(id)) this.#isMoved = true
    if (!this.#strikes.isEmpty) this.#strikes.forget(writtenCells(id, params))
    // A worker that is yet to come gets the workbook as it is then.
    this.#post({ type: 'mutate', mutation: { id, params: params ?? {} } })
  }

  /** Each request has in it what was asked for since the last run began. */
  #request(dirty: Dirty): void {
    if (this.#running === null) this.#begin(dirty)
    else this.#next = dirty
  }

  #begin(wanted: Dirty): void {
    // Univer asks again for what it believes not to have been calculated.
    this.#tellStage(FormulaExecuteStageType.START)
    this.#tell({ functionsExecutedState: FormulaExecutedStateType.NOT_EXECUTED })
    this.#tellStage(FormulaExecuteStageType.START)
    const dirty = this.#hasGivenUp ? { ...wanted, forceCalculation: true } : wanted
    this.#hasGivenUp = false
    this.#run({ dirty, refused: this.#strikes.waiting, most: Number.MAX_SAFE_INTEGER, attempt: 1 })
  }

  #run(run: Run): void {
    this.#running = run
    this.#at = null
    this.#begun = 0
    this.#isMoved = false
    this.#worker ??= this.#open()
    const { dirty, refused, most } = run
    const mutation = { id: SetFormulaCalculationStartMutation.id, params: dirty }
    this.#post({ type: 'calculate', mutation, refused, most })
    this.#watch.start()
  }

  #open(): Worker {
    const worker = new Worker(new URL('./formulas.worker.ts', import.meta.url), { type: 'module' })
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      // What one said before it was ended may come after that.
      if (worker === this.#worker) this.#hear(data)
    })
    worker.addEventListener('error', () => {
      if (worker === this.#worker) this.#again()
    })
    this.#worker = worker
    const model = this.#injector!.get(FormulaDataModel)
    this.#post({
      type: 'open',
      workbook: withoutMerges(this.#workbook!.getSnapshot()),
      arrays: {
        arrayFormulaRange: model.getArrayFormulaRange(),
        arrayFormulaCellData: model.getArrayFormulaCellData(),
      },
    })
    return worker
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
    const mine =
      id === SetRangeValuesMutation.id
        ? onlyFormulas(params as ISetRangeValuesMutationParams, this.#workbook!)
        : params
    if (mine !== null) this.#commands.syncExecuteCommand(id, mine, AS_RESULT)
  }

  #finish(outcome: ISetFormulaCalculationNotificationMutation): void {
    this.#watch.stop()
    const dirty = this.#isMoved ? { ...this.#running!.dirty, forceCalculation: true } : null
    const next = this.#next === null ? dirty : { ...this.#next, ...dirty }
    this.#running = null
    this.#next = null
    if (next !== null) {
      this.#begin(next)
      return
    }
    this.#tell(outcome)
    this.#tellStage(FormulaExecuteStageType.CALCULATION_COMPLETED)
  }

  /** Ends the worker, and has another one calculate the same without what was too much. */
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
    // The last time, what stands behind the formula at which it stopped isn't calculated either.
    const most = attempt === BOUNDS.attempts ? this.#begun - 1 : running.most
    this.#run({ dirty, refused, most, attempt })
  }

  /** No result can be relied on: all formulas show that, and the next run is of all of them. */
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

/** Whether a mutation is of something that the worker hasn't got, such as the text in an editor. */
function isElsewhere(params: object | undefined, workbook: WorkbookModel): boolean {
  return params !== undefined && 'unitId' in params && params.unitId !== workbook.getUnitId()
}

/** The cells that a mutation writes. */
function writtenCells(id: string, params: object | undefined): FormulaCell[] {
  if (id !== SetRangeValuesMutation.id) return []
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
