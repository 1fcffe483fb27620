/** How many keys are remembered. */
const MAX_KEYS = 10_000

/**
 * Does once what is asked for several times, as long as it remembers that it was.
 *
 * @see PROTOCOL.md DO9
 */
export class Repeats<T> {
  /** The oldest first. */
  readonly #results = new Map<string, Promise<T>>()

  /** The result of the work that was done, or is being done, for this key; what failed is done again. */
  once(key: string, work: () => Promise<T>): Promise<T> {
    const known = this.#results.get(key)
    if (known !== undefined) return known
    const result = work()
    this.#results.set(key, result)
    result.catch(() => this.#results.delete(key))
    if (this.#results.size > MAX_KEYS) this.#results.delete(this.#results.keys().next().value!)
    return result
  }
}
