// `npm run bench:sheet-browser`: measures sheets in real windows, with the standalone server and its
// SQLite store. Without a name, all parts: `node bench/sheet-browser.mjs open edit paste play`.
//
//   --quick              little of everything, for trying it only
//   --play-s 600         how long 20 people play; a minute by default
//   --profiles folder    writes CPU profiles of opening and pasting instead; for names in them, build the
//                        office with `vite build --minify false`
//   --results folder     where the results go; bench/results by default
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Figures, mib, spread, versionsOf } from './figures.mjs'
import { profiled, traced } from './main-thread.mjs'
import { withOffice } from './office.mjs'
import { cellsOf, fill, pastedTable, RemoteEditor } from './sheet-content.mjs'
import { SheetPage } from './sheet-page.mjs'
import { Players } from './sheet-players.mjs'

const PARTS = { open: measureOpening, edit: measureEdits, paste: measurePastes, play: measurePlay }
const EDIT_EVERY_MS = 50
const TYPE_EVERY_MS = 200
/** A window shows so many rows, of which the first is never typed into. */
const ROWS_SEEN = 20

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    'play-s': { type: 'string' },
    profiles: { type: 'string' },
    results: { type: 'string', default: join(import.meta.dirname, 'results') },
  },
})
const { quick, profiles, results } = values
const size = quick
  ? { rows: 200, edits: 5, typed: 3, pasted: 40, people: 3, playS: 2, settlesMs: 300 }
  : { rows: 2_000, edits: 200, typed: 20, pasted: 960, people: 20, playS: 60, settlesMs: 2_000 }
/** Waits for what still follows from what was done. */
const settled = () => sleep(size.settlesMs)
const playS = Number(values['play-s'] ?? size.playS)
const cells = cellsOf(size.rows).toLocaleString('en')
const parts = Object.entries(PARTS).filter(
  ([name]) => positionals.length === 0 || positionals.includes(name),
)
if (profiles !== undefined) mkdirSync(profiles, { recursive: true })

const figures = new Figures()
await withOffice(async (office) => {
  for (const [, measure] of parts) await measure(office)
  figures.note('server memory at the end', 'MiB', mib((await office.measure()).rssBytes))
  figures.write(results, {
    name: 'sheet-browser',
    title: 'A sheet in windows',
    about:
      `A sheet of ${cells} cells in real windows beside the standalone server, all on one machine. *Main ` +
      'thread* is the time that all tasks of a window took, and its longest one.',
    quick,
    versions: `Chromium ${office.browser.version()}, ${versionsOf(['@univerjs/core', 'yjs'])}`,
  })
})

/** @typedef {import('./office.mjs').Office} Office */

/** @param {Office} office */
async function measureOpening(office) {
  await fill(office.baseUrl, 'full', size.rows)
  await opened(office, 'blank', 'a blank sheet opened')
  if (!quick) {
    await fill(office.baseUrl, 'entries', size.rows, Infinity)
    await opened(office, 'entries', `${cells} cells as an entry each, opened`)
  }
  const window = await opened(office, 'full', `${cells} cells opened`, true)
  if (profiles !== undefined) return
  const againMs = await window.goTo()
  figures.note(`${cells} cells opened again, from the browser’s storage`, 'ms', againMs)
  const { JSHeapUsedSize = NaN } = await window.counts()
  figures.note('memory of its window', 'MiB', mib(JSHeapUsedSize))
  await window.close()
}

/**
 * @param {Office} office
 * @param {string} room
 * @param {string} what
 */
async function opened(office, room, what, isKept = false) {
  const window = await windowOn(office, room)
  await observed(what, window, async () => {
    const tookMs = await window.goTo()
    await settled()
    return { 'cells can be used after': tookMs }
  })
  if (!isKept) await window.close()
  return window
}

/** @param {Office} office */
async function measureEdits(office) {
  const doc = await fill(office.baseUrl, 'edited', size.rows)
  const [first, second] = [await windowOn(office, 'edited'), await windowOn(office, 'edited')]
  for (const window of [first, second]) await window.goTo()
  await office.measure()
  const remote = await second.observing(() =>
    editRemotely(second, new RemoteEditor(office.baseUrl, 'edited', doc)),
  )
  const often = `${size.edits} posts, one per ${EDIT_EVERY_MS} ms`
  figures.note(`one cell, from POST to the grid of a window (${often})`, 'ms', spread(remote.value))
  figures.note('its longest task meanwhile', 'ms', remote.longestMs)
  const { heldUpMs } = await office.measure()
  figures.note('the server’s event loop blocked at most', 'ms', heldUpMs)
  const typed = `one cell, from Enter in a window to the grid of the other (${size.typed} times)`
  figures.note(typed, 'ms', spread(await typeLocally(first, second)))
  const here = await first.observing(() => second.observing(() => insertRow(first, second)))
  const { value: tookMs, longestMs } = here.value
  figures.note('a row inserted at the top, from the click to the other grid', 'ms', tookMs)
  figures.note('longest task in its window', 'ms', here.longestMs)
  figures.note('longest task in the other', 'ms', longestMs)
  for (const window of [first, second]) await window.close()
}

/**
 * Returns how long each edit of somebody else took to be in a window's grid.
 *
 * @param {SheetPage} window
 * @param {RemoteEditor} editor
 */
async function editRemotely(window, editor) {
  await window.watchCell([0, 0])
  const postedMs = []
  for (let n = 0; n < size.edits; n++) {
    postedMs.push(Date.now())
    await editor.write(n)
    await sleep(EDIT_EVERY_MS)
  }
  await window.untilCell([0, 0], size.edits - 1)
  const seen = await window.seen()
  // If two edits arrive in one frame, only the later one is visible.
  return postedMs.flatMap((atMs, n) => {
    const later = seen.find(({ value }) => typeof value === 'number' && value >= n)
    return later === undefined ? [] : [later.atMs - atMs]
  })
}

/**
 * Types into one cell after the other. Only the first is clicked: a click soon after another one is a double
 * click, which opens the cell's editor with what is in it.
 *
 * @param {SheetPage} from
 * @param {SheetPage} to
 */
async function typeLocally(from, to) {
  await from.clickCell(1, 1)
  const tookMs = []
  for (let n = 0; n < size.typed; n++) {
    await from.page.keyboard.type(String(-n))
    const beganMs = performance.now()
    await from.page.keyboard.press('Enter')
    await to.untilCell([1 + n, 1], -n)
    tookMs.push(performance.now() - beganMs)
  }
  return tookMs
}

/**
 * @param {SheetPage} from
 * @param {SheetPage} to
 */
async function insertRow(from, to) {
  await from.clickCell(0, 0, 'right')
  // The bar has a menu of the same name.
  const entry = from.page.getByText('Insert', { exact: true })
  await entry.and(from.page.locator(':not(.menus *)')).hover()
  const beganMs = performance.now()
  const button = from.page.getByRole('button').filter({ hasText: 'rows above' })
  await button.dispatchEvent('click')
  await to.untilCell([1, 0], size.edits - 1)
  return performance.now() - beganMs
}

/** @param {Office} office */
async function measurePastes(office) {
  const { text, html, last, lastValue } = pastedTable(size.pasted, 26)
  const count = (size.pasted * 26).toLocaleString('en')
  const asText = { 'text/plain': text }
  const ways = [
    { room: 'pasted-text', how: 'as text', contents: asText },
    { room: 'pasted-html', how: 'as HTML', contents: { ...asText, 'text/html': html } },
    { room: 'pasted-again', how: 'copied in the sheet', contents: asText, isCopiedHere: true },
  ]
  for (const { room, how, contents, isCopiedHere = false } of quick ? ways.slice(-1) : ways) {
    const [first, second] = [await windowOn(office, room), await windowOn(office, room)]
    for (const window of [first, second]) await window.goTo()
    await first.copy(contents)
    await first.clickCell(0, 0)
    await settled()
    const paste = () => pasteBeside(first, second, last, lastValue)
    if (isCopiedHere) {
      await paste()
      await copyAndClear(first, second, last)
    }
    await observed(`${count} cells pasted, ${how}`, first, async () => {
      const { value, longestMs } = await second.observing(paste)
      await settled()
      return { ...value, 'longest task of the other': longestMs }
    })
    for (const window of [first, second]) await window.close()
  }
}

/**
 * Pastes into one window; returns how long it took to be in both, and saved.
 *
 * @param {SheetPage} first
 * @param {SheetPage} second
 * @param {readonly [row: number, column: number]} last
 * @param {unknown} value
 */
async function pasteBeside(first, second, last, value) {
  const beganMs = performance.now()
  const after = (/** @type {Promise<unknown>} */ what) =>
    what.then(() => performance.now() - beganMs)
  await first.page.keyboard.press('Control+v')
  const [grid, other, saved] = await Promise.all([
    after(first.untilCell(last, value)),
    after(second.untilCell(last, value)),
    after(first.untilCell(last, value).then(() => first.untilSaved())),
  ])
  return { 'in the grid after': grid, 'in the other grid after': other, 'saved after': saved }
}

/**
 * Copies everything in a window, and deletes it there.
 *
 * @param {SheetPage} first
 * @param {SheetPage} second
 * @param {readonly [row: number, column: number]} last
 */
async function copyAndClear(first, second, last) {
  await settled()
  await first.page.keyboard.press('Control+a')
  await first.page.keyboard.press('Control+c')
  await settled()
  await first.page.keyboard.press('Delete')
  await Promise.all([first.untilCell(last, undefined), second.untilCell(last, undefined)])
  await settled()
  await first.clickCell(0, 0)
}

/**
 * A window in which one person types, and others who move and write without a browser.
 *
 * @param {Office} office
 */
async function measurePlay(office) {
  const window = await windowOn(office, 'play')
  await window.goTo()
  const players = new Players(office.baseUrl, 'play', size.people - 1)
  await window.clickCell(0, 0)
  await settled()
  const before = await window.counts()
  const endMs = performance.now() + playS * 1_000
  for (let typed = 1; performance.now() < endMs; typed++) {
    await window.type(`t${typed}`)
    await sleep(TYPE_EVERY_MS)
    if (typed % ROWS_SEEN !== 0) continue
    for (let n = 0; n < ROWS_SEEN; n++) await window.page.keyboard.press('ArrowUp')
  }
  await players.leave()
  await settled()
  const after = await window.counts()
  const what = `${size.people} people play for ${playS} s`
  /** @type {[name: string, key: string][]} */
  const counted = [
    ['listeners', 'JSEventListeners'],
    ['nodes', 'Nodes'],
  ]
  for (const [name, key] of counted) {
    const count = { before: before[key] ?? NaN, after: after[key] ?? NaN }
    figures.note(`${what}: ${name} of a window`, '', count)
  }
  const heap = { before: before['JSHeapUsedSize'] ?? NaN, after: after['JSHeapUsedSize'] ?? NaN }
  figures.note(`${what}: its memory`, 'MiB', { before: mib(heap.before), after: mib(heap.after) })
  await window.close()
}

/**
 * Notes what the main thread did and the other figures, or writes a profile.
 *
 * @param {string} name
 * @param {SheetPage} window
 * @param {() => Promise<Record<string, number>>} what
 */
async function observed(name, { page }, what) {
  if (profiles === undefined) {
    const { value, busyMs, longestMs } = await traced(page, what)
    for (const [told, ms] of Object.entries(value)) figures.note(`${name}: ${told}`, 'ms', ms)
    figures.note(`${name}: main thread`, 'ms', { all: busyMs, longest: longestMs })
    return
  }
  const file = join(profiles, `${name.replaceAll(/\W+/g, '-')}.cpuprofile`)
  writeFileSync(file, JSON.stringify(await profiled(page, what)))
  console.log(`${name}: ${file}`)
}

/**
 * Makes a window in a new profile, before it goes anywhere.
 *
 * @param {Office} office
 * @param {string} room
 */
function windowOn({ browser, baseUrl }, room) {
  return SheetPage.prepare(browser, `${baseUrl}/sheets/${room}`)
}
