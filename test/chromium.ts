import { chromium, type Browser, type LaunchOptions } from 'playwright-core'
import { CHROMIUM, find, missing } from '../scripts/needs.mjs'

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Where the system's Chromium is. @throws {Error} that says how to get one, if there is none. */
function chromiumPath(): string {
  const path = find(CHROMIUM)
  if (path === undefined) throw new Error(missing(CHROMIUM))
  return path
}

/**
 * Starts the system's Chromium, headless, with a profile of its own, and with the back-forward
 * cache, which playwright turns off, as people have it.
 */
export function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    ...options,
    args: [...ARGUMENTS, ...(options.args ?? [])],
  })
}
