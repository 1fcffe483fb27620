import type { Message, WebhookQueue } from './queue.js'

/** What a sender works with. */
export interface SenderContext {
  readonly queue: Pick<WebhookQueue, 'take' | 'nextMs' | 'remove' | 'giveBack'>
  /** Posts a message. Resolves with what went wrong, if anything did; never rejects. */
  readonly post: (message: Message, signal: AbortSignal) => Promise<string | undefined>
  /** Called when the receiver begins to fail, and with nothing when it is well again. */
  readonly failing: (fault: string | undefined) => void
  readonly now: () => number
  /** Calls back once; the returned function cancels it. */
  readonly after: (ms: number, call: () => void) => () => void
}

/** How many messages are on their way at once; one while the receiver fails. */
const MOST_AT_ONCE = 10
/** How long a post may take. */
export const POST_MS = 10_000
/** After that time, a message of somebody who was killed is sent again. */
const TAKEN_MS = POST_MS + 5_000
const FIRST_PAUSE_MS = 1_000
const LAST_PAUSE_MS = 60_000
/** How long messages are still sent when the server stops. */
const CLOSING_MS = 2_000

const DO_NOTHING = () => {}

/**
 * Sends what waits. After a failure it sends nothing for a while, and then one message to see whether the
 * receiver is well; a message that fails is due later than the others, so that it doesn't hold them up.
 *
 * @see PROTOCOL.md WH5, WH6, WH9
 */
export class WebhookSender {
  readonly #ended = new AbortController()
  readonly #sending = new Set<Promise<void>>()
  /** In a row, with a pause after each. */
  #failures = 0
  #pausedUntilMs = 0
  #cancel = DO_NOTHING
  #isClosed = false

  constructor(private readonly context: SenderContext) {}

  /** Sends what is due. Call it when messages were added. */
  wake(): void {
    this.#cancel()
    if (this.#isClosed) return
    const nowMs = this.context.now()
    if (nowMs < this.#pausedUntilMs) return this.#wakeAt(this.#pausedUntilMs)
    const free = (this.#failures > 0 ? 1 : MOST_AT_ONCE) - this.#sending.size
    if (free <= 0) return
    for (const message of this.context.queue.take(free, nowMs, nowMs + TAKEN_MS)) {
      const sending = this.#send(message).finally(() => {
        this.#sending.delete(sending)
        this.wake()
      })
      this.#sending.add(sending)
    }
    const nextMs = this.context.queue.nextMs()
    if (nextMs !== undefined) this.#wakeAt(Math.max(nextMs, nowMs + 1))
  }

  /** Sends what it can within a short time, and ends. What is left stays in the queue. */
  async close(): Promise<void> {
    let cancel = DO_NOTHING
    const isOver = new Promise<void>((resolve) => {
      cancel = this.context.after(CLOSING_MS, resolve)
    })
    this.wake()
    await Promise.race([this.#quiet(), isOver])
    cancel()
    this.#isClosed = true
    this.#cancel()
    this.#ended.abort()
    await Promise.all(this.#sending)
  }

  /** Resolves when nothing is on its way, and nothing more will be at once. */
  async #quiet(): Promise<void> {
    while (this.#sending.size > 0) await Promise.all(this.#sending)
  }

  async #send(message: Message): Promise<void> {
    const { queue, post } = this.context
    const fault = await post(message, this.#ended.signal)
    if (fault === undefined) {
      queue.remove(message)
      this.#succeeded()
    } else if (this.#ended.signal.aborted) {
      queue.giveBack(message, this.context.now(), message.failures)
    } else {
      const failures = message.failures + 1
      queue.giveBack(message, this.context.now() + pauseMs(failures), failures)
      this.#failed(fault)
    }
  }

  #succeeded(): void {
    if (this.#failures > 0) this.context.failing(undefined)
    this.#failures = 0
    this.#pausedUntilMs = 0
  }

  #failed(fault: string): void {
    const nowMs = this.context.now()
    // One of several that were on their way together.
    if (nowMs < this.#pausedUntilMs) return
    if (this.#failures === 0) this.context.failing(fault)
    this.#failures += 1
    this.#pausedUntilMs = nowMs + pauseMs(this.#failures)
  }

  #wakeAt(atMs: number): void {
    this.#cancel()
    this.#cancel = this.context.after(atMs - this.context.now(), () => this.wake())
  }
}

function pauseMs(failures: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LAST_PAUSE_MS)
}
