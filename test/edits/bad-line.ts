import { setTimeout } from 'node:timers/promises'
import type { Random } from '../simulation/random.js'

const LONGEST_DELAY_MS = 80
const LOGIN_PAGE = '<html><title>Log in to the network</title></html>'

type Fetch = typeof globalThis.fetch

/**
 * A `fetch` over a bad network: requests get lost, answers get lost, requests arrive twice, all
 * are late, and now and then a login page answers instead of the server.
 */
export class BadLine {
  /** From now on everything arrives exactly once. */
  isMended = false
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  readonly fetch: Fetch = async (input, init = {}) => {
    if (this.isMended || init.method !== 'POST') return fetch(input, init)
    await setTimeout(this.#random.below(LONGEST_DELAY_MS))
    const dice = this.#random.next()
    if (dice < 0.08) throw new TypeError('the request is lost')
    if (dice < 0.12) {
      return new Response(LOGIN_PAGE, { headers: { 'content-type': 'text/html' } })
    }
    const answer = await fetch(input, init)
    if (dice < 0.2) {
      await answer.body?.cancel()
      throw new TypeError('the answer is lost')
    }
    return dice < 0.28 ? this.#again(answer, input, init) : answer
  }

  /** Sends the request twice and returns the second answer, like a proxy that retries. */
  async #again(first: Response, ...[input, init]: Parameters<Fetch>): Promise<Response> {
    await first.body?.cancel()
    return fetch(input, init)
  }
}
