import type { DocumentState, Saving } from '../room-document.js'

/** Something with a document's state, such as a `RoomDocument`. */
interface Source {
  readonly getSnapshot: () => DocumentState
  readonly subscribe: (listener: () => void) => () => void
}

/** From the states that nobody needs to know of to those that everybody must. */
const BADNESS: { readonly [saving in Saving]: number } = {
  unknown: 0,
  saved: 0,
  saving: 1,
  kept: 2,
  unkept: 3,
  setAside: 4,
}
const DELAY_MS = 1_000

/**
 * A document's state without flicker: while a person types offline, each key is stored in the
 * browser a few milliseconds later, which would change the line at every key.
 *
 * @see OFFICE.md SH76
 */
export class SteadyState {
  readonly #source: Source
  readonly #listeners = new Set<() => void>()
  #shown: DocumentState
  /** The best state since the state became worse than the shown one. */
  #best: DocumentState | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #stop: (() => void) | undefined

  constructor(source: Source) {
    this.#source = source
    this.#shown = source.getSnapshot()
  }

  readonly getSnapshot = (): DocumentState => this.#shown

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    this.#stop ??= this.#source.subscribe(this.#take)
    this.#take()
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size > 0) return
      this.#stop?.()
      this.#stop = undefined
      this.#forget()
    }
  }

  readonly #take = (): void => {
    const state = this.#source.getSnapshot()
    if (badnessOf(state) <= badnessOf(this.#shown)) {
      this.#forget()
      this.#show(state)
      return
    }
    if (this.#best === undefined || badnessOf(state) <= badnessOf(this.#best)) this.#best = state
    this.#timer ??= setTimeout(this.#lasted, DELAY_MS)
  }

  readonly #lasted = (): void => {
    const best = this.#best!
    this.#forget()
    this.#show(best)
    this.#take()
  }

  #forget(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#best = undefined
  }

  #show(state: DocumentState): void {
    if (state === this.#shown) return
    this.#shown = state
    for (const listener of this.#listeners) listener()
  }
}

const badnessOf = ({ saving }: DocumentState): number => BADNESS[saving]

/** Something with several documents. */
interface Several extends Pick<Source, 'subscribe'> {
  readonly documents: readonly Pick<Source, 'getSnapshot'>[]
}

/** Returns the state of several documents: that of the one that is worst off. @see OFFICE.md PG96 */
export const worstOf = (several: Several): Source => ({
  subscribe: (listener) => several.subscribe(listener),
  getSnapshot: () =>
    several.documents
      .map((document) => document.getSnapshot())
      .reduce((worst, state) => (badnessOf(state) > badnessOf(worst) ? state : worst)),
})
