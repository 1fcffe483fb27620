// `npm run bench:office-load`: measures a first visit to the office in a real browser with an empty cache: how
// much JavaScript comes, and how long the main thread works, until there is something to use.
//
//   --quick             one visit of each page and none by a phone, for trying it only
//   --results folder    where the results go; bench/results by default
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { Figures } from './figures.mjs'
import { withOffice } from './office.mjs'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    results: { type: 'string', default: join(import.meta.dirname, 'results') },
  },
})
const { quick, results } = values
const VISITS = quick ? 1 : 5
const PERSON = '{"name":"Bench","color":"#1d4ed8"}'

/** A phone of Lighthouse: a processor four times as slow, 1.6 Mbit/s and 150 ms. */
const PHONE = { cpu: 4, latencyMs: 150, bytesPerSecond: (1.6 * 1024 * 1024) / 8 }

/** What comes after there is something to use. @see ../test/browser/office-start.test.ts, OF7 */
const LATER = /\/assets\/(?:univer-functions|function-texts|univer-icons|formulas\.worker)-/

/** Each route, with what there is to be seen when it can be used. */
const ROUTES = [
  { name: 'home', path: '/', ready: 'main h1, main h2' },
  { name: 'page', path: '/pages/blank', ready: '.ProseMirror' },
  { name: 'sheet', path: '/sheets/blank', ready: 'main[aria-busy="false"]' },
]

/**
 * What the page notes of itself.
 *
 * @typedef {{ tasks: number[], cls: number, lcpMs: number }} Noted
 */

const figures = new Figures()
await withOffice(async (office) => {
  for (const route of ROUTES) await measure(office, route)
  figures.write(results, {
    name: 'office-load',
    title: 'The first visit to the office',
    about:
      `Each page ${VISITS} times with an empty cache; medians, with the least and the most. The phone is one ` +
      'visit with a processor four times as slow, 1.6 Mbit/s and 150 ms.',
    quick,
    versions: `Chromium ${office.browser.version()}`,
  })
})

/**
 * @param {import('./office.mjs').Office} office
 * @param {typeof ROUTES[number]} route
 */
async function measure(office, route) {
  const { name } = route
  const visits = []
  for (let n = 0; n < VISITS; n++) visits.push(await visit(office, route, null))
  const [first] = visits
  if (first === undefined) throw new Error('there was no visit')
  const sizes = { gzipped: first.gzipped / 1_000, sent: first.transferred / 1_000 }
  figures.note(`${name}: JavaScript until it can be used`, 'KB', sizes)
  figures.note(`${name}: requests for it`, '', first.parts)
  const note = (/** @type {string} */ what, /** @type {readonly number[]} */ times) =>
    figures.note(`${name}: ${what}`, 'ms', middleOf(times))
  note(
    'until it can be used',
    visits.map(({ readyMs }) => readyMs),
  )
  note(
    'main thread until then',
    visits.map(({ busyMs }) => busyMs),
  )
  note(
    'longest task until then',
    visits.map(({ longestMs }) => longestMs),
  )
  if (quick) return
  const { fcpMs, lcpMs, tbtMs, cls, readyMs } = await visit(office, route, PHONE)
  const times = { FCP: fcpMs, LCP: lcpMs, TBT: tbtMs, 'can be used after': readyMs }
  figures.note(`${name}: on a phone`, 'ms', times)
  figures.note(`${name}: on a phone, layout shift`, '', cls)
}

/**
 * One visit with an empty cache.
 *
 * @param {import('./office.mjs').Office} office
 * @param {typeof ROUTES[number]} route
 * @param {typeof PHONE | null} slow
 */
async function visit({ browser, baseUrl }, { path, ready }, slow) {
  const viewport = slow === null ? { width: 1_200, height: 700 } : { width: 412, height: 823 }
  const context = await browser.newContext({ viewport })
  await context.addInitScript(watch, PERSON)
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  if (slow !== null) await slowDown(session, slow)
  await session.send('Performance.enable')
  /** @type {import('playwright-core').Response[]} */
  const scripts = []
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') scripts.push(response)
  })
  await page.goto(`${baseUrl}${path}`, { waitUntil: 'commit' })
  await page.locator(ready).first().waitFor({ timeout: 120_000 })
  const busyMs = await taskMs(session)
  const readyMs = await page.evaluate(() => performance.now())
  const before = await noted(page)
  // What comes after it counts for the phone's figures, too.
  if (slow !== null) await new Promise((resolve) => setTimeout(resolve, 10_000))
  const after = await noted(page)
  const needed = scripts.filter((response) => !LATER.test(response.url()))
  const bodies = await Promise.all(needed.map((response) => response.body()))
  const sizes = await Promise.all(needed.map((response) => response.request().sizes()))
  const fcpMs = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
  )
  await context.close()
  return {
    fcpMs,
    lcpMs: after.lcpMs,
    tbtMs: after.tasks.reduce((sum, task) => sum + Math.max(0, task - 50), 0),
    cls: after.cls,
    readyMs,
    busyMs,
    longestMs: Math.max(0, ...before.tasks),
    parts: needed.length,
    gzipped: bodies.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).length, 0),
    transferred: sizes.reduce((sum, { responseBodySize }) => sum + responseBodySize, 0),
  }
}

/** Runs in the page before everything else. */
function watch(/** @type {string} */ person) {
  localStorage.setItem('whereabouts:person', person)
  /** @type {Noted} */
  const seen = { tasks: [], cls: 0, lcpMs: NaN }
  Object.assign(globalThis, { noted: seen })
  /** @type {Readonly<Record<string, (entry: PerformanceEntry & { value?: number }) => void>>} */
  const kinds = {
    longtask: ({ duration }) => void seen.tasks.push(duration),
    'layout-shift': ({ value = 0 }) => void (seen.cls += value),
    'largest-contentful-paint': ({ startTime }) => void (seen.lcpMs = startTime),
  }
  for (const [type, take] of Object.entries(kinds)) {
    const observer = new PerformanceObserver((list) => list.getEntries().forEach(take))
    observer.observe({ type, buffered: true })
  }
}

/** @param {import('playwright-core').Page} page @returns {Promise<Noted>} */
function noted(page) {
  return page.evaluate(
    () => /** @type {{ noted: Noted }} */ (/** @type {unknown} */ (globalThis)).noted,
  )
}

/** How long the main thread has worked. @param {import('playwright-core').CDPSession} session */
async function taskMs(session) {
  const { metrics } = await session.send('Performance.getMetrics')
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN) * 1_000
}

/**
 * @param {import('playwright-core').CDPSession} session
 * @param {typeof PHONE} phone
 */
async function slowDown(session, { cpu, latencyMs, bytesPerSecond }) {
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: latencyMs,
    downloadThroughput: bytesPerSecond,
    uploadThroughput: bytesPerSecond / 2,
  })
  await session.send('Emulation.setCPUThrottlingRate', { rate: cpu })
}

/** @param {readonly number[]} times */
function middleOf(times) {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (/** @type {number} */ index) => sorted[index] ?? NaN
  const median = at(Math.floor(sorted.length / 2))
  return sorted.length === 1 ? median : { median, least: at(0), most: at(sorted.length - 1) }
}
