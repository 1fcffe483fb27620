// Measures a sheet of 50,000 cells in real windows, with the standalone server and its SQLite
// store: `npm run bench:sheet-browser`. Prints the figures, the machine and the versions, and
// writes them to bench/results/. The machine should have no other load.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, release, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { SheetDocument } from '@whereabouts/univer/document'
import { Doc } from 'yjs'
import { CHROMIUM, find } from '../scripts/needs.mjs'
import { reportDate } from './machine.mjs'

const CELLS = 50_000
const COLUMNS = 25
const ROWS = CELLS / COLUMNS
const ROWS_A_POST = 200
const EDITS = 200
const EDIT_EVERY_MS = 50
const MAIN = fileURLToPath(new URL('../apps/standalone/dist/main.js', import.meta.url))
const LOOP = new URL('measured-loop.mjs', import.meta.url).href
const BYTES = { 'content-type': 'application/octet-stream' }

const executablePath = find(CHROMIUM)
const dataDir = mkdtempSync(join(tmpdir(), 'whereabouts-bench-'))
const doc = new Doc()

/** @type {[what: string, figure: string][]} */
const figures = []
const server = await start()
const browser = await chromium.launch({
  ...(executablePath !== undefined && { executablePath }),
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
})
try {
  await fill('full', doc)
  await measureFull()
  await measurePaste()
  await measureEntries()
} finally {
  await browser.close()
  const ended = once(server.child, 'exit')
  server.child.kill('SIGTERM')
  await ended
  rmSync(dataDir, { recursive: true, force: true })
}
report()

async function measureFull() {
  note('server memory before any window', mib((await server.measure()).rssBytes))
  const blank = await open('blank')
  note('a blank sheet, from address to cells that can be used', ms(blank.openMs))
  await blank.page.context().close()
  const first = await open('full')
  note(`${CELLS} cells, from address to cells that can be used`, ms(first.openMs))
  note('main thread blocked at most while opening', ms(await first.heldUp()))
  await first.page.reload()
  const againMs = await first.untilOpen()
  note('the same, from the browser’s storage', ms(againMs))
  const second = await open('full')
  note('server memory, two windows open', mib((await server.measure()).rssBytes))
  note('memory of the page', mib(await second.heapBytes()))
  await first.heldUp()
  await second.heldUp()
  const remote = await editRemotely(second)
  note(
    `one cell, from POST to the grid of a window (${EDITS} posts, one per ${EDIT_EVERY_MS} ms)`,
    spread(remote),
  )
  note('main thread blocked at most meanwhile', ms(await second.heldUp()))
  note('event loop of the server blocked at most meanwhile', ms((await server.measure()).heldUpMs))
  const typed = await typeLocally(first, second)
  note('one cell, from Enter in a window to the grid of the other (20 times)', spread(typed))
  const insertedMs = await insertRow(first, second)
  note('a row inserted at the top, from the click to the grid of the other', ms(insertedMs))
  note('main thread blocked at most by that, in the same window', ms(await first.heldUp()))
  note('main thread blocked at most by that, in the other', ms(await second.heldUp()))
  for (const { page } of [first, second]) await page.context().close()
}

async function measurePaste() {
  const first = await open('paste')
  const second = await open('paste')
  await first.heldUp()
  await second.heldUp()
  await server.measure()
  const text = Array.from({ length: 960 }, (_, row) =>
    Array.from({ length: COLUMNS + 1 }, (_column, column) => `text ${row} ${column}`).join('\t'),
  ).join('\n')
  await first.page.evaluate((copied) => navigator.clipboard.writeText(copied), text)
  await first.clickCell(0, 0)
  const beganMs = Date.now()
  await first.page.keyboard.press('Control+v')
  await first.untilCell([959, COLUMNS], `text 959 ${COLUMNS}`)
  note(`${960 * (COLUMNS + 1)} cells pasted, until they are in the grid`, ms(Date.now() - beganMs))
  await second.untilCell([959, COLUMNS], `text 959 ${COLUMNS}`)
  note('until they are in the grid of the other window', ms(Date.now() - beganMs))
  await first.page.locator('.saving:empty').waitFor({ state: 'attached', timeout: 120_000 })
  note('until all are acknowledged', ms(Date.now() - beganMs))
  note('main thread blocked at most, in the same window', ms(await first.heldUp()))
  note('main thread blocked at most, in the other', ms(await second.heldUp()))
  const { heldUpMs, rssBytes } = await server.measure()
  note('event loop of the server blocked at most', ms(heldUpMs))
  note('server memory at the end', mib(rssBytes))
}

/** Posts edits and returns how long each took to appear in a window's grid. */
async function measureEntries() {
  await fill('entries', new Doc(), Infinity)
  const { openMs, heldUp } = await open('entries')
  note(`${CELLS} cells as an entry each, from address to cells that can be used`, ms(openMs))
  note('main thread held up at most while opening', ms(await heldUp()))
}

/** Posts edits as somebody else does, and says how long each took to be in a window's grid. */
async function editRemotely(/** @type {Window} */ window) {
  await window.watchCell([0, 0])
  const postedMs = []
  for (let n = 0; n < EDITS; n++) {
    const update = edit(() => doc.getMap('cells:sheet-1').set('0:0', { v: n }))
    postedMs.push(Date.now())
    await post('full', update)
    await new Promise((resolve) => setTimeout(resolve, EDIT_EVERY_MS))
  }
  await window.untilCell([0, 0], EDITS - 1)
  const seen = await window.seen()
  // If two edits arrive in one frame, only the later one is visible.
  return postedMs.flatMap((atMs, n) => {
    const later = seen.find(({ value }) => typeof value === 'number' && value >= n)
    return later === undefined ? [] : [later.atMs - atMs]
  })
}

async function typeLocally(/** @type {Window} */ from, /** @type {Window} */ to) {
  const tookMs = []
  for (let n = 0; n < 20; n++) {
    // Each in another cell: two quick clicks on one would open its editor with what is in it.
    await from.clickCell(1 + n, 1)
    await from.page.keyboard.type(String(n))
    const beganMs = Date.now()
    await from.page.keyboard.press('Enter')
    await to.untilCell([1 + n, 1], n)
    tookMs.push(Date.now() - beganMs)
  }
  return tookMs
}

async function insertRow(/** @type {Window} */ from, /** @type {Window} */ to) {
  await from.heldUp()
  await to.heldUp()
  await from.clickCell(0, 0, 'right')
  await from.page.getByText('Insert', { exact: true }).hover()
  const beganMs = Date.now()
  const button = from.page.getByRole('button').filter({ hasText: 'rows above' })
  await button.dispatchEvent('click')
  await to.untilCell([1, 0], EDITS - 1)
  return Date.now() - beganMs
}

/**
 * @typedef {Awaited<ReturnType<typeof open>>} Window
 * @typedef {{ atMs: number, value: unknown }} Seen
 * @typedef {{ cell(sheet: string, row: number, column: number): { v?: unknown } }} Whereabouts
 * @typedef {{ whereabouts: Whereabouts, longestMs: number, seenCells: Seen[] }} Globals
 */

/** Creates a profile that records how long the main thread is blocked. */
async function createContext() {
  const permissions = ['clipboard-read', 'clipboard-write']
  const context = await browser.newContext({ viewport: { width: 1_200, height: 700 }, permissions })
  await context.addInitScript(() => {
    localStorage.setItem('whereabouts:person', '{"name":"Bench","color":"#1d4ed8"}')
    const globals = /** @type {Globals} */ (/** @type {unknown} */ (globalThis))
    globals.longestMs = 0
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        globals.longestMs = Math.max(globals.longestMs, duration)
      }
    }).observe({ type: 'longtask', buffered: true })
  })
  return context
}

/** Opens a sheet in a new profile. */
async function open(/** @type {string} */ room) {
  const context = await createContext()
  const page = await context.newPage()
  const untilOpen = async () => {
    const beganMs = Date.now()
    await page.locator('main[aria-busy="false"]').waitFor({ timeout: 120_000 })
    return Date.now() - beganMs
  }
  const beganMs = Date.now()
  await page.goto(`${server.baseUrl}/sheets/${room}`)
  await untilOpen()
  const openMs = Date.now() - beganMs
  return {
    page,
    openMs,
    untilOpen,
    /** Returns how long the main thread was blocked at most since the last call. */
    heldUp: () =>
      page.evaluate(() => {
        const globals = /** @type {Globals} */ (/** @type {unknown} */ (globalThis))
        const longest = globals.longestMs
        globals.longestMs = 0
        return longest
      }),
    heapBytes: async () => {
      const session = await context.newCDPSession(page)
      const { usedSize } = await session.send('Runtime.getHeapUsage')
      return usedSize
    },
    /** @param {readonly [row: number, column: number]} at @param {unknown} value */
    untilCell: ([row, column], value) =>
      page.waitForFunction(
        (wanted) => {
          const globals = /** @type {Globals} */ (/** @type {unknown} */ (globalThis))
          return globals.whereabouts.cell('sheet-1', wanted.row, wanted.column).v === wanted.value
        },
        { row, column, value },
        { timeout: 120_000 },
      ),
    /** Records the value of a cell in each frame from now on. */
    watchCell: (/** @type {readonly [row: number, column: number]} */ at) =>
      page.evaluate(([row, column]) => {
        const globals = /** @type {Globals} */ (/** @type {unknown} */ (globalThis))
        globals.seenCells = []
        const look = () => {
          const value = globals.whereabouts.cell('sheet-1', row, column).v
          if (globals.seenCells.at(-1)?.value !== value) {
            globals.seenCells.push({ atMs: Date.now(), value })
          }
          requestAnimationFrame(look)
        }
        look()
      }, at),
    seen: () =>
      page.evaluate(() => /** @type {Globals} */ (/** @type {unknown} */ (globalThis)).seenCells),
    /** @param {number} row @param {number} column @param {'left' | 'right'} [button] */
    clickCell: (row, column, button = 'left') =>
      page.locator('#univer-sheet-main-canvas_workbook').click({
        button,
        position: { x: 46 + (column + 0.5) * 88, y: 20 + (row + 0.5) * 24 },
      }),
  }
}

/**
 * Fills the first sheet of a room with texts, numbers, and a sum at the end of each row.
 *
 * @param {string} room
 * @param {Doc} into
 * @param {number} [blockFrom] from how many cells on they are written as blocks
 */
async function fill(room, into, blockFrom) {
  const begun = edit(() => into.getMap('sheets').set('sheet-1/rows', ROWS), into)
  await post(room, begun)
  const sheets = new SheetDocument(into, Math.random, blockFrom)
  for (let row = 0; row < ROWS; row += ROWS_A_POST) {
    await post(
      room,
      edit(() => sheets.apply(rowsFrom(row)), into),
    )
  }
  sheets.destroy()
}

/** @param {number} first @returns {import('@whereabouts/univer/document').Operation} */
function rowsFrom(first) {
  const last = COLUMNS - 1
  const rows = Array.from({ length: ROWS_A_POST }, (_row, at) => {
    const row = first + at
    const cells = Array.from({ length: last }, (_cell, column) => [
      column,
      { v: column === 0 ? `row ${row}` : row * COLUMNS + column },
    ])
    const sum = { f: `=SUM(B${row + 1}:${String.fromCodePoint(64 + last)}${row + 1})` }
    return [row, Object.fromEntries([...cells, [last, sum]])]
  })
  return { type: 'set-range-values', sheet: 'sheet-1', cellValue: Object.fromEntries(rows) }
}

/** Changes a document. */
function edit(/** @type {() => void} */ change, on = doc) {
  let update = new Uint8Array()
  on.once('update', (bytes) => {
    update = Uint8Array.from(bytes)
  })
  on.transact(change)
  return update
}

/**
 * @param {string} room
 * @param {Uint8Array} update
 */
async function post(room, update) {
  const request = { method: 'POST', headers: BYTES, body: Buffer.from(update) }
  const response = await fetch(`${server.baseUrl}/rooms/${room}/document`, request)
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${response.status} ${text}`)
}

/** Starts the standalone server, which reports its state on request. */
async function start() {
  const child = fork(MAIN, {
    execArgv: ['--import', LOOP],
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', WHEREABOUTS_DATA: dataDir },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  /** @type {string} */
  const baseUrl = await new Promise((resolve) => {
    let output = ''
    child.stdout?.on('data', (chunk) => {
      output += String(chunk)
      const address = /http:\/\/[^\s"/]+:[0-9]+/.exec(output)
      if (address !== null) resolve(address[0])
    })
  })
  /** @returns {Promise<{ heldUpMs: number, rssBytes: number }>} */
  const measure = async () => {
    const answer = once(child, 'message')
    child.send('measure')
    return (await answer)[0]
  }
  return { child, baseUrl, measure }
}

/** @param {number} value */
function ms(value) {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`
}

/** @param {number} bytes */
function mib(bytes) {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`
}

/** @param {number[]} values */
function spread(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (/** @type {number} */ share) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0
  return `p50 ${ms(at(0.5))}, p99 ${ms(at(0.99))}, longest ${ms(at(1))}`
}

/**
 * @param {string} what
 * @param {string} figure
 */
function note(what, figure) {
  figures.push([what, figure])
  console.log(`${what}: ${figure}`)
}

function report() {
  const processors = cpus()
  const lines = [
    `# A sheet of ${CELLS} cells in windows`,
    '',
    `${reportDate()}, ${processors.length} x ${processors[0]?.model}, ` +
      `${mib(totalmem())}, ${process.platform} ${release()}, Node ${process.version}, ` +
      `Chromium ${browser.version()}, @univerjs/core ${version('@univerjs/core')}, yjs ${version('yjs')}`,
    '',
    '| what | figure |',
    '| --- | --- |',
    ...figures.map(([what, figure]) => `| ${what} | ${figure} |`),
    '',
  ]
  writeFileSync(new URL('results/sheet-browser.md', import.meta.url), lines.join('\n'))
}

/** @param {string} name */
function version(name) {
  const manifest = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  /** @type {{ version: string }} */
  const { version: installed } = JSON.parse(readFileSync(manifest, 'utf8'))
  return installed
}
