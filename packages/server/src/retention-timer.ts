import type { Administration } from './administration.js'
import type { Log } from './log.js'

const DAY_MS = 86_400_000
/** How often documents are checked; hourly is enough for a limit in days. */
const LOOK_MS = 3_600_000

/**
 * Deletes documents that nobody has used for a number of days.
 *
 * @see PROTOCOL.md AD11
 */
export class RetentionTimer {
  #timer: ReturnType<typeof setTimeout> | undefined
  #isStopped = false

  /** @param days `undefined` to keep all */
  constructor(
    private readonly administration: Administration,
    private readonly days: number | undefined,
    private readonly log: Log,
  ) {}

  start(): void {
    if (this.days !== undefined) void this.#look(this.days)
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  async #look(days: number): Promise<void> {
    try {
      const count = await this.#deleteUnused(Date.now() - days * DAY_MS)
      if (count > 0) this.log.info(`deleted ${count} documents that nobody used for ${days} days`)
    } catch (error) {
      this.log.error(`could not delete unused documents: ${String(error)}`)
    }
    if (!this.#isStopped) this.#timer = setTimeout(() => void this.#look(days), LOOK_MS).unref()
  }

  async #deleteUnused(unusedSinceMs: number): Promise<number> {
    let count = 0
    const server = { as: 'retention' } as const
    for await (const _each of this.administration.retain({ unusedSinceMs }, server)) {
      count += 1
      if (this.#isStopped) break
    }
    return count
  }
}
