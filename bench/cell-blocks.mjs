// Compares formats in which runs of cells are one value in a sheet's document:
// node --expose-gc bench/cell-blocks.mjs, with --quick a small table, for trying it only
import { cpus } from 'node:os'
import { SheetDocument } from '@whereabouts/univer/document'
import * as Y from 'yjs'

const COLUMNS = 20
const QUICK = process.argv.includes('--quick')
const RUNS = QUICK ? 1 : 9
const SHEET = 'sheet-1'
const CELLS = `cells:${SHEET}`

/** @typedef {string | number} Value */
/** @typedef {readonly (readonly Value[])[]} Table by row and column */
/** @typedef {Map<string, Map<string, Value>>} Read by the ids of row and column */
/**
 * A format for storing a pasted table in a map.
 *
 * @typedef {object} Format
 * @property {string} name
 * @property {(cells: Y.Map<unknown>, table: Table) => void} write
 * @property {(cells: Y.Map<unknown>) => Read} read
 */

/** @type {readonly Format[]} */
const FORMATS = [
  { name: 'a cell an entry', write: writeCells, read: readCells },
  { name: 'runs of 100 in a column', write: writeBlocks(100), read: readBlocks },
  { name: 'runs of 1,000 in a column', write: writeBlocks(1_000), read: readBlocks },
  { name: 'a column an entry', write: writeBlocks(Infinity), read: readBlocks },
  { name: '250 rows as JSON (SD46)', write: writeTexts, read: readTexts },
]

console.log(`${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}`)
console.log(`medians of ${RUNS} runs`)
for (const count of QUICK ? [1_000] : [25_000, 50_000]) {
  const table = makeTable(count / COLUMNS)
  console.log(`\n${count.toLocaleString('en')} cells, Yjs and a table in memory`)
  for (const format of FORMATS) report(format, table)
  console.log(`${count.toLocaleString('en')} cells, in a window`)
  reportWhole(table)
}

/** @param {Format} format @param {Table} table */
function report({ name, write, read }, table) {
  const times = repeat(() => {
    const author = new Y.Doc()
    const written = time(() => author.transact(() => write(author.getMap(CELLS), table)))
    const encoded = time(() => Y.encodeStateAsUpdate(author))
    const reader = new Y.Doc()
    const loaded = time(() => Y.applyUpdate(reader, encoded.value))
    const taken = time(() => read(reader.getMap(CELLS)))
    checkSame(taken.value, table)
    const bytes = encoded.value.length
    const tookMs = written.ms + encoded.ms
    return { bytes, write: tookMs, load: loaded.ms, read: taken.ms, again: 0, undo: 0 }
  })
  print(name, times)
  reportMemory(write, table)
}

/** Measures the memory of the document in a process that keeps it, such as a server. */
/** @param {Format['write']} write @param {Table} table */
function reportMemory(write, table) {
  const author = new Y.Doc()
  author.transact(() => write(author.getMap(CELLS), table))
  const update = Y.encodeStateAsUpdate(author)
  const before = usedBytes()
  const kept = Array.from({ length: 5 }, () => {
    const doc = new Y.Doc()
    Y.applyUpdate(doc, update)
    return doc
  })
  const bytes = (usedBytes() - before) / kept.length
  console.log(`${' '.repeat(30)}${(bytes / 2 ** 20).toFixed(1)} MiB in memory`)
}

function usedBytes() {
  if (globalThis.gc === undefined) throw new Error('Run it with node --expose-gc.')
  for (let n = 0; n < 3; n++) globalThis.gc()
  return process.memoryUsage().heapUsed
}

/** Measures the same in a window, with its other work: styles, formulas, undo and the grid. */
/** @param {Table} table */
function reportWhole(table) {
  const inEntries = repeat(() => timeWhole(table, Infinity))
  const inBlocks = repeat(() => timeWhole(table, undefined))
  print('entries (before)', inEntries)
  print('blocks (now)', inBlocks)
  /** @param {keyof Costs} of */
  const ratio = (of) => `${(inEntries[of] / inBlocks[of]).toFixed(1)}x`
  const open = (inEntries.load + inEntries.read) / (inBlocks.load + inBlocks.read)
  console.log(
    `  so much less: bytes ${ratio('bytes')}, write ${ratio('write')}, open (load and read) ` +
      `${open.toFixed(1)}x, undo ${ratio('undo')}, paste again ${ratio('again')}`,
  )
}

/** @param {Table} table @param {number | undefined} blockFrom @returns {Costs} */
function timeWhole(table, blockFrom) {
  const author = new Y.Doc()
  const sheets = new SheetDocument(author, Math.random, blockFrom)
  const rows = table.length
  if (rows > 1_000) {
    const added = { axis: /** @type {const} */ ('rows'), at: 1_000, count: rows - 1_000 }
    sheets.apply({ type: 'insert-lines', sheet: SHEET, ...added })
  }
  const written = time(() => sheets.apply(paste(table, 0)))
  const encoded = time(() => Y.encodeStateAsUpdate(author))
  const reader = new Y.Doc()
  const loaded = time(() => Y.applyUpdate(reader, encoded.value))
  const taken = time(() => new SheetDocument(reader).snapshot())
  const again = time(() => sheets.apply(paste(table, 1)))
  const undone = time(() => {
    sheets.undo()
    sheets.takeChanges()
  })
  return {
    bytes: encoded.value.length,
    write: written.ms + encoded.ms,
    load: loaded.ms,
    read: taken.ms,
    again: again.ms,
    undo: undone.ms,
  }
}

/** @param {Table} table @param {number} by @returns {import('@whereabouts/univer/document').Operation} */
function paste(table, by) {
  const cellValue = Object.fromEntries(
    table.map((row, at) => [
      at,
      Object.fromEntries(
        row.map((v, column) => [column, { v: typeof v === 'number' ? v + by : v }]),
      ),
    ]),
  )
  return { type: 'set-range-values', sheet: SHEET, cellValue }
}

/** @param {Y.Map<unknown>} cells @param {Table} table */
function writeCells(cells, table) {
  for (const [row, values] of table.entries()) {
    for (const [column, value] of values.entries()) cells.set(`${rowId(row)}:${column}`, value)
  }
}

/** @param {Y.Map<unknown>} cells @returns {Read} */
function readCells(cells) {
  /** @type {Read} */
  const read = new Map()
  for (const [key, value] of cells) {
    const [row, column] = /** @type {[string, string]} */ (key.split(':'))
    put(read, row, column, /** @type {Value} */ (value))
  }
  return read
}

/**
 * Stores runs of a column, each under the key of its first cell. A run stays within one run of
 * lines, so that the ids of its other cells follow from the first.
 *
 * @param {number} most
 * @returns {Format['write']}
 */
function writeBlocks(most) {
  return (cells, table) => {
    for (let column = 0; column < COLUMNS; column++) {
      for (let row = 0; row < table.length;) {
        const end = Math.min(row + most, row < 1_000 ? Math.min(1_000, table.length) : table.length)
        const values = table.slice(row, end).map((inRow) => inRow[column])
        cells.set(`${rowId(row)}:${column}`, { run: values })
        row = end
      }
    }
  }
}

/** @param {Y.Map<unknown>} cells @returns {Read} */
function readBlocks(cells) {
  /** @type {Read} */
  const read = new Map()
  for (const [key, block] of cells) {
    const [first, column] = /** @type {[string, string]} */ (key.split(':'))
    const dash = first.lastIndexOf('-')
    const run = first.slice(0, dash + 1)
    const start = Number(first.slice(dash + 1))
    for (const [at, value] of /** @type {{ run: Value[] }} */ (block).run.entries()) {
      put(read, `${run}${start + at}`, column, value)
    }
  }
  return read
}

/** As SHEET.md says, but for the number: the ids of rows and columns as runs, the values as text. */
/** @param {Y.Map<unknown>} cells @param {Table} table */
function writeTexts(cells, table) {
  for (let row = 0; row < table.length; row += 250) {
    const rows = table.slice(row, row + 250)
    const values = Array.from({ length: COLUMNS }, (_, column) => rows.map((each) => each[column]))
    const ids = rows.map((_, at) => rowId(row + at))
    cells.set(String(row), { rows: ids.join(), values: JSON.stringify([values.flat()]) })
  }
}

/** @param {Y.Map<unknown>} cells @returns {Read} */
function readTexts(cells) {
  /** @type {Read} */
  const read = new Map()
  for (const stored of cells.values()) {
    const { rows, values } = /** @type {{ rows: string, values: string }} */ (stored)
    const ids = rows.split(',')
    const [list] = /** @type {[Value[]]} */ (JSON.parse(values))
    for (const [at, value] of list.entries()) {
      put(read, ids[at % ids.length] ?? '', String(Math.floor(at / ids.length)), value)
    }
  }
  return read
}

/** @param {Read} read @param {string} row @param {string} column @param {Value} value */
function put(read, row, column, value) {
  const cells = read.get(row)
  if (cells === undefined) read.set(row, new Map([[column, value]]))
  else cells.set(column, value)
}

/** @param {number} row */
function rowId(row) {
  return row < 1_000 ? String(row) : `k3x9z1-${row - 1_000}`
}

/** Makes a typical list of names, integers, amounts and words. */
/** @param {number} rows @returns {Table} */
function makeTable(rows) {
  const kinds = [
    (/** @type {number} */ at) => `Item ${at}`,
    (/** @type {number} */ at) => at,
    (/** @type {number} */ at) => Math.round(at * 1_234.5) / 100,
    (/** @type {number} */ at) => ['open', 'paid', 'late'][at % 3] ?? '',
  ]
  return Array.from({ length: rows }, (_row, row) =>
    Array.from(
      { length: COLUMNS },
      (_column, column) => kinds[column % kinds.length]?.(row + column) ?? '',
    ),
  )
}

/** @param {Read} read @param {Table} table */
function checkSame(read, table) {
  for (const [row, values] of table.entries()) {
    const cells = read.get(rowId(row))
    if (values.some((value, column) => cells?.get(String(column)) !== value)) {
      throw new Error(`row ${row} reads back differently`)
    }
  }
}

/** @typedef {{ bytes: number, write: number, load: number, read: number, again: number, undo: number }} Costs */

/** @param {() => Costs} once @returns {Costs} the median of each */
function repeat(once) {
  const all = Array.from({ length: RUNS + 2 }, once).slice(2)
  /** @param {keyof Costs} of */
  const median = (of) => all.map((costs) => costs[of]).toSorted((a, b) => a - b)[RUNS >> 1] ?? 0
  return {
    bytes: median('bytes'),
    write: median('write'),
    load: median('load'),
    read: median('read'),
    again: median('again'),
    undo: median('undo'),
  }
}

/** @param {number} value */
function ms(value) {
  return `${value.toFixed(0).padStart(5)} ms`
}

/** @param {string} name @param {Costs} costs */
function print(name, { bytes, write, load, read, again, undo }) {
  const size = `${(bytes / 1_024).toFixed(0).padStart(6)} kB`
  const more = again > 0 ? `, paste again ${ms(again)}, undo ${ms(undo)}` : ''
  console.log(
    `  ${name.padEnd(26)}${size}, write ${ms(write)}, load ${ms(load)}, read ${ms(read)}${more}`,
  )
}

/** @template T @param {() => T} what */
function time(what) {
  const began = performance.now()
  const value = what()
  return { value, ms: performance.now() - began }
}
