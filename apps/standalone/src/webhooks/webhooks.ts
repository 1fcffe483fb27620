import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Happening, Log, Whereabouts } from '@whereabouts/server'
import { RareWarning } from '@whereabouts/server/mount'
import { isFor } from '../room-pattern.js'
import { bodyOf } from './body.js'
import { NOTHING_COUNTED, type WebhookCounts } from './counts.js'
import { type NewMessage, NO_ROOM, type QueueLimits } from './queue.js'
import type { Kind, WebhookSettings } from './webhook-settings.js'
import type { FromWorker, ToWorker, WorkerSettings } from './worker.js'

const WORKER = new URL('./worker.js', import.meta.url)
const LIMITS: QueueLimits = { maxCount: 100_000, maxBytes: 67_108_864, maxAgeMs: 86_400_000 }
/** How many messages may be on their way to the thread. Behind them, happenings wait. */
const MOST_UNKEPT = 1_000
const RESTART_MS = 1_000
/** Longer than the thread takes to end. */
const END_MS = 3_000

const METRICS = {
  webhooks_sent: { type: 'counter', of: 'sent', help: 'Webhooks that the receiver has taken' },
  webhooks_failed: { type: 'counter', of: 'failed', help: 'Posts of webhooks that failed' },
  webhooks_dropped: {
    type: 'counter',
    of: 'dropped',
    help: 'Webhooks that were given up, because they were a day old or too many waited',
  },
  webhooks_waiting: { type: 'gauge', of: 'waiting', help: 'Webhooks that wait to be sent' },
} as const

/**
 * Posts what happens in the rooms to an address. A thread keeps what waits in a file and sends it.
 *
 * @see PROTOCOL.md WH1 to WH10
 */
export class Webhooks {
  #counts: WebhookCounts = NOTHING_COUNTED
  /** Happenings that weren't taken in time. */
  #missed = 0
  /** What isn't known to be in the file, in order. */
  readonly #unkept: NewMessage[] = []
  #isKept = () => {}
  #worker: Worker | undefined
  #isEnding = false
  #told: Promise<void> = Promise.resolve()
  readonly #givenUp: RareWarning
  readonly #broken: RareWarning

  private constructor(
    private readonly settings: WebhookSettings,
    private readonly file: string,
    private readonly log: Log,
  ) {
    const what = 'webhooks were given up, because they were a day old or too many waited'
    this.#givenUp = new RareWarning(log, what)
    this.#broken = new RareWarning(log, `webhooks can't be kept in ${file}, and it is tried again`)
  }

  /** @throws {Error} if the file can't be used */
  static async start(settings: WebhookSettings, file: string, log: Log): Promise<Webhooks> {
    const webhooks = new Webhooks(settings, file, log)
    await webhooks.#open()
    return webhooks
  }

  get #current(): WebhookCounts {
    return { ...this.#counts, dropped: this.#counts.dropped + this.#missed }
  }

  /** Tells what happens from now on, until nothing more comes; then ends. */
  tell(happenings: AsyncIterable<Happening>): void {
    this.#told = this.#tell(happenings)
  }

  /** Says the counts in `/metrics`. */
  measure(add: Whereabouts['addMetric']): void {
    for (const [name, { help, type, of }] of Object.entries(METRICS)) {
      add({ name, help, type, read: () => this.#current[of] })
    }
  }

  /** Resolves when the thread has ended, after {@link tell} has, or after a time. */
  async close(): Promise<void> {
    const ended = new AbortController()
    const late = wait(END_MS, undefined, { signal: ended.signal }).catch(() => {})
    await Promise.race([this.#finished(), late])
    ended.abort()
    this.#isEnding = true
    await this.#worker?.terminate()
  }

  async #finished(): Promise<void> {
    await this.#told
    const worker = this.#worker
    // The number of one that has ended is -1.
    if (worker !== undefined && worker.threadId >= 0) await once(worker, 'exit')
  }

  async #tell(happenings: AsyncIterable<Happening>): Promise<void> {
    for await (const happening of happenings) {
      if (!this.#isWanted(happening)) continue
      const missed = happening.type === 'missed' ? happening.count : 0
      if (missed > 0) this.#miss(missed)
      const room = 'room' in happening ? happening.room : NO_ROOM
      const message = { room, body: bodyOf(happening), missed }
      this.#unkept.push(message)
      this.#post(message)
      while (this.#unkept.length >= MOST_UNKEPT)
        await new Promise<void>((resolve) => void (this.#isKept = resolve))
    }
    this.#isEnding = true
    this.#post({ end: true })
  }

  #miss(count: number): void {
    this.#missed += count
    this.#givenUp.warn(`${count} messages`)
  }

  #isWanted(happening: Happening): boolean {
    if (happening.type === 'missed') return true
    const { kinds, rooms } = this.settings
    return (
      kinds.has(happening.type satisfies Kind) && rooms.some((each) => isFor(each, happening.room))
    )
  }

  #post(told: ToWorker): void {
    this.#worker?.postMessage(told)
  }

  async #open(): Promise<void> {
    const { url, keys } = this.settings
    const workerData: WorkerSettings = {
      file: this.file,
      url: url.href,
      keys,
      limits: LIMITS,
      counts: this.#counts,
    }
    const worker = new Worker(WORKER, { workerData })
    const [opened] = (await once(worker, 'message')) as [FromWorker]
    if ('fault' in opened) {
      await worker.terminate()
      throw new Error(`${this.file}, in which webhooks wait, can't be used: ${opened.fault}`)
    }
    worker.on('message', (report: FromWorker) => this.#hear(report))
    worker.on('error', (error) => this.#broken.warn(error))
    worker.on('exit', () => void this.#ended(worker))
    this.#worker = worker
    for (const message of this.#unkept) this.#post(message)
    if (this.#isEnding) this.#post({ end: true })
  }

  /** A thread that ended by itself is replaced; what it had in hand is sent again. */
  async #ended(worker: Worker): Promise<void> {
    if (this.#isEnding || this.#worker !== worker) return
    this.#worker = undefined
    for (;;) {
      await wait(RESTART_MS, undefined, { ref: false })
      try {
        return await this.#open()
      } catch (error) {
        this.#broken.warn(error)
      }
    }
  }

  #hear(report: FromWorker): void {
    if ('kept' in report) {
      this.#unkept.splice(0, report.kept)
      this.#isKept()
    }
    if ('counts' in report) this.#counts = report.counts
    if ('dropped' in report) this.#givenUp.warn(`${report.dropped} messages`)
    if ('unwritten' in report) this.#broken.warn(report.unwritten)
    if ('failing' in report) this.#noteFailing(report.failing, report.waiting)
  }

  /** Names the origin only: a path or a query may be secret. */
  #noteFailing(fault: string | undefined, waiting: number): void {
    const { origin } = this.settings.url
    if (fault === undefined) this.log.info(`webhooks: ${origin} takes messages again`)
    else
      this.log.warn(
        `webhooks: ${origin} fails: ${fault}; ${waiting} messages wait and are sent again`,
      )
  }
}
