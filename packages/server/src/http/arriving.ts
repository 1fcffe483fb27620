import type { IncomingMessage } from 'node:http'
import { FINISH_MS } from '../options.js'
import { endRequest } from './end-request.js'

/** A body of 1 MiB, the default limit, arrives in time at 18 KB a second. */
const ARRIVES_WITHIN_MS = 60_000

/**
 * Closes requests whose bodies take too long to arrive, because they can't be told apart from an attack
 * on the server's memory.
 *
 * @see PROTOCOL.md HT15, FR13
 */
export class Arriving {
  readonly #requests = new Set<IncomingMessage>()
  #patienceMs = ARRIVES_WITHIN_MS

  /** Watches a request until it is closed or its body has arrived. */
  watch(request: IncomingMessage): void {
    this.#requests.add(request)
    const timer = setTimeout(() => endRequest(request), this.#patienceMs).unref()
    const forget = () => {
      clearTimeout(timer)
      this.#requests.delete(request)
    }
    request.once('end', forget)
    request.once('close', forget)
  }

  /** Shortens the time limit of all requests, because the server is shutting down. */
  finish(): void {
    this.#patienceMs = FINISH_MS
    if (this.#requests.size === 0) return
    const end = () => {
      for (const request of this.#requests) endRequest(request)
    }
    setTimeout(end, FINISH_MS).unref()
  }
}
