import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { missedBody } from './body.js'
import { WebhookPost } from './post.js'
import { type NewMessage, type QueueLimits, WebhookQueue } from './queue.js'
import { WebhookSender } from './sender.js'
import type { WebhookCounts } from './counts.js'

// The thread of the webhooks: neither the disk nor the receiver holds up a room.

/** What the thread begins with. */
export interface WorkerSettings {
  readonly file: string
  readonly url: string
  readonly keys: readonly Uint8Array[]
  readonly limits: QueueLimits
  /** What an earlier thread of this process counted. */
  readonly counts: WebhookCounts
}

/** What the thread is told: a message, or that no more will come. */
export type ToWorker = NewMessage | { readonly end: true }

/** What it reports. */
export type FromWorker =
  | { readonly opened: true }
  | { readonly fault: string }
  /** So many more messages are in the file. */
  | { readonly kept: number }
  | { readonly failing: string | undefined; readonly waiting: number }
  | { readonly dropped: number }
  | { readonly unwritten: string }
  | { readonly counts: WebhookCounts }

/** How long after a failure the file is written again. */
const REWRITE_MS = 1_000
/** How often counts are reported, and old messages looked for. */
const LOOK_MS = 2_000

const port = parentPort!
const settings = workerData as WorkerSettings
const report = (what: FromWorker) => port.postMessage(what)

/** Writes what it is told into the queue, and sends what waits there. */
class Webhooks {
  readonly #sender: WebhookSender
  readonly #look = setInterval(() => this.#drop(), LOOK_MS)
  #counts: WebhookCounts
  /** Messages that aren't in the file yet. */
  #unwritten: NewMessage[] = []
  #isWriting = false

  constructor(private readonly queue: WebhookQueue) {
    this.#counts = settings.counts
    this.#sender = this.#newSender(new WebhookPost(settings.url, settings.keys))
    this.#sender.wake()
  }

  add(message: NewMessage): void {
    this.#unwritten.push(message)
    if (this.#isWriting) return
    this.#isWriting = true
    // What comes in one turn is one transaction.
    setImmediate(() => this.#write())
  }

  async end(): Promise<void> {
    clearInterval(this.#look)
    this.#write()
    await this.#sender.close()
    this.#report()
    this.queue.close()
    // Connections that are kept alive would hold up the end.
    process.exit()
  }

  #newSender(receiver: WebhookPost): WebhookSender {
    return new WebhookSender({
      queue: this.queue,
      post: async (message, signal) => {
        const fault = await receiver.send(message, signal)
        this.#count(fault === undefined ? { sent: 1 } : { failed: 1 })
        return fault
      },
      failing: (failing) => report({ failing, waiting: this.queue.size }),
      now: () => Date.now(),
      after: (ms, call) => {
        const timer = setTimeout(call, ms)
        return () => clearTimeout(timer)
      },
    })
  }

  #write(): void {
    const messages = this.#unwritten
    this.#isWriting = false
    if (messages.length === 0) return
    try {
      this.queue.add(messages, Date.now())
    } catch (error) {
      report({ unwritten: error instanceof Error ? error.message : String(error) })
      this.#isWriting = true
      setTimeout(() => this.#write(), REWRITE_MS)
      return
    }
    this.#unwritten = []
    report({ kept: messages.length })
    this.#drop()
    this.#sender.wake()
  }

  #drop(): void {
    const dropped = this.queue.drop(Date.now(), missedBody)
    if (dropped > 0) report({ dropped })
    this.#count({ dropped })
    this.#report()
  }

  #count({ sent = 0, failed = 0, dropped = 0 }: Partial<WebhookCounts>): void {
    const counts = this.#counts
    this.#counts = {
      ...counts,
      sent: counts.sent + sent,
      failed: counts.failed + failed,
      dropped: counts.dropped + dropped,
    }
  }

  #report(): void {
    report({ counts: { ...this.#counts, waiting: this.queue.size } })
  }
}

try {
  const webhooks = open()
  port.on('message', (told: ToWorker) => {
    if ('end' in told) void webhooks.end()
    else webhooks.add(told)
  })
  report({ opened: true })
} catch (error) {
  report({ fault: error instanceof Error ? error.message : String(error) })
}

function open(): Webhooks {
  mkdirSync(dirname(settings.file), { recursive: true })
  return new Webhooks(new WebhookQueue(settings.file, settings.limits))
}
