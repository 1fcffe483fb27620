import type { Browser } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { TestRoom } from 'whereabouts-conformance/room'
import { launchChromium } from '../chromium.js'
import { Front } from './front.js'
import { ann, bob, goTo, Pages, reads, type } from './pages.js'

const pages = new Pages({ confirmMs: 2_000, leaseMs: 3_000, heartbeatMs: 1_000 })

/** Stops all processes of a browser but the one that answers the test, as a computer does that sleeps. */
async function sleep(browser: Browser): Promise<() => void> {
  const devTools = await browser.newBrowserCDPSession()
  const { processInfo } = await devTools.send('SystemInfo.getProcessInfo')
  const asleep = processInfo.filter((each) => each.type !== 'browser').map(({ id }) => id)
  signal(asleep, 'SIGSTOP')
  return () => signal(asleep, 'SIGCONT')
}

/** One that helps for a moment may have ended meanwhile. */
function signal(processes: readonly number[], name: 'SIGSTOP' | 'SIGCONT'): void {
  for (const id of processes) {
    try {
      process.kill(id, name)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

describe('a window', { timeout: 180_000 }, () => {
  it('[CO2 CL66 CL70 CL94] whose computer sleeps is away and then gone for others, and has and says everything once it is awake', async () => {
    const name = pages.newRoom()
    const browser = await launchChromium()
    try {
      await using watcher = await new TestRoom(pages.baseUrl, name).watch()
      await using bobs = await pages.open(name, bob)
      await using window = await pages.open(name, ann, { browser })
      await type(window, 'written before,')
      await reads(bobs, /written before,/)
      const annNow = () =>
        [...watcher.state.members.values()].find(({ user }) => user?.name === 'Ann')?.status
      expect(annNow()).toBe('online')
      await type(window, ' right before')
      const wake = await sleep(browser)
      try {
        await watcher.until('away', () => annNow() === 'away')
        await watcher.until('gone', () => annNow() === undefined)
        // Elsewhere, as the last letters of the other may still be on their way.
        await goTo(bobs, 'Control+Home')
        await type(bobs, 'meanwhile and ')
        await bobs.untilSaved()
      } finally {
        wake()
      }
      await reads(window, /^meanwhile and /)
      await reads(bobs, /written before, right before$/)
      await window.untilSaved()
      await watcher.until('back', () => annNow() === 'online')
      await expect.poll(() => window.status.textContent(), { timeout: 30_000 }).toBe('Live')
      expect(await window.written()).toBe(await bobs.written())
    } finally {
      await browser.close()
    }
  })

  it('[CL64 CL65 OF23] behind a proxy that begins to refuse streams goes on by long-polls, and comes back to a stream', async () => {
    const name = pages.newRoom()
    await using front = await Front.before({ '': pages.baseUrl })
    const isStream = (url = '') => /\/(?:events|streams)\b/.test(url)
    await using bobs = await pages.open(name, bob)
    await using window = await pages.open(name, ann, front)
    const says = () => window.status.textContent()
    await expect.poll(says).toBe('Live')
    front.answer = ({ url }) =>
      isStream(url)
        ? { status: 403, headers: { 'content-type': 'text/html' }, body: '<h1>Forbidden</h1>' }
        : undefined
    front.cut()
    await type(window, 'without a stream,')
    await reads(bobs, /without a stream,/)
    await goTo(bobs)
    await type(bobs, ' both ways')
    await reads(window, / both ways/)
    await window.untilSaved()
    await expect.poll(says, { timeout: 60_000 }).toBe('Live, slow network')
    front.answer = () => undefined
    await expect.poll(says, { timeout: 120_000 }).toBe('Live')
    front.asked.length = 0
    await type(bobs, ', and by a stream')
    await reads(window, /by a stream/)
    expect(front.asked.filter((url) => url.includes('/changes'))).toEqual([])
  })
})
