import type { IWorkbookData } from '@univerjs/core'
import type { ISetArrayFormulaDataMutationParams } from '@univerjs/engine-formula'

/** The cell of a formula. */
export interface FormulaCell {
  readonly unit: string
  readonly sheet: string
  readonly row: number
  readonly column: number
}

/** A mutation of Univer's. */
export interface Mutation {
  readonly id: string
  readonly params: object
}

/** What the page tells the worker. */
export type ToWorker =
  | { readonly type: 'open'; readonly workbook: IWorkbookData; readonly arrays: Arrays }
  | {
      readonly type: 'mutate'
      readonly mutation: Mutation
      /** Whether it changes what formulas are calculated from; else it is only of how cells look. */
      readonly isInput: boolean
    }
  /** Calculates what the mutation says, except for formulas that were too much in this run before. */
  | {
      readonly type: 'calculate'
      readonly mutation: Mutation
      readonly refused: readonly FormulaCell[]
      /** How many formulas are begun before all further ones are refused. */
      readonly most: number
    }

export type Arrays = Pick<
  ISetArrayFormulaDataMutationParams,
  'arrayFormulaRange' | 'arrayFormulaCellData'
>

/** What the worker tells the page. */
export type FromWorker =
  /** Which formula it calculates now; `null` for none. */
  | { readonly type: 'at'; readonly cell: FormulaCell | null }
  | { readonly type: 'result'; readonly mutation: Mutation }
  | { readonly type: 'done'; readonly mutation: Mutation }
  /** Something went wrong outside of the formulas; there will be no `done`. */
  | { readonly type: 'failed' }
