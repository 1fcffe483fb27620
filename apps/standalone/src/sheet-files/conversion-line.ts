interface Place {
  readonly account: string
  readonly start: () => Promise<void>
}

/**
 * Does one piece of work after the other. Accounts take turns. An account gets a place only while more places
 * are free than it has, so that one with costly files doesn't keep the others out.
 *
 * @see FILES.md FL17
 */
export class ConversionLine {
  /** The first one's work is under way. */
  readonly #places: Place[] = []

  /** @param most how many places there are */
  constructor(private readonly most: number) {}

  /**
   * Does work in its account's turn, and resolves with what it resolves with.
   *
   * @param signal gives up the place if the work hasn't begun; work under way has to end itself
   * @returns `undefined` if there is no place for it
   */
  take<T>(account: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> | undefined {
    const own = this.#places.filter((each) => each.account === account).length
    if (own >= this.most - this.#places.length) return undefined
    return new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const place = { account, start: () => work().then(resolve, reject) }
      signal.addEventListener('abort', () => {
        if (this.#leave(place)) reject(signal.reason)
      })
      this.#places.push(place)
      if (this.#places.length === 1) void this.#work()
    })
  }

  /** Returns whether the place was one of those that wait. */
  #leave(place: Place): boolean {
    const at = this.#places.indexOf(place)
    if (at < 1) return false
    this.#places.splice(at, 1)
    return true
  }

  async #work(): Promise<void> {
    for (let next = this.#places[0]; next !== undefined; next = this.#places[0]) {
      await next.start()
      this.#places.shift()
      this.#bringForward(next.account)
    }
  }

  /** Has another account's work come next, if any waits. */
  #bringForward(last: string): void {
    const at = this.#places.findIndex(({ account }) => account !== last)
    if (at > 0) this.#places.unshift(...this.#places.splice(at, 1))
  }
}
