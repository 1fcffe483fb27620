// Measures the document of a sheet of 50,000 cells: node bench/sheet-document.mjs, with --quick a smaller one,
// for trying it only
import { cpus } from 'node:os'
import { SheetDocument } from '@whereabouts/univer/document'
import * as Y from 'yjs'

const ROWS = process.argv.includes('--quick') ? 1_100 : 2_500
const COLUMNS = 20
const FORMULAS = ROWS
const SHEET = 'sheet-1'

console.log(`${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}`)

const author = new Y.Doc()
const authored = new SheetDocument(author)
measure('open an empty workbook', () => new SheetDocument(new Y.Doc()).snapshot())
authored.apply({ type: 'insert-lines', axis: 'rows', sheet: SHEET, at: 1_000, count: ROWS - 1_000 })
measure(`build: write ${ROWS * COLUMNS} cells in one step`, () => authored.apply(wholeSheet()))

const update = Y.encodeStateAsUpdate(author)
console.log(
  `encoded: ${kilobytes(update)} (version 2: ${kilobytes(Y.encodeStateAsUpdateV2(author))})`,
)

const reader = new Y.Doc()
measure('load: Yjs alone', () => Y.applyUpdate(reader, update))
const read = measure('load: read it', () => new SheetDocument(reader))
measure('load: the snapshot for a grid', () => read.snapshot())

authored.apply({ type: 'set-sizes', axis: 'rows', sheet: SHEET, sizes: { 0: 30 } })
const insert = /** @type {const} */ ({ axis: 'rows', sheet: SHEET, at: 100, count: 1 })
measure('insert one row: here', () => authored.apply({ type: 'insert-lines', ...insert }))
const inserted = missing()
console.log(`insert one row: ${inserted.length} bytes to send`)
measure('insert one row: there', () => take(inserted))

measure('200 cells, one after the other: here', () => {
  for (let n = 0; n < 200; n++) authored.apply(oneCell(n, n % COLUMNS, { v: `new ${n}`, t: 1 }))
})
const written = missing()
console.log(`200 cells: ${written.length} bytes to send`)
const steps = measure('200 cells: there', () => take(written))
console.log(`200 cells: ${steps.length} step of the grid`)
measure('move 500 rows: here', () =>
  authored.apply({
    type: 'move-lines',
    axis: 'rows',
    sheet: SHEET,
    from: 10,
    count: 500,
    to: 2_000,
  }),
)
const moved = missing()
measure('move 500 rows: there', () => take(moved))
measure('undo it', () => authored.undo())

/** Returns the update that the reader lacks. */
function missing() {
  return Y.encodeStateAsUpdate(author, Y.encodeStateVector(reader))
}

/** @param {Uint8Array} change */
function take(change) {
  Y.applyUpdate(reader, change)
  return read.takeChanges()
}

/** @returns {import('@whereabouts/univer/document').Operation} */
function wholeSheet() {
  /** @type {Record<number, Record<number, import('@whereabouts/univer/document').CellWrite>>} */
  const cellValue = {}
  for (let row = 0; row < ROWS; row++) {
    cellValue[row] = {}
    for (let column = 0; column < COLUMNS; column++) {
      const isFormula = column === COLUMNS - 1 && row < FORMULAS
      const cell = isFormula
        ? { f: `=SUM(A${row + 1}:S${row + 1})` }
        : { v: `cell ${row * column}`, t: 1 }
      Object.assign(cellValue[row] ?? {}, { [column]: cell })
    }
  }
  return { type: 'set-range-values', sheet: SHEET, cellValue }
}

/**
 * @param {number} row
 * @param {number} column
 * @param {import('@whereabouts/univer/document').CellWrite} cell
 * @returns {import('@whereabouts/univer/document').Operation}
 */
function oneCell(row, column, cell) {
  return { type: 'set-range-values', sheet: SHEET, cellValue: { [row]: { [column]: cell } } }
}

/**
 * @template T
 * @param {string} what
 * @param {() => T} run
 * @returns {T}
 */
function measure(what, run) {
  const start = performance.now()
  const result = run()
  console.log(`${what}: ${(performance.now() - start).toFixed(1)} ms`)
  return result
}

/** @param {Uint8Array} bytes */
function kilobytes(bytes) {
  return `${Math.round(bytes.length / 1_000)} kB`
}
