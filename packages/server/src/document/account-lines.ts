/**
 * Items that wait for accounts. Accounts take turns, so that one with thousands of items delays nobody
 * else's. An item may wait for several accounts, and is taken when the first of them has its turn.
 */
export class AccountLines<T> {
  /** The items of each account, in the order of the accounts' turns. */
  readonly #lines = new Map<string, Set<T>>()
  readonly #accounts = new Map<T, Set<string>>()

  get isEmpty(): boolean {
    return this.#lines.size === 0
  }

  /** Returns how many items wait for an account. */
  count(account: string): number {
    return this.#lines.get(account)?.size ?? 0
  }

  has(account: string, item: T): boolean {
    return this.#lines.get(account)?.has(item) === true
  }

  /** Returns whether an item waits for any account. */
  includes(item: T): boolean {
    return this.#accounts.has(item)
  }

  /** Adds an item at the end of an account's line, also if it waits for another account already. */
  add(account: string, item: T): void {
    const line = this.#lines.get(account) ?? new Set<T>()
    this.#lines.set(account, line.add(item))
    const accounts = this.#accounts.get(item) ?? new Set<string>()
    this.#accounts.set(item, accounts.add(account))
  }

  /** Returns the item that is next. */
  get next(): T | undefined {
    for (const [item] of this.#lines.values()) return item
    return undefined
  }

  /** Removes and returns the item that is next. */
  take(): T | undefined {
    const { next } = this
    if (next === undefined) return undefined
    const [account] = this.#lines.keys()
    this.delete(next)
    const line = this.#lines.get(account!)
    if (line !== undefined) {
      this.#lines.delete(account!)
      this.#lines.set(account!, line)
    }
    return next
  }

  /** Removes and returns the first item of an account that no other account waits for. */
  takeOf(account: string): T | undefined {
    for (const item of this.#lines.get(account) ?? []) {
      if (this.#accounts.get(item)!.size > 1) continue
      this.delete(item)
      return item
    }
    return undefined
  }

  delete(item: T): void {
    for (const account of this.#accounts.get(item) ?? []) {
      const line = this.#lines.get(account)!
      line.delete(item)
      if (line.size === 0) this.#lines.delete(account)
    }
    this.#accounts.delete(item)
  }

  values(): T[] {
    return [...this.#accounts.keys()]
  }
}
