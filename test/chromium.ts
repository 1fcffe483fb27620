import { chromium, type Browser, type LaunchOptions } from 'playwright-core'
import { CHROMIUM, find, missing } from '../scripts/needs.mjs'

/**
 * A window has pages of the browser's own behind its address bar, which cost as much as half of a
 * sheet and are never seen here. The last list of these counts, so it begins with what playwright's
 * has of use here.
 */
const WITHOUT = [
  'AimEnabled',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxPopup',
]

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${WITHOUT.join(',')}`,
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
