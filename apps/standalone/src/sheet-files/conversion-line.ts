import { Problem } from '@whereabouts/server'

/** Longer than a conversion takes; together they have to be shorter than a connection may be idle. */
const WAIT_MS = 30_000
/** For how long it counts what an account has had done. */
const REMEMBERED_MS = 600_000

interface Place {
  readonly account: string
  readonly start: () => Promise<void>
  /** Refuses it, if it waits. */
  readonly refuse: () => void
}

/**
 * Does one piece of work after the other. The account whose work took the least time lately comes next, so that
 * several with costly files can't take turns with each other alone. An account gets a place only while more places
 * are free than it has, and whoever has most makes way for one with fewer.
 *
 * @see FILES.md FL18
 */
export class ConversionLine {
  /** The first one's work is under way. */
  readonly #places: Place[] = []
  readonly #spent = new SpentTimes()

  /** @param most how many places there are */
  constructor(private readonly most: number) {}

  /**
   * Does work in its account's turn, and resolves with what it resolves with.
   *
   * @param signal gives up the place if the work hasn't begun; work under way has to end itself
   * @throws {Problem} too-many-connections, if there is no place for it, or its turn doesn't come in time
   */
  async take<T>(account: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    this.#makeRoom(account)
    return new Promise((resolve, reject) => {
      const leave = (reason: unknown) => {
        if (!this.#leave(place)) return
        clearTimeout(late)
        reject(reason)
      }
      const refuse = () => leave(tooManyFiles())
      const late = setTimeout(refuse, WAIT_MS)
      const start = () => {
        clearTimeout(late)
        return work().then(resolve, reject)
      }
      const place = { account, start, refuse }
      signal.addEventListener('abort', () => leave(signal.reason))
      this.#places.push(place)
      if (this.#places.length === 1) void this.#work()
    })
  }

  /** @throws {Problem} too-many-connections */
  #makeRoom(account: string): void {
    const own = this.#placesOf(account)
    const free = this.most - this.#places.length
    if (own < free) return
    const last = free > 0 ? undefined : this.#lastOfMost()
    // With one place more the caller has no more than the other one has then.
    if (last === undefined || this.#placesOf(last.account) < own + 2) throw tooManyFiles()
    last.refuse()
  }

  #placesOf(account: string): number {
    return this.#places.filter((each) => each.account === account).length
  }

  /** Returns the place that came last of the account that has most, among those that wait. */
  #lastOfMost(): Place | undefined {
    const waiting = this.#places.slice(1).toReversed()
    return waiting.toSorted(
      (one, other) => this.#placesOf(other.account) - this.#placesOf(one.account),
    )[0]
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
      const fromMs = performance.now()
      await next.start()
      this.#spent.add(next.account, performance.now() - fromMs)
      this.#places.shift()
      this.#bringForward()
    }
  }

  /** Has the account come next that took the least time; of several, the one that came first. */
  #bringForward(): void {
    const [next] = this.#places.toSorted(
      (one, other) => this.#spent.of(one.account) - this.#spent.of(other.account),
    )
    if (next !== undefined)
      this.#places.unshift(...this.#places.splice(this.#places.indexOf(next), 1))
  }
}

/** How long accounts have had work done, until they have had none for a while. */
class SpentTimes {
  /** Those whose last work is longest ago come first. */
  readonly #byAccount = new Map<string, { readonly ms: number; readonly atMs: number }>()

  of(account: string): number {
    return this.#byAccount.get(account)?.ms ?? 0
  }

  add(account: string, tookMs: number): void {
    const nowMs = performance.now()
    const ms = this.of(account) + tookMs
    this.#byAccount.delete(account)
    this.#byAccount.set(account, { ms, atMs: nowMs })
    for (const [each, { atMs }] of this.#byAccount) {
      if (nowMs - atMs < REMEMBERED_MS) return
      this.#byAccount.delete(each)
    }
  }
}

function tooManyFiles(): Problem {
  const detail = 'Too many files are being converted. Try again in a moment.'
  return new Problem('too-many-connections', detail)
}
