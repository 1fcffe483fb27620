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

/** Is told which formula is about to be calculated, and decides whether it may be. */
export interface Course {
  begin(cell: FormulaCell): void
  isRefused(cell: FormulaCell): boolean
  /** Returns whether a formula's result may cover this many cells. */
  allow(cell: FormulaCell, cells: number): boolean
}

const ARRANGING: ReadonlySet<FormulaExecuteStageType> = new Set([
  FormulaExecuteStageType.START_DEPENDENCY,
  FormulaExecuteStageType.START_DEPENDENCY_ARRAY_FORMULA,
])

const tooMuch = (): ErrorValueObject => ErrorValueObject.create(ErrorType.CALC)

/** Calculates each formula within its allowance; errors stay in its cell. */
export class BoundedInterpreter extends Interpreter {
  readonly #runtime: IFormulaRuntimeService
  readonly #allowance: Allowance
  readonly #course: Course
  /** Whether a formula is running: the same interpreter calculates its lambdas. */
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
    // Of several failures only the first is awaited; the others must not be unhandled.
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
    // This stage calculates the targets of references such as OFFSET, to put the formulas in order.
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

/** Resets a parsed formula, which is cached: one that was interrupted would continue from there. */
function reset(node: Nullable<Node>): void {
  if (node === null || node === undefined) return
  node.setNotEmpty(true)
  for (const child of node.getChildren()) reset(child)
}
