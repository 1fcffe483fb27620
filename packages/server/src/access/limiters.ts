import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible'

/** Counts what each of many keys takes of a number of points in a number of seconds. */
export interface Limiter {
  readonly points: number
  readonly seconds: number
  /** Counts points of a key. Returns 0, or the time in ms until the key may take that many if it has too few. */
  take(key: string, points: number): number | Promise<number>
}

/** Makes the limiter that a name stands for. */
export type MakeLimiter = (name: string, points: number, seconds: number) => Limiter

/**
 * Counts in this process alone, in windows that begin at the same time for all keys. Nothing is waited for
 * and no key has a timer: there are thousands of posts a second.
 *
 * @see docs/decisions.md, 130
 */
export class WindowLimiter implements Limiter {
  readonly #taken = new Map<string, number>()
  #endsMs = -Infinity

  /** @param now returns the time of a monotonic clock in ms */
  constructor(
    readonly points: number,
    readonly seconds: number,
    private readonly now: () => number,
  ) {}

  take(key: string, points: number): number {
    const nowMs = this.now()
    if (nowMs >= this.#endsMs) {
      this.#taken.clear()
      this.#endsMs = nowMs + this.seconds * 1_000
    }
    const taken = (this.#taken.get(key) ?? 0) + points
    this.#taken.set(key, taken)
    return taken > this.points ? this.#endsMs - nowMs : 0
  }
}

/** Runs a Lua script on one counter, as an exchange does. */
export interface Counting {
  count(script: string, counter: string, args: readonly string[]): Promise<unknown>
}

/**
 * Makes limiters that count for all nodes together, or in this process while Redis can't be reached.
 *
 * @see PROTOCOL.md BU8
 */
export function inRedis(counting: Counting): MakeLimiter {
  const storeClient = {
    eval: (script: string, said: { readonly keys: [string]; readonly arguments: string[] }) =>
      counting.count(script, said.keys[0], said.arguments),
  }
  return (keyPrefix, points, seconds) => {
    const settings = { keyPrefix, points, duration: seconds }
    const insuranceLimiter = new RateLimiterMemory(settings)
    const limiter = new RateLimiterRedis({
      ...settings,
      storeClient,
      useRedisPackage: true,
      insuranceLimiter,
    })
    return { points, seconds, take: (key, taken) => consumed(limiter, key, taken) }
  }
}

async function consumed(
  limiter: RateLimiterAbstract,
  key: string,
  points: number,
): Promise<number> {
  try {
    await limiter.consume(key, points)
    return 0
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error
    return Math.max(1, error.msBeforeNext)
  }
}
