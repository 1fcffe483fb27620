// Measures what a window's main thread does for a large sheet and a large paste, and whether memory
// grows while people play: `npm run build && node bench/sheet-tasks.mjs [open] [paste] [play]`.
// With PROFILES=folder it writes CPU profiles there instead; build with `vite build --minify false`.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { joinRoom } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import { SheetDocument } from '@whereabouts/univer/document'
import { Doc } from 'yjs'
import { CHROMIUM, find } from '../scripts/needs.mjs'
import { profiled, traced } from './main-thread.mjs'
import { SheetPage } from './sheet-page.mjs'

const COLUMNS = 25
const ROWS = 2_000
const ROWS_A_STEP = 200
const PASTED_ROWS = 960
const PASTED_COLUMNS = 26
const PEOPLE = 20
const PLAY_S = Number(process.env['PLAY_S'] ?? 60)
const MAIN = fileURLToPath(new URL('../apps/standalone/dist/main.js', import.meta.url))

const profiles = process.env['PROFILES']
const [, , ...wanted] = process.argv
const isWanted = (/** @type {string} */ name) => wanted.length === 0 || wanted.includes(name)

const dataDir = mkdtempSync(join(tmpdir(), 'whereabouts-bench-'))
const child = fork(MAIN, {
  env: { ...process.env, PORT: '0', HOST: '127.0.0.1', WHEREABOUTS_DATA: dataDir },
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
})
const executablePath = find(CHROMIUM)
const browser = await chromium.launch({
  ...(executablePath !== undefined && { executablePath }),
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
})
console.log(
  `${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}, Chromium ${browser.version()}`,
)
const baseUrl = await addressOf(child)
try {
  if (isWanted('open')) await measureOpening()
  if (isWanted('paste')) await measurePaste()
  if (isWanted('play')) await measurePlay()
} finally {
  await browser.close()
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
  rmSync(dataDir, { recursive: true, force: true })
}

async function measureOpening() {
  await fill('full')
  for (const room of ['blank', 'full']) {
    const window = await prepare(room)
    await observed(`${room} opened`, window, async () => {
      await window.goTo()
      await window.settle()
    })
    await window.close()
  }
}

async function measurePaste() {
  const table = Array.from({ length: PASTED_ROWS }, (_, row) =>
    Array.from({ length: PASTED_COLUMNS }, (_column, column) => cellAt(row, column)),
  )
  const text = table.map((cells) => cells.join('\t')).join('\n')
  const rows = table.map((cells) => `<tr><td>${cells.join('</td><td>')}</td></tr>`)
  await measureOnePaste('text', { 'text/plain': text })
  await measureOnePaste('html', {
    'text/plain': text,
    'text/html': `<table>${rows.join('')}</table>`,
  })
  await measureOnePaste('copied here', { 'text/plain': text }, true)
}

/** Pastes into one window, and looks at another one meanwhile. */
async function measureOnePaste(
  /** @type {string} */ name,
  /** @type {Record<string, string>} */ contents,
  isCopiedAgain = false,
) {
  const room = `paste-${name.replaceAll(' ', '-')}`
  const [first, second] = [await prepare(room), await prepare(room)]
  for (const window of [first, second]) {
    await window.goTo()
  }
  await first.copy(contents)
  await first.clickCell(0, 0)
  await first.settle()
  const last = /** @type {const} */ ([PASTED_ROWS - 1, PASTED_COLUMNS - 1])
  const value = cellAt(...last)
  const paste = async () => {
    const beganMs = performance.now()
    const after = (/** @type {Promise<unknown>} */ what) =>
      what.then(() => performance.now() - beganMs)
    await first.page.keyboard.press('Control+v')
    const [grid, other, saved] = await Promise.all([
      after(first.untilCell(last, value)),
      after(second.untilCell(last, value)),
      after(first.untilCell(last, value).then(() => first.untilSaved())),
    ])
    console.log(`  in the grid ${ms(grid)}, in the other's ${ms(other)}, saved ${ms(saved)}`)
    await first.settle()
  }
  if (isCopiedAgain) {
    await paste()
    await first.page.keyboard.press('Control+a')
    await first.page.keyboard.press('Control+c')
    await first.settle()
    await first.page.keyboard.press('Delete')
    await first.untilCell(last, undefined)
    await second.untilCell(last, undefined)
    await first.settle()
    await first.clickCell(0, 0)
  }
  await observed(`pasted, ${name}`, first, async () => {
    if (profiles !== undefined) return paste()
    const { longestMs, busyMs } = await second.observing(paste)
    console.log(
      `  the other window: main thread ${ms(busyMs)} in long tasks, longest ${ms(longestMs)}`,
    )
  })
  await first.close()
  await second.close()
}

/** Texts, numbers and dates as people have them. */
function cellAt(/** @type {number} */ row, /** @type {number} */ column) {
  if (column % 3 === 0) return `text ${row} ${column}`
  return column % 3 === 1 ? row * 26 + column : 'open'
}

/** A window in which one person edits, and others who move and write without a browser. */
async function measurePlay() {
  const window = await prepare('play')
  await window.goTo()
  const people = Array.from({ length: PEOPLE - 1 }, (_, at) => play(at))
  await window.clickCell(0, 0)
  const until = performance.now() + PLAY_S * 1_000
  let typed = 0
  const count = async () => console.log(`  ${JSON.stringify(await window.counts())}`)
  console.log(`${PEOPLE} people play for ${PLAY_S} s`)
  let nextMs = performance.now()
  while (performance.now() < until) {
    if (performance.now() >= nextMs) {
      await count()
      nextMs += (PLAY_S / 6) * 1_000
    }
    await window.page.keyboard.type(`t${typed++}`)
    await window.page.keyboard.press('Enter')
    await new Promise((resolve) => setTimeout(resolve, 200))
    if (typed % 20 === 0) for (let n = 0; n < 20; n++) await window.page.keyboard.press('ArrowUp')
  }
  for (const person of people) await person.leave()
  await window.settle()
  await count()
  await window.close()
}

/** Moves and writes as one person, each half a second. */
function play(/** @type {number} */ at) {
  const doc = new Doc()
  const room = enter('play', `Person ${at}`)
  const provider = new RoomProvider(room, doc)
  const sheets = new SheetDocument(doc)
  let turn = 0
  const timer = setInterval(() => {
    turn += 1
    const [row, column] = [(turn * 7 + at) % 30, 1 + ((turn + at) % 12)]
    const cell = sheets.cellKeyAt('sheet-1', row, column)
    room.move({ sheet: 'sheet-1', cell: cell ?? '0:0' })
    if (turn % 2 === 0) {
      const cellValue = { [row]: { [column]: { v: `p${at} ${turn}` } } }
      sheets.takeChanges()
      sheets.apply({ type: 'set-range-values', sheet: 'sheet-1', cellValue })
    }
  }, 500)
  return {
    async leave() {
      clearInterval(timer)
      sheets.destroy()
      await provider.destroy()
      await room.leave()
    },
  }
}

/** Prints what the main thread did, or writes a profile of it. */
async function observed(
  /** @type {string} */ name,
  /** @type {SheetPage} */ { page },
  /** @type {() => Promise<void>} */ what,
) {
  if (profiles === undefined) {
    print(name, await traced(page, what))
    return
  }
  const file = join(profiles, `${name.replaceAll(/\W+/g, '-')}.cpuprofile`)
  writeFileSync(file, JSON.stringify(await profiled(page, what)))
  console.log(`${name}: ${file}`)
}

/** @param {string} name @param {import('./main-thread.mjs').Work} work */
function print(name, { busyMs, longestMs, longTasks }) {
  console.log(
    `${name}: main thread ${ms(busyMs)}, longest ${ms(longestMs)}, ${longTasks} over 50 ms`,
  )
}

/** A window in a new profile, before it goes anywhere. */
const prepare = (/** @type {string} */ room) =>
  SheetPage.prepare(browser, `${baseUrl}/sheets/${room}`)

/** @param {string} room @param {string} name */
function enter(room, name) {
  return joinRoom({ url: baseUrl, room, user: { name, color: '#1d4ed8' } })
}

/** Fills the first sheet of a room with texts, numbers, and a sum at the end of each row. */
async function fill(/** @type {string} */ roomName) {
  const doc = new Doc()
  doc.getMap('sheets').set('sheet-1/rows', ROWS)
  const sheets = new SheetDocument(doc)
  for (let row = 0; row < ROWS; row += ROWS_A_STEP) sheets.apply(rowsFrom(row))
  const room = enter(roomName, 'Bench')
  const provider = new RoomProvider(room, doc)
  if (!provider.saved) await new Promise((resolve) => provider.on('saved', resolve))
  await provider.destroy()
  await room.leave()
}

/** @param {number} first @returns {import('@whereabouts/univer/document').Operation} */
function rowsFrom(first) {
  const last = COLUMNS - 1
  const rows = Array.from({ length: ROWS_A_STEP }, (_row, at) => {
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

/** @param {import('node:child_process').ChildProcess} server @returns {Promise<string>} */
function addressOf(server) {
  return new Promise((resolve) => {
    let output = ''
    server.stdout?.on('data', (chunk) => {
      output += String(chunk)
      const address = /http:\/\/[^\s"/]+:[0-9]+/.exec(output)
      if (address !== null) resolve(address[0])
    })
  })
}

/** @param {number} value */
function ms(value) {
  return `${value.toFixed(0)} ms`
}
