import { chromium, type Browser, type LaunchOptions } from 'playwright-core'
import { CHROMIUM, find, missing } from '../scripts/needs.mjs'

/**
 * Features that cost memory and time and that no test sees, such as pages behind the address bar.
 * Chromium uses only the last such list, so this one starts with the useful entries of
 * playwright's.
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

/** What the tests' Chromium is started with. */
export const ARGUMENTS: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${WITHOUT.join(',')}`,
]

/** Finds the system's Chromium. @throws {Error} that says how to install it, if there is none. */
export function chromiumPath(): string {
  const path = find(CHROMIUM)
  if (path === undefined) throw new Error(missing(CHROMIUM))
  return path
}

/**
 * Starts the system's Chromium, headless and with its own profile. Keeps the back-forward cache,
 * which users have and playwright turns off.
 */
export function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    ...options,
    args: [...ARGUMENTS, ...(options.args ?? [])],
  })
}
