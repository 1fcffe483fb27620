import type { Nullable } from '@univerjs/core'
import {
  ErrorType,
  ErrorValueObject,
  FormulaExecuteStageType,
  Interpreter,
  type ArrayValueObject,
  type BaseReferenceObject,
  type IFormulaRuntimeService,
} from '@univerjs/engine-formula'
import type { Allowance } from './allowance.js'
import type { FormulaCell } from './messages.js'
import { cellsIn } from './spills.js'

type NodeData = Parameters<Interpreter['execute']>[0]
type Result = ReturnType<Interpreter['execute']>
type Node = Exclude<Parameters<Interpreter['checkAsyncNode']>[0], null | undefined | void>

/** Whom an interpreter tells what it is about to calculate, and asks whether it should. */
export interface Course {
  begin(cell: FormulaCell): void
  isRefused(cell: FormulaCell): boolean
  /** Whether a formula may show so many cells. */
  allow(cell: FormulaCell, cells: number): boolean
}

const ARRANGING: ReadonlySet<FormulaExecuteStageType> = new Set([
  FormulaExecuteStageType.START_DEPENDENCY,
  FormulaExecuteStageType.START_DEPENDENCY_ARRAY_FORMULA,
])

const tooMuch = (): ErrorValueObject => ErrorValueObject.create(ErrorType.CALC)

/** Calculates each formula within what it may take, and whatever goes wrong goes wrong in its cell. */
export class BoundedInterpreter extends Interpreter {
  readonly #runtime: IFormulaRuntimeService
  readonly #allowance: Allowance
  readonly #course: Course
  /** A lambda is calculated by the same interpreter, within its formula. */
  #isWithin = false

  constructor(runtime: IFormulaRuntimeService, allowance: Allowance, course: Course) {
    super(runtime)
    this.#runtime = runtime
    this.#allowance = allowance
    this.#course = course
  }

  override execute(nodeData: NodeData): Result {
    if (this.#isWithin) return super.execute(nodeData)
    try {
      return this.#begin() ? this.#bounded(super.execute(nodeData)) : tooMuch()
    } catch {
      reset(nodeData.node)
      return tooMuch()
    } finally {
      this.#end()
    }
  }

  override executeAsync(nodeData: NodeData): Promise<Result> {
    return this.#isWithin ? this.#executeWithin(nodeData) : this.#executeOutermost(nodeData)
  }

  async #executeOutermost(nodeData: NodeData): Promise<Result> {
    try {
      return this.#begin() ? this.#bounded(await super.executeAsync(nodeData)) : tooMuch()
    } catch {
      reset(nodeData.node)
      return tooMuch()
    } finally {
      this.#end()
    }
  }

  #executeWithin(nodeData: NodeData): Promise<Result> {
    const result = super.executeAsync(nodeData)
    // Of many that fail only the first one is waited for.
    result.catch(() => undefined)
    return result
  }

  #begin(): boolean {
    this.#isWithin = true
    const cell = this.#cell
    if (this.#course.isRefused(cell)) return false
    this.#course.begin(cell)
    this.#allowance.begin()
    return true
  }

  get #cell(): FormulaCell {
    const { currentUnitId, currentSubUnitId: sheet, currentRow, currentColumn } = this.#runtime
    return { unit: currentUnitId, sheet, row: currentRow, column: currentColumn }
  }

  #bounded(result: Result): Result {
    // Where a reference such as OFFSET points is calculated to put the formulas in order.
    if (ARRANGING.has(this.#runtime.getFormulaExecuteStage())) return result
    const cells = isArray(result) ? cellsIn(result.getRangePosition()) : 1
    return this.#course.allow(this.#cell, cells) ? result : tooMuch()
  }

  #end(): void {
    this.#isWithin = false
    this.#allowance.end()
  }
}

const isArray = (result: Result): result is BaseReferenceObject | ArrayValueObject =>
  result.isReferenceObject() || (result.isValueObject() && result.isArray())

/** Formulas are kept parsed; one that was left in the middle would go on from there. */
function reset(node: Nullable<Node>): void {
  if (node === null || node === undefined) return
  node.setNotEmpty(true)
  for (const child of node.getChildren()) reset(child)
}
