import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, get, type IncomingMessage } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import type { RunningServer } from '../servers/standalone.js'

const EVERY_MS = 20

/** Asks a server again and again whether it lives, and notes how long it takes to answer. */
export class HealthCheck implements AsyncDisposable {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #tookMs: number[] = []
  readonly #rssBytes: number[] = []
  readonly #asking: Promise<void>
  #isOver = false

  constructor(private readonly server: RunningServer) {
    this.#asking = this.#ask()
  }

  /** Returns the time within which 99 of 100 answers came. */
  async p99Ms(): Promise<number> {
    await this[Symbol.asyncDispose]()
    const sorted = this.#tookMs.toSorted((one, other) => one - other)
    return sorted[Math.floor(sorted.length * 0.99)]!
  }

  /** Returns how much more memory the server takes at its worst than after the first part. */
  growthBytes(): number {
    const first = this.#rssBytes.slice(0, Math.ceil(this.#rssBytes.length / 5))
    return Math.max(...this.#rssBytes) - Math.max(...first)
  }

  async #ask(): Promise<void> {
    while (!this.#isOver) {
      const beganMs = performance.now()
      const [response] = (await once(
        get(`${this.server.baseUrl}/health/live`, { agent: this.#agent }),
        'response',
      )) as [IncomingMessage]
      response.resume()
      await once(response, 'end')
      if (response.statusCode !== 200) throw new Error(`health is ${response.statusCode}`)
      this.#tookMs.push(performance.now() - beganMs)
      this.#rssBytes.push(rssBytes(this.server))
      await setTimeout(EVERY_MS)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    await this.#asking
    this.#agent.destroy()
  }
}

function rssBytes({ pid }: RunningServer): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1_024
}
