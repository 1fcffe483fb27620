import { Problem } from '@whereabouts/server'

/** With the conversion it has to be shorter than a connection may be idle. */
const WAIT_MS = 30_000

interface Place {
  readonly account: string
  readonly start: () => Promise<void>
}

/**
 * Does one piece of work after the other. Accounts take turns. An account gets a place only while more places
 * are free than it has, so that one with costly files doesn't keep the others out.
 *
 * @see FILES.md FL18
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
   * @throws {Problem} too-many-connections, if there is no place for it, or its turn doesn't come in time
   */
  async take<T>(account: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    const own = this.#places.filter((each) => each.account === account).length
    if (own >= this.most - this.#places.length) throw tooManyFiles()
    return new Promise((resolve, reject) => {
      const leave = (reason: unknown) => {
        if (this.#leave(place)) reject(reason)
      }
      const late = setTimeout(() => leave(tooManyFiles()), WAIT_MS)
      const start = () => {
        clearTimeout(late)
        return work().then(resolve, reject)
      }
      const place = { account, start }
      signal.addEventListener('abort', () => leave(signal.reason))
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

function tooManyFiles(): Problem {
  const detail = 'Too many files are being converted. Try again in a moment.'
  return new Problem('too-many-connections', detail)
}
