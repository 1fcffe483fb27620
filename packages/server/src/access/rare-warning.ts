import type { Log } from '../log.js'

const LEAST_MS = 60_000

/** A warning that is logged at most once a minute, because strangers can trigger it at will. */
export class RareWarning {
  #lastMs = -Infinity
  #count = 0

  /** @param what happened, and what the reader of the log can do */
  constructor(
    private readonly log: Log,
    private readonly what: string,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @param detail of this one time */
  warn(detail?: unknown): void {
    this.#count += 1
    const nowMs = this.now()
    if (nowMs - this.#lastMs < LEAST_MS) return
    const times = this.#count > 1 ? ` (${this.#count} times since the last such line)` : ''
    this.log.warn(`${this.what}${times}${detail === undefined ? '' : `: ${inspect(detail)}`}`)
    this.#lastMs = nowMs
    this.#count = 0
  }
}

/** Describes any value. Never throws. */
function inspect(detail: unknown): string {
  try {
    return detail instanceof Error ? (detail.stack ?? detail.message) : String(detail)
  } catch {
    return 'something that is no text'
  }
}
