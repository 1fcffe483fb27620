import type { Administration } from './administration.js'
import type { Log } from './log.js'
import type { Clock } from './stream/clock.js'

const DAY_MS = 86_400_000
/** How often documents are checked; hourly is enough for a limit in days. */
const LOOK_MS = 3_600_000
/** How much longer than is proven documents may have been unused, as a share of the limit. */
const UNPROVEN = 0.1

/** The parts of the administration that retention needs. */
export type Retaining = Pick<Administration, 'newestUseMs' | 'retain' | 'hasTrash' | 'emptyTrash'>

/** After how many days documents are deleted. */
export interface RetentionDays {
  /** That nobody used; `undefined` to keep all. */
  readonly retentionDays?: number | undefined
  /** That are in the trash. */
  readonly trashDays: number
}

/** A time that has certainly passed, and what the process's own time was then. */
interface Proof {
  readonly atMs: number
  readonly uptimeMs: number
}

/**
 * Deletes documents that nobody has used for a number of days, and those that have been in the trash for long.
 * A clock that is ahead must not delete what was used yesterday, so the time is at most what the store and the
 * process's own time prove:
 *
 *     when it starts   note the newest use in the store
 *     each hour        take the clock's time, but no later than that use, the time since the start and a
 *                      tenth of the days; delete what was unused for so many days by then
 *
 * @see PROTOCOL.md AD11, AD24, HM10
 */
export class RetentionTimer {
  #cancel = () => {}
  #isStopped = false
  #isAhead = false
  #proof: Proof | undefined

  constructor(
    private readonly administration: Retaining,
    private readonly days: RetentionDays,
    private readonly log: Log,
    private readonly clock: Pick<Clock, 'now' | 'after'>,
  ) {}

  start(): void {
    void this.#each(() => this.#provesIfNeeded())
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel()
  }

  /** Does some work now, and looks for what is to be deleted in an hour. */
  async #each(work: () => Promise<unknown>): Promise<void> {
    await this.#try('find out which documents are to be deleted', work)
    if (this.#isStopped) return
    const look = () => void this.#each(() => this.#look())
    this.#cancel = this.clock.after(LOOK_MS, look)
  }

  async #try(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#failed(what, error)
    }
  }

  /** Says what couldn't be done, unless that is because the server stops. */
  #failed(what: string, error: unknown): void {
    if (!this.#isStopped) this.log.error(`could not ${what}: ${String(error)}`)
  }

  async #look(): Promise<void> {
    const proof = await this.#provesIfNeeded()
    if (proof === undefined) return
    const { retentionDays, trashDays } = this.days
    if (retentionDays !== undefined) {
      await this.#try('delete unused documents', () => this.#deleteUnused(retentionDays, proof))
    }
    if (this.#isStopped) return
    await this.#try('empty the trash', () => this.#emptyTrash(trashDays, proof))
  }

  async #emptyTrash(days: number, proof: Proof): Promise<void> {
    const nowMs = Math.min(Date.now(), this.#latestMs(days, proof))
    let count = 0
    for await (const emptied of this.administration.emptyTrash(nowMs - days * DAY_MS)) {
      if (emptied.isDeleted) count += 1
      if (emptied.error !== undefined)
        this.#failed(`delete ${emptied.roomName}, which is in the trash`, emptied.error)
      if (this.#isStopped) break
    }
    if (count > 0)
      this.log.info(`deleted ${count} documents that were in the trash for ${days} days`)
  }

  /** It reads the times of all documents, for which a server without retention and trash has no need. */
  async #provesIfNeeded(): Promise<Proof | undefined> {
    const isNeeded = this.days.retentionDays !== undefined || (await this.administration.hasTrash())
    return isNeeded ? this.#prove() : undefined
  }

  /** Returns a time that has passed; `undefined` while there is no document. */
  async #prove(): Promise<Proof | undefined> {
    if (this.#proof !== undefined) return this.#proof
    const uptimeMs = this.clock.now()
    const atMs = await this.administration.newestUseMs()
    if (atMs !== undefined) this.#proof = { atMs, uptimeMs }
    return this.#proof
  }

  /** Returns the latest time that it may be, to delete what is older than a number of days. */
  #latestMs(days: number, { atMs, uptimeMs }: Proof): number {
    return atMs + this.clock.now() - uptimeMs + days * DAY_MS * UNPROVEN
  }

  #timeMs(days: number, proof: Proof): number {
    const latestMs = this.#latestMs(days, proof)
    const aheadMs = Date.now() - latestMs
    const isAhead = aheadMs > 0
    if (isAhead && !this.#isAhead) this.log.error(aheadOf(aheadMs))
    this.#isAhead = isAhead
    return isAhead ? latestMs : Date.now()
  }

  async #deleteUnused(days: number, proof: Proof): Promise<void> {
    const unusedSinceMs = this.#timeMs(days, proof) - days * DAY_MS
    let count = 0
    const server = { as: 'retention' } as const
    for await (const _each of this.administration.retain({ unusedSinceMs }, server)) {
      count += 1
      if (this.#isStopped) break
    }
    if (count > 0) this.log.info(`deleted ${count} documents that nobody used for ${days} days`)
  }
}

function aheadOf(aheadMs: number): string {
  const days = (aheadMs / DAY_MS).toFixed(1)
  return `unused documents are deleted ${days} days late: no document was used for long before this server started, or its clock is ahead. If the clock is right, \`whereabouts retention\` deletes them now`
}
