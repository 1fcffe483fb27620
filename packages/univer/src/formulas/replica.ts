import {
  CommandType,
  ICommandService,
  IUniverInstanceService,
  UniverInstanceType,
  type Injector,
  type IWorkbookData,
  type Workbook,
} from '@univerjs/core'
import {
  FormulaDataModel,
  IDefinedNamesService,
  SetArrayFormulaDataMutation,
  type IDefinedNamesServiceParam,
  type ISetFormulaCalculationStartMutation,
} from '@univerjs/engine-formula'
import type { Allowance } from './allowance.js'
import { forgetFormulas, startEngine } from './bounded-engine.js'
import type { Arrays, FromWorker, Mutation, ToWorker } from './messages.js'
import { Names } from './names.js'
import { readOutcome } from './outcome.js'
import { RunCourse } from './run-course.js'
import { takeBack } from './spread.js'

type Calculate = ToWorker & { readonly type: 'calculate' }

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
  readonly #names = new Names()
  readonly #injector: Injector
  /**
   * Messages that arrived during a calculation, which must see the workbook as it was at the start.
   */
  readonly #waiting: ToWorker[] = []
  #isCalculating = false
  #running: Calculate | null = null
  #rounds = 0
  /** Whether names have changed since the last calculation: Univer then has to read all formulas again. */
  #areNamesNew = false
  /** Whether the page may have outdated results that cover several cells. */
  #isSpreadUntold = false

  constructor(allowance: Allowance, tell: (message: FromWorker) => void) {
    this.#tell = tell
    this.#allowance = allowance
    this.#course = new RunCourse(tell)
    const injector = startEngine(allowance, this.#course, this.#names)
    this.#injector = injector
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
      case 'names':
        this.#areNamesNew = true
        return this.#names.set(message.names)
      case 'calculate':
        return this.#begin(message)
    }
  }

  #begin(message: Calculate): void {
    const mutation = this.#areNamesNew ? this.#readAgain(message.mutation) : message.mutation
    this.#areNamesNew = false
    this.#isCalculating = true
    this.#rounds = 1
    this.#running = { ...message, mutation }
    this.#course.start(message.refused, message.most)
    this.#allowance.beginRun()
    this.#isSpreadUntold ||= isOfAll(mutation)
    this.#calculate(mutation)
  }

  /** Returns a calculation of all formulas, whatever Univer knows of them. */
  #readAgain({ id, params }: Mutation): Mutation {
    forgetFormulas(this.#injector)
    const unit = this.#instances.getCurrentUnitOfType<Workbook>(UniverInstanceType.UNIVER_SHEET)
    if (!unit) return { id, params }
    const cells = this.#names.ofCells.map(({ name, formula }) => [name, nameOfCells(name, formula)])
    const names = Object.fromEntries(cells) as Record<string, IDefinedNamesServiceParam>
    this.#injector.get(IDefinedNamesService).registerDefinedNames(unit.getUnitId(), names)
    const sheets = Object.fromEntries(unit.getSheetOrders().map((sheet) => [sheet, '1']))
    const clearDependencyTreeCache = { [unit.getUnitId()]: sheets }
    return { id, params: { ...params, forceCalculation: true, clearDependencyTreeCache } }
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

/** Univer looks at these for a text that names cells, as in `INDIRECT`. */
const nameOfCells = (name: string, formulaOrRefString: string): IDefinedNamesServiceParam => ({
  id: name,
  name,
  formulaOrRefString,
})
