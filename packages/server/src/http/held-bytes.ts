/** All together may hold as much as so many accounts at their own limit. */
const ACCOUNTS = 4

/**
 * Counts the memory that accounts hold for what they send or read, and limits each of them and all
 * together.
 *
 * @see PROTOCOL.md FR11, FR14
 */
export class HeldBytes {
  #bytes = 0
  readonly #byAccount = new Map<string, number>()

  /** @param most the limit for all together */
  constructor(private readonly most: number) {}

  /** Returns how much an account holds. */
  of(account: string): number {
    return this.#byAccount.get(account) ?? 0
  }

  /** Counts a change of what an account holds. */
  add(account: string, bytes: number): void {
    this.#bytes += bytes
    const held = this.of(account) + bytes
    if (held === 0) this.#byAccount.delete(account)
    else this.#byAccount.set(account, held)
  }

  /** Returns whether an account holds more than its share, or would with so much more. */
  isGreedy(account: string, more = 0): boolean {
    return this.of(account) + more > this.most / ACCOUNTS
  }

  /** Returns whether all together hold too much, or would with so much more. */
  isFull(more = 0): boolean {
    return this.#bytes + more > this.most
  }

  /** Returns the account that holds most; `undefined` if none holds anything. */
  greediest(): string | undefined {
    let most: readonly [string | undefined, number] = [undefined, 0]
    for (const each of this.#byAccount) if (each[1] > most[1]) most = each
    return most[0]
  }
}
