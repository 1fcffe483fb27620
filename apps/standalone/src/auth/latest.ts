/** A set of the values that were added last. */
export class Latest {
  readonly #values = new Set<string>()

  /** @param most how many it keeps; the oldest goes first */
  constructor(private readonly most: number) {}

  has(value: string): boolean {
    return this.#values.has(value)
  }

  /** Returns whether the value is a new one. */
  add(value: string): boolean {
    if (this.#values.has(value)) return false
    this.#values.add(value)
    if (this.#values.size > this.most) this.#values.delete(this.#values.values().next().value!)
    return true
  }
}
