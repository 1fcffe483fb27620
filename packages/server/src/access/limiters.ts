import { type RateLimiterAbstract, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'

/** Counts what each of many keys takes of a number of points in a number of seconds. */
export interface Limiter {
  readonly points: number
  readonly seconds: number
  /**
   * Counts points of a key, if it has so many left. Returns 0, or the time in ms until it may try again if it
   * has too few.
   */
  take(key: string, points: number): number | Promise<number>
  /** Counts points that a key was given already, however many. Only of limiters of one process. */
  charge?(key: string, points: number): void
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
    const nowMs = this.#begin()
    const taken = (this.#taken.get(key) ?? 0) + points
    // What is refused isn't counted, or one large call would use up a day's budget and get nothing.
    if (taken > this.points) return this.#endsMs - nowMs
    this.#taken.set(key, taken)
    return 0
  }

  charge(key: string, points: number): void {
    this.#begin()
    this.#taken.set(key, (this.#taken.get(key) ?? 0) + points)
  }

  /** Begins another window if it is time. Returns the time. */
  #begin(): number {
    const nowMs = this.now()
    if (nowMs >= this.#endsMs) {
      this.#taken.clear()
      this.#endsMs = nowMs + this.seconds * 1_000
    }
    return nowMs
  }
}

/** Runs a Lua script on one counter, as an exchange does. */
export interface Counting {
  count(script: string, counter: string, args: readonly string[]): Promise<unknown>
}

/** The library's own script also counts what is refused. Returns what was asked for, and when the time ends. */
const TAKE = `
  redis.call('set', KEYS[1], 0, 'EX', ARGV[2], 'NX')
  local taken = redis.call('get', KEYS[1]) + ARGV[1]
  if taken <= tonumber(ARGV[3]) then redis.call('incrby', KEYS[1], ARGV[1]) end
  return { taken, redis.call('pttl', KEYS[1]) }
`

/**
 * Makes limiters that count for all nodes together, or in this process while Redis can't be reached.
 *
 * @see PROTOCOL.md BU8
 */
export function inRedis(
  counting: Counting,
  now: () => number = () => performance.now(),
): MakeLimiter {
  const storeClient = {
    eval: (script: string, said: { readonly keys: [string]; readonly arguments: string[] }) =>
      counting.count(script, said.keys[0], said.arguments),
  }
  return (keyPrefix, points, seconds) => {
    const settings = { keyPrefix, points, duration: seconds }
    const own = new WindowLimiter(points, seconds, now)
    const limiter = new RateLimiterRedis({
      ...settings,
      storeClient,
      useRedisPackage: true,
      customIncrTtlLuaScript: TAKE,
    })
    return { points, seconds, take: (key, taken) => consumed(limiter, own, key, taken) }
  }
}

async function consumed(
  limiter: RateLimiterAbstract,
  own: WindowLimiter,
  key: string,
  points: number,
): Promise<number> {
  try {
    await limiter.consume(key, points)
    return 0
  } catch (error) {
    // Redis can't be reached.
    if (!(error instanceof RateLimiterRes)) return own.take(key, points)
    return Math.max(1, error.msBeforeNext)
  }
}
