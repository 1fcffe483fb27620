import type { IncomingMessage } from 'node:http'
import { FINISH_MS } from '../options.js'

/** A body of a MiB, which is the most unless set otherwise, arrives in time at 18 KB a second. */
const ARRIVES_WITHIN_MS = 60_000

/**
 * Requests whose bodies are on their way. One that takes too long is closed: it can't be told
 * from an attack on the server's memory.
 *
 * @see PROTOCOL.md HT15, FR13
 */
export class Arriving {
  readonly #requests = new Set<IncomingMessage>()
  #patienceMs = ARRIVES_WITHIN_MS

  /** Watches over a request until it is closed, or its body is here. */
  watch(request: IncomingMessage): void {
    this.#requests.add(request)
    const timer = setTimeout(() => request.destroy(), this.#patienceMs).unref()
    const forget = () => {
      clearTimeout(timer)
      this.#requests.delete(request)
    }
    request.once('end', forget)
    request.once('close', forget)
  }

  /** The server goes away: what isn't here soon is not waited for. */
  finish(): void {
    this.#patienceMs = FINISH_MS
    if (this.#requests.size === 0) return
    const end = () => {
      for (const request of this.#requests) request.destroy()
    }
    setTimeout(end, FINISH_MS).unref()
  }
}
