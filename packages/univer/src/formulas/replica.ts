import {
  CommandType,
  ICommandService,
  IUniverInstanceService,
  UniverInstanceType,
  type IWorkbookData,
} from '@univerjs/core'
import {
  FormulaDataModel,
  SetArrayFormulaDataMutation,
  type ISetFormulaCalculationStartMutation,
} from '@univerjs/engine-formula'
import type { Allowance } from './allowance.js'
import { startEngine } from './bounded-engine.js'
import type { Arrays, FromWorker, Mutation, ToWorker } from './messages.js'
import { readOutcome } from './outcome.js'
import { RunCourse } from './run-course.js'
import { takeBack } from './spread.js'

// Some results shrink when others grow, and no number of rounds would settle those.
const MOST_ROUNDS = 4

/** The copy of a workbook in which formulas are calculated. It handles messages in order. */
export class Replica {
  readonly #tell: (message: FromWorker) => void
  readonly #allowance: Allowance
  readonly #course: RunCourse
  readonly #commands: ICommandService
  readonly #instances: IUniverInstanceService
  readonly #model: FormulaDataModel
  /**
   * Messages that arrived during a calculation, which must see the workbook as it was at the start.
   */
  readonly #waiting: ToWorker[] = []
  #isCalculating = false
  #running: (ToWorker & { readonly type: 'calculate' }) | null = null
  #rounds = 0
  /** Whether the page may have outdated results that cover several cells. */
  #isSpreadUntold = false

  constructor(allowance: Allowance, tell: (message: FromWorker) => void) {
    this.#tell = tell
    this.#allowance = allowance
    this.#course = new RunCourse(tell)
    const injector = startEngine(allowance, this.#course)
    this.#commands = injector.get(ICommandService)
    this.#instances = injector.get(IUniverInstanceService)
    this.#model = injector.get(FormulaDataModel)
    this.#commands.onCommandExecuted(({ id, type, params }, options) => {
      if (type !== CommandType.MUTATION || options?.['fromSync'] === true) return
      this.#report({ id, params: params ?? {} })
    })
  }

  take(message: ToWorker): void {
    if (this.#isCalculating) this.#waiting.push(message)
    else this.#do(message)
  }

  #do(message: ToWorker): void {
    switch (message.type) {
      case 'open':
        return this.#open(message.workbook, message.arrays)
      case 'mutate':
        if (message.isInput && takeBack(this.#model, message.mutation)) this.#isSpreadUntold = true
        return this.#execute(message.mutation)
      case 'calculate':
        this.#isCalculating = true
        this.#rounds = 1
        this.#running = message
        this.#course.start(message.refused, message.most)
        this.#allowance.beginRun()
        this.#isSpreadUntold ||= isOfAll(message.mutation)
        return this.#calculate(message.mutation)
    }
  }

  #calculate(mutation: Mutation): void {
    this.#course.spills.begin(this.#model.getArrayFormulaRange())
    this.#execute(mutation)
  }

  #open(workbook: IWorkbookData, arrays: Arrays): void {
    this.#instances.createUnit(UniverInstanceType.UNIVER_SHEET, workbook)
    this.#model.setArrayFormulaRange(arrays.arrayFormulaRange)
    this.#model.setArrayFormulaCellData(arrays.arrayFormulaCellData)
  }

  #execute({ id, params }: Mutation): void {
    this.#commands.syncExecuteCommand(id, params, { onlyLocal: true, fromSync: true })
  }

  #report(mutation: Mutation): void {
    const messages = readOutcome(mutation)
    if (mutation.id === SetArrayFormulaDataMutation.id) {
      // The mutation always has all of them.
      if (!this.#isSpreadUntold && !this.#course.spills.isChanged) return
      this.#isSpreadUntold = false
    }
    for (const message of messages) {
      if (message.type === 'done') setTimeout(() => this.#finish(message))
      else this.#tell(message)
    }
  }

  #finish(done: FromWorker): void {
    const { mutation } = this.#running!
    const hasLeft = this.#course.spills.hasLeft(this.#model.getArrayFormulaRange())
    if (hasLeft && this.#rounds < MOST_ROUNDS) {
      this.#rounds++
      this.#calculate({ ...mutation, params: { ...mutation.params, forceCalculation: true } })
      return
    }
    this.#tell(done)
    this.#goOn()
  }

  #goOn(): void {
    this.#isCalculating = false
    while (!this.#isCalculating && this.#waiting.length > 0) this.#do(this.#waiting.shift()!)
  }
}

// The page may not have used the results of the previous run.
const isOfAll = ({ params }: Mutation): boolean =>
  (params as ISetFormulaCalculationStartMutation).forceCalculation
