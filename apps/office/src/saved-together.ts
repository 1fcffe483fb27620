import { badnessOf, type Source } from './presence/steady-state.js'
import type { DocumentState } from './room-document.js'

/** What is saved of several documents: the state of the one that is worst off. @see OFFICE.md PG96 */
export class SavedTogether implements Source {
  readonly #sources: Set<Source>
  readonly #listeners = new Map<() => void, (() => void)[]>()

  constructor(first: Source) {
    this.#sources = new Set([first])
  }

  readonly getSnapshot = (): DocumentState =>
    [...this.#sources]
      .map((source) => source.getSnapshot())
      .reduce((worst, state) => (badnessOf(state) > badnessOf(worst) ? state : worst))

  readonly subscribe = (listener: () => void): (() => void) => {
    const stops = [...this.#sources].map((source) => source.subscribe(listener))
    this.#listeners.set(listener, stops)
    return () => {
      for (const stop of this.#listeners.get(listener) ?? []) stop()
      this.#listeners.delete(listener)
    }
  }

  /** Adds a document; returns a function that takes it out again. */
  add(source: Source): () => void {
    this.#sources.add(source)
    for (const [listener, stops] of this.#listeners) {
      stops.push(source.subscribe(listener))
      listener()
    }
    return () => {
      this.#sources.delete(source)
      for (const listener of this.#listeners.keys()) listener()
    }
  }
}
