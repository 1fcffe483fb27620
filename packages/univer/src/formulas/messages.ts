import type { IWorkbookData } from '@univerjs/core'
import type { ISetArrayFormulaDataMutationParams } from '@univerjs/engine-formula'

/** The cell of a formula. */
export interface FormulaCell {
  readonly unit: string
  readonly sheet: string
  readonly row: number
  readonly column: number
}

/** A mutation of Univer. */
export interface Mutation {
  readonly id: string
  readonly params: object
}

/** What a name stands for. */
export interface NamedFormula {
  readonly name: string
  /** Begins with `=`. */
  readonly formula: string
}

/** A message from the page to the worker. */
export type ToWorker =
  | { readonly type: 'open'; readonly workbook: IWorkbookData; readonly arrays: Arrays }
  | {
      readonly type: 'mutate'
      readonly mutation: Mutation
      /** Whether it changes what formulas depend on, and not only how cells look. */
      readonly isInput: boolean
    }
  /** All names of the workbook. */
  | { readonly type: 'names'; readonly names: readonly NamedFormula[] }
  /** Calculates what the mutation requests, without the formulas that took too long in this run. */
  | {
      readonly type: 'calculate'
      readonly mutation: Mutation
      readonly refused: readonly FormulaCell[]
      /** How many formulas may start before all others are refused. */
      readonly most: number
    }

export type Arrays = Pick<
  ISetArrayFormulaDataMutationParams,
  'arrayFormulaRange' | 'arrayFormulaCellData'
>

/** A message from the worker to the page. */
export type FromWorker =
  /** The formula that is calculated now; `null` for none. */
  | { readonly type: 'at'; readonly cell: FormulaCell | null }
  | { readonly type: 'result'; readonly mutation: Mutation }
  | { readonly type: 'done'; readonly mutation: Mutation }
  /** Something failed outside of the formulas; there will be no `done`. */
  | { readonly type: 'failed' }
