/** How long something counts that isn't there yet: the call that makes it may take a while, or be refused. */
const PENDING_MS = 3_000
/** How many things of an account are looked at again for each call over its limit. */
const LOOKED_AT = 50
/** How often those of all accounts are looked at, at most. */
const SWEEP_MS = 1_000

/**
 * Limits how many things, such as rooms, each account may have made that still exist. Asks whether they
 * exist only when the limit is reached, so nobody has to report their end.
 *
 * @see PROTOCOL.md BU7, BU19
 */
export class Made {
  /** Until when each thing counts without existing; 0 once it has been seen to exist. Oldest look first. */
  readonly #byAccount = new Map<string, Map<string, number>>()
  #size = 0
  #sweptMs = -Infinity

  /**
   * @param most for one account
   * @param mostTogether for all accounts together
   * @param isThere returns whether one exists now
   */
  constructor(
    private readonly most: number,
    private readonly mostTogether: number,
    private readonly isThere: (name: string) => boolean,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * Counts one more. Returns `false`, without counting it, if the account may not make it.
   *
   * @param most for this account now
   */
  add(account: string, name: string, most = this.most): boolean {
    const made = this.#byAccount.get(account) ?? new Map<string, number>()
    const isNew = !made.has(name)
    if (isNew && made.size >= most) this.#look(made, LOOKED_AT)
    if (isNew && made.size >= most) return false
    this.#byAccount.set(account, made.set(name, this.now() + PENDING_MS))
    if (isNew) this.#size += 1
    if (this.#size > 2 * this.mostTogether) this.#sweep()
    return true
  }

  #sweep(): void {
    const nowMs = this.now()
    if (nowMs - this.#sweptMs < SWEEP_MS) return
    this.#sweptMs = nowMs
    for (const [account, made] of this.#byAccount) {
      this.#look(made, made.size)
      if (made.size === 0) this.#byAccount.delete(account)
    }
  }

  /** Looks at those that were looked at least recently, and forgets the ones that are gone. */
  #look(made: Map<string, number>, count: number): void {
    const nowMs = this.now()
    for (const [name, untilMs] of take(made, Math.min(count, made.size))) {
      made.delete(name)
      if (this.isThere(name)) made.set(name, 0)
      else if (nowMs < untilMs) made.set(name, untilMs)
      else this.#size -= 1
    }
  }
}

function* take<T>(all: Iterable<T>, count: number): Generator<T> {
  let left = count
  for (const each of all) {
    if (left === 0) return
    left -= 1
    yield each
  }
}
