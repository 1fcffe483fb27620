/** How many keys are remembered. */
const MAX_KEYS = 10_000

/**
 * Runs repeated work once per key, as long as the key is remembered.
 *
 * @see PROTOCOL.md DO9
 */
export class Repeats<T> {
  /** Oldest first. */
  readonly #results = new Map<string, Promise<T>>()

  /** Returns the result of earlier or current work for this key. Failed work is done again. */
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
