/**
 * Limits how many things, such as rooms, each account may have made that still exist. Asks whether they
 * exist only when the limit is reached, so nobody has to report their end.
 *
 * @see PROTOCOL.md BU7
 */
export class Made {
  readonly #byAccount = new Map<string, Set<string>>()
  #size = 0

  /**
   * @param most for one account
   * @param mostTogether for all accounts together
   * @param isThere returns whether one still exists
   */
  constructor(
    private readonly most: number,
    private readonly mostTogether: number,
    private readonly isThere: (name: string) => boolean,
  ) {}

  /** Counts one more. Returns `false`, without counting it, if the account may not make it. */
  add(account: string, name: string): boolean {
    const made = this.#byAccount.get(account) ?? new Set()
    if (made.has(name)) return true
    if (made.size >= this.most) this.#forgetThoseGone(account, made)
    if (made.size >= this.most) return false
    this.#byAccount.set(account, made.add(name))
    this.#size += 1
    if (this.#size > 2 * this.mostTogether) this.#sweep()
    return true
  }

  #sweep(): void {
    for (const [account, made] of this.#byAccount) this.#forgetThoseGone(account, made)
  }

  #forgetThoseGone(account: string, made: Set<string>): void {
    for (const name of made) {
      if (!this.isThere(name) && made.delete(name)) this.#size -= 1
    }
    if (made.size === 0) this.#byAccount.delete(account)
  }
}
