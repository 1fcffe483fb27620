import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium, type Browser, type BrowserContext } from 'playwright-core'
import { within } from 'whereabouts-conformance/deadline'
import { ARGUMENTS, chromiumPath } from '../chromium.js'
import type { Screen } from '../screen.js'

const LISTENS = /^DevTools listening on (\S+)$/

/**
 * The system's Chromium as people have it, in a window on a screen. In a browser that playwright starts,
 * each page believes that it is in front; here only that of the front tab does, the others are hidden and
 * have slow timers, and one that is frozen goes on when it comes to the front.
 */
export class HeadedChromium implements AsyncDisposable {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly browser: Browser,
  ) {}

  static async start({ display }: Screen, args: readonly string[]): Promise<HeadedChromium> {
    const folder = await mkdtemp(join(tmpdir(), 'whereabouts-profile-'))
    const own = ['--remote-debugging-port=0', `--user-data-dir=${folder}`, '--password-store=basic']
    const child = spawn(chromiumPath(), [...ARGUMENTS, ...own, ...args, 'about:blank'], {
      env: { PATH: process.env['PATH'], HOME: folder, DISPLAY: display },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const address = await within(addressOf(child), 'the address of Chromium', 30_000)
    // Nobody else reads what it says, and it would wait for that once the pipe is full.
    child.stderr.resume()
    // Without playwright's defaults, as one of them keeps pages visible.
    const browser = await chromium.connectOverCDP(address, { noDefaults: true })
    return new HeadedChromium(child, folder, browser)
  }

  /** The tabs of its window. */
  get context(): BrowserContext {
    return this.browser.contexts()[0]!
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.child, 'exit')
    await this.browser.close()
    if (this.child.kill()) await ended
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function addressOf(child: ChildProcess): Promise<string> {
  for await (const line of createInterface(child.stderr!)) {
    const address = LISTENS.exec(line)?.[1]
    if (address !== undefined) return address
  }
  throw new Error('Chromium has ended')
}
