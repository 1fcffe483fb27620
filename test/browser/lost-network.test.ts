import type { BrowserContext, Request } from 'playwright-core'
import { expect, it } from 'vitest'
import { LATE_MS } from 'whereabouts-conformance/deadline'
import { launchChromium } from '../chromium.js'
import { Namespace } from '../namespace.js'
import { startServer } from '../servers/standalone.js'
import { OfficeWindow } from './office-window.js'
import { ann, bob } from './office.js'
import { goTo, reads, type } from './pages.js'

/** How long a visible person is online without a word, as PROTOCOL.md CL68 and CO2 have it. */
const PROMISE_MS = 18_500
const LEASE_MS = 10_000
/** As CL71 has it. */
const NOT_LIVE_MS = 16_000
/** As OF89 has it. */
const RECONNECTING_MS = 15_000

it('[CO2 CL66 CL71 OF89] a window whose packets are dropped is away and gone for others, says so, and saves what was typed', async () => {
  await using network = await Namespace.make()
  await using server = await startServer({ leaseMs: LEASE_MS }, 0, [], {
    HOST: network.address,
    WHEREABOUTS_AUTH: 'open',
  })
  await using browser = await launchChromium()
  await using browserInside = await network.launchChromium()
  const { baseUrl } = server
  const place = { baseUrl, path: '/pages/lost' }
  await using bobs = await OfficeWindow.open(browser, { ...place, person: bob })
  await bobs.untilOpen()
  const context = await browserInside.newContext()
  const streams = openStreams(context)
  await using anns = await OfficeWindow.open(browserInside, { ...place, person: ann, context })
  await anns.untilOpen()
  const statusOf = (window: OfficeWindow, name: string) =>
    window.avatar(name).getAttribute('data-status')
  const says = () => anns.status.textContent()
  await expect.poll(says).toBe('Live')
  await expect.poll(() => statusOf(bobs, 'Ann')).toBe('online')
  await goTo(anns)
  await type(anns, 'Some text')
  await anns.untilSaved()
  await reads(bobs, 'Some text')

  await expect.poll(() => streams.size).toBe(1)
  await network.lose()
  const lostAt = performance.now()
  const leftMs = (limitMs: number) => lostAt + limitMs + LATE_MS - performance.now()
  await type(anns, ' and more')
  await goTo(bobs, 'Control+Home')
  await type(bobs, 'Bob: ')
  await expect.poll(says, { timeout: leftMs(NOT_LIVE_MS) }).toBe('Reconnecting…')
  await anns.page.getByText('Not saved yet, kept in this browser').waitFor()
  await expect.poll(() => statusOf(bobs, 'Ann'), { timeout: leftMs(PROMISE_MS) }).toBe('away')
  // The end of a connection would have told the server at once.
  expect(performance.now() - lostAt).toBeGreaterThan(PROMISE_MS / 3)
  await expect
    .poll(() => bobs.avatar('Ann').count(), { timeout: leftMs(PROMISE_MS + LEASE_MS) })
    .toBe(0)
  await expect
    .poll(() => statusOf(anns, 'Bob'), {
      timeout: leftMs(NOT_LIVE_MS + RECONNECTING_MS),
    })
    .toBe('away')
  // The browser itself noticed nothing.
  const page = () => [document.visibilityState, navigator.onLine]
  expect(await anns.page.evaluate(page)).toEqual(['visible', true])
  expect(await bobs.written()).toBe('Bob: Some text')

  await network.mend()
  await reads(bobs, 'Bob: Some text and more')
  await anns.untilSaved()
  await reads(anns, 'Bob: Some text and more')
  await expect.poll(says).toBe('Live')
  await expect.poll(() => statusOf(bobs, 'Ann')).toBe('online')
  await expect.poll(() => statusOf(anns, 'Bob')).toBe('online')
})

/** The streams of a browser that haven't ended. */
function openStreams(context: BrowserContext): ReadonlySet<Request> {
  const open = new Set<Request>()
  context.on('response', (response) => {
    const type = response.headers()['content-type'] ?? ''
    if (type.startsWith('text/event-stream')) open.add(response.request())
  })
  context.on('requestfinished', (request) => open.delete(request))
  context.on('requestfailed', (request) => open.delete(request))
  return open
}
