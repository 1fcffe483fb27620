import {
  RemoveOtherFormulaMutation,
  SetOtherFormulaMutation,
  type IRemoveOtherFormulaMutationParams,
  type ISetOtherFormulaMutationParams,
} from '@univerjs/engine-formula'
import type { Mutation } from './messages.js'

/** The formulas that aren't in cells, such as those of conditional formats. A new worker has to be told of them. */
export class OtherFormulas {
  /** The mutation of each formula, by its id. */
  readonly #formulas = new Map<string, Mutation>()

  /** Takes in a mutation of the page; returns whether it brings a formula. */
  take({ id, params }: Mutation): boolean {
    if (id === RemoveOtherFormulaMutation.id) {
      const { formulaIdList } = params as IRemoveOtherFormulaMutationParams
      for (const formula of formulaIdList) this.#formulas.delete(formula)
    }
    if (id !== SetOtherFormulaMutation.id) return false
    const { formulaMap, ...place } = params as ISetOtherFormulaMutationParams
    for (const [formula, item] of Object.entries(formulaMap)) {
      this.#formulas.set(formula, { id, params: { ...place, formulaMap: { [formula]: item } } })
    }
    return true
  }

  clear(): void {
    this.#formulas.clear()
  }

  /** The mutations that bring all of them. */
  get mutations(): Iterable<Mutation> {
    return this.#formulas.values()
  }
}
