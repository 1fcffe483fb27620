/**
 * What each account has brought into being, such as rooms: so many for each, as long as they are
 * there. Whether they still are is asked when it matters, so that nothing has to be told of their end.
 *
 * @see PROTOCOL.md BU7
 */
export class Made {
  readonly #byAccount = new Map<string, Set<string>>()
  #size = 0

  /**
   * @param most for one account
   * @param mostTogether how many there can be of all accounts
   * @param isThere answers whether one still is
   */
  constructor(
    private readonly most: number,
    private readonly mostTogether: number,
    private readonly isThere: (name: string) => boolean,
  ) {}

  /** Counts one that an account makes; returns `false`, and counts nothing, if it may not. */
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
