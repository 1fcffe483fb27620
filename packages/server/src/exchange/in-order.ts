/** Passes batches on in the order of their numbers, each once, however they arrive. */
export class InOrder<T extends { readonly number: number }> {
  /** The batches that wait for an earlier one. */
  readonly #early = new Map<number, T>()
  #delivering = false

  /** @param last the number of the batch before the first one that is passed on */
  constructor(
    private last: number,
    private readonly deliver: (batch: T) => void,
  ) {}

  /** The number of the last batch that was passed on. */
  get number(): number {
    return this.last
  }

  /** Whether a batch is here whose predecessor isn't. */
  get hasGap(): boolean {
    return this.#early.size > 0 && !this.#delivering
  }

  /** Takes a batch. Ignores known ones, and keeps those that come too early. */
  offer(batch: T): void {
    if (batch.number <= this.last) return
    // Delivering a batch may offer the next one, which has to wait.
    if (this.#delivering || batch.number > this.last + 1) {
      this.#early.set(batch.number, batch)
      return
    }
    this.#delivering = true
    for (let next: T | undefined = batch; next !== undefined; next = this.#next()) {
      this.last = next.number
      this.deliver(next)
    }
    this.#delivering = false
  }

  #next(): T | undefined {
    if (this.#early.size === 0) return undefined
    const next = this.#early.get(this.last + 1)
    this.#early.delete(this.last + 1)
    return next
  }
}
