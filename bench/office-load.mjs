// Measures a first visit to the office in a real browser with an empty cache: how much JavaScript comes, and
// how long the main thread works, until there is something to use. `npm run bench:office-load`; with `--quick`
// one visit each, for CI. Prints the figures and the machine; writes them to bench/results/ unless quick.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, release, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'
import { CHROMIUM, find } from '../scripts/needs.mjs'
import { reportDate } from './machine.mjs'

const IS_QUICK = process.argv.includes('--quick')
const VISITS = IS_QUICK ? 1 : 7
const MAIN = fileURLToPath(new URL('../apps/standalone/dist/main.js', import.meta.url))
const PERSON = '{"name":"Bench","color":"#1d4ed8"}'

/** A phone of Lighthouse: a processor four times as slow, 1.6 Mbit/s and 150 ms. */
const PHONE = { cpu: 4, latencyMs: 150, bytesPerSecond: (1.6 * 1024 * 1024) / 8 }

/** What comes after there is something to use. @see ../test/browser/office-start.test.ts, OF7 */
const LATER = /\/assets\/(?:univer-functions|univer-icons|formulas\.worker)-/

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

const executablePath = find(CHROMIUM)
const dataDir = mkdtempSync(join(tmpdir(), 'whereabouts-bench-'))
const server = await startServer()
const browser = await chromium.launch({
  ...(executablePath !== undefined && { executablePath }),
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
})
/** @type {string[]} */
const lines = []
try {
  for (const route of ROUTES) await measure(route)
} finally {
  await browser.close()
  const ended = once(server.child, 'exit')
  server.child.kill('SIGTERM')
  await ended
  rmSync(dataDir, { recursive: true, force: true })
}
if (!IS_QUICK) report()

/** @param {typeof ROUTES[number]} route */
async function measure(route) {
  const visits = []
  for (let n = 0; n < VISITS; n++) visits.push(await visit(route, null))
  const phone = await visit(route, PHONE)
  const [first] = visits
  if (first === undefined) throw new Error('there was no visit')
  const { gzipped, transferred, parts } = first
  note(
    `${route.name}: JavaScript until it can be used`,
    `${kb(gzipped)} gzipped, ${kb(transferred)} sent`,
  )
  note(`${route.name}: requests for it`, String(parts))
  note(`${route.name}: until it can be used`, spread(visits.map(({ readyMs }) => readyMs)))
  note(`${route.name}: main thread until then`, spread(visits.map(({ busyMs }) => busyMs)))
  note(`${route.name}: longest task until then`, spread(visits.map(({ longestMs }) => longestMs)))
  const { fcpMs, lcpMs, tbtMs, cls, readyMs } = phone
  const figures = [
    `FCP ${ms(fcpMs)}`,
    `LCP ${ms(lcpMs)}`,
    `TBT ${ms(tbtMs)}`,
    `CLS ${cls.toFixed(3)}`,
  ]
  note(`${route.name}: on a phone`, `${figures.join(', ')}, can be used after ${ms(readyMs)}`)
}

/**
 * One visit with an empty cache.
 *
 * @param {typeof ROUTES[number]} route
 * @param {typeof PHONE | null} slow
 */
async function visit({ path, ready }, slow) {
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
  await page.goto(`${server.baseUrl}${path}`, { waitUntil: 'commit' })
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

async function startServer() {
  const env = { ...process.env, PORT: '0', HOST: '127.0.0.1', WHEREABOUTS_DATA: dataDir }
  const child = fork(MAIN, { env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  /** @type {string} */
  const baseUrl = await new Promise((resolve) => {
    let output = ''
    child.stdout?.on('data', (chunk) => {
      output += String(chunk)
      const [address] = /http:\/\/[^\s"/]+:[0-9]+/.exec(output) ?? []
      if (address !== undefined) resolve(address)
    })
  })
  return { child, baseUrl }
}

function note(/** @type {string} */ what, /** @type {string} */ figure) {
  lines.push(`| ${what} | ${figure} |`)
  console.log(`${what}: ${figure}`)
}

function spread(/** @type {readonly number[]} */ values) {
  const sorted = values.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? NaN
  if (sorted.length === 1) return ms(median)
  return `${ms(median)} (${ms(sorted[0] ?? NaN)} to ${ms(sorted.at(-1) ?? NaN)})`
}

function ms(/** @type {number} */ value) {
  return `${Math.round(value).toLocaleString('en')} ms`
}

function kb(/** @type {number} */ bytes) {
  return `${Math.round(bytes / 1_000).toLocaleString('en')} KB`
}

function report() {
  const machine = `${cpus()[0]?.model} × ${cpus().length}, ${Math.round(totalmem() / 2 ** 30)} GiB`
  const text = `# The first visit to the office

Measured ${reportDate()} UTC by \`npm run bench:office-load\`: ${VISITS} visits each, medians with the least and the most.
The phone is one visit with a processor four times as slow, 1.6 Mbit/s and 150 ms.
${machine}, ${process.platform} ${release()}, Node ${process.version}, Chromium ${browser.version()}.

| | |
| --- | --- |
${lines.join('\n')}
`
  writeFileSync(new URL('results/office-load.md', import.meta.url), text)
}
