import { randomKey } from '../random-key.js'

/** What the doctor needs of the platform that it runs on. */
export interface Surroundings {
  readonly fetch: typeof globalThis.fetch
  /** Returns the time of a clock that is never set back, in ms. */
  readonly nowMs: () => number
  /** Returns the time of day, in ms since 1970. */
  readonly dateMs: () => number
  /** Resolves after a time, or as soon as the signal aborts. */
  readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>
  /** Returns 32 random characters of `0-9 a-f`. */
  readonly chance: () => string
  /** Returns the version of HTTP that an address was asked with, such as `h2`, if it can be known. */
  readonly httpVersion: (address: string) => Promise<string | undefined>
}

/** The surroundings of a page, and of Node except for the version of HTTP. */
export const PLATFORM: Surroundings = {
  fetch: (input, init) => globalThis.fetch(input, init),
  nowMs: () => performance.now(),
  dateMs: () => Date.now(),
  pause,
  chance: randomKey,
  httpVersion: async (address) => entryOf(address)?.nextHopProtocol || undefined,
}

function entryOf(address: string): PerformanceResourceTiming | undefined {
  const entries = performance.getEntriesByName(address, 'resource')
  return entries.at(-1) as PerformanceResourceTiming | undefined
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end)
  })
}
