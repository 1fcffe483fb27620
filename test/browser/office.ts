import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { launchChromium } from '../chromium.js'
import { startServer, type RunningServer, type StandaloneSettings } from '../servers/standalone.js'

export const ann = { name: 'Ann', color: '#e11d48' }
export const bob = { name: 'Bob', color: '#1d4ed8' }

/** A server and a browser for the tests of one file. */
export class Office {
  #server: RunningServer | undefined
  #browser: Browser | undefined
  #rooms = 0

  constructor(settings: StandaloneSettings = {}) {
    beforeAll(async () => {
      ;[this.#server, this.#browser] = await Promise.all([startServer(settings), launchChromium()])
    })
    afterAll(async () => {
      await this.#browser?.close()
      await this.#server?.stop()
    })
  }

  get baseUrl(): string {
    return this.#server!.baseUrl
  }

  get browser(): Browser {
    return this.#browser!
  }

  newRoom(): string {
    return `room-${(this.#rooms += 1)}`
  }
}
