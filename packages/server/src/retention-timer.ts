import type { Administration } from './administration.js'
import type { Log } from './log.js'
import type { Clock } from './stream/clock.js'

const DAY_MS = 86_400_000
/** How often documents are checked; hourly is enough for a limit in days. */
const LOOK_MS = 3_600_000
/** How much longer than is proven documents may have been unused, as a share of the limit. */
const UNPROVEN = 0.1

/** The parts of the administration that retention needs. */
export type Retaining = Pick<Administration, 'newestUseMs' | 'retain'>

/** A time that has certainly passed, and what the process's own time was then. */
interface Proof {
  readonly atMs: number
  readonly uptimeMs: number
}

/**
 * Deletes documents that nobody has used for a number of days. A clock that is ahead must not delete what
 * was used yesterday, so the time is at most what the store and the process's own time prove:
 *
 *     when it starts   note the newest use in the store
 *     each hour        take the clock's time, but no later than that use, the time since the start and a
 *                      tenth of the days; delete what was unused for so many days by then
 *
 * @see PROTOCOL.md AD11, AD24
 */
export class RetentionTimer {
  #cancel = () => {}
  #isStopped = false
  #isAhead = false
  #proof: Proof | undefined

  /** @param days `undefined` to keep all */
  constructor(
    private readonly administration: Retaining,
    private readonly days: number | undefined,
    private readonly log: Log,
    private readonly clock: Pick<Clock, 'now' | 'after'>,
  ) {}

  start(): void {
    const { days } = this
    if (days !== undefined) void this.#try(days, () => this.#prove())
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel()
  }

  async #try(days: number, work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.log.error(`could not delete unused documents: ${String(error)}`)
    }
    if (this.#isStopped) return
    const look = () => void this.#try(days, () => this.#look(days))
    this.#cancel = this.clock.after(LOOK_MS, look)
  }

  async #look(days: number): Promise<void> {
    const proof = await this.#prove()
    if (proof === undefined) return
    const count = await this.#deleteUnused(this.#timeMs(days, proof) - days * DAY_MS)
    if (count > 0) this.log.info(`deleted ${count} documents that nobody used for ${days} days`)
  }

  /** Returns a time that has passed; `undefined` while there is no document. */
  async #prove(): Promise<Proof | undefined> {
    if (this.#proof !== undefined) return this.#proof
    const uptimeMs = this.clock.now()
    const atMs = await this.administration.newestUseMs()
    if (atMs !== undefined) this.#proof = { atMs, uptimeMs }
    return this.#proof
  }

  #timeMs(days: number, { atMs, uptimeMs }: Proof): number {
    const latestMs = atMs + this.clock.now() - uptimeMs + days * DAY_MS * UNPROVEN
    const aheadMs = Date.now() - latestMs
    const isAhead = aheadMs > 0
    if (isAhead && !this.#isAhead) this.log.error(aheadOf(aheadMs))
    this.#isAhead = isAhead
    return isAhead ? latestMs : Date.now()
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

function aheadOf(aheadMs: number): string {
  const days = (aheadMs / DAY_MS).toFixed(1)
  return `unused documents are deleted ${days} days late: no document was used for long before this server started, or its clock is ahead. If the clock is right, \`whereabouts retention\` deletes them now`
}
