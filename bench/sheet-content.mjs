// What the sheets of the benches hold: a full sheet, and a table to paste.
import { SheetDocument } from '@whereabouts/univer/document'
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'

const COLUMNS = 25
const ROWS_A_STEP = 200
const SHEET = 'sheet-1'

/**
 * Fills the first sheet of a room with texts and numbers, and a sum at the end of each row.
 *
 * @param {string} baseUrl
 * @param {string} room
 * @param {number} rows
 * @param {number} [blockFrom] from how many cells on they are written as blocks
 * @returns the document
 */
export async function fill(baseUrl, room, rows, blockFrom) {
  const doc = new Doc()
  /** @type {Uint8Array[]} */
  const updates = []
  doc.on('update', (update) => void updates.push(update))
  doc.getMap('sheets').set(`${SHEET}/rows`, rows)
  const sheets = new SheetDocument(doc, Math.random, blockFrom)
  for (let row = 0; row < rows; row += ROWS_A_STEP)
    sheets.apply(rowsFrom(row, Math.min(ROWS_A_STEP, rows - row)))
  sheets.destroy()
  for (const update of updates) await post(baseUrl, room, update)
  return doc
}

/**
 * @param {number} first
 * @param {number} count
 * @returns {import('@whereabouts/univer/document').Operation}
 */
function rowsFrom(first, count) {
  const last = COLUMNS - 1
  const rows = Array.from({ length: count }, (_row, at) => {
    const row = first + at
    const cells = Array.from({ length: last }, (_cell, column) => [
      column,
      { v: column === 0 ? `row ${row}` : row * COLUMNS + column },
    ])
    const sum = { f: `=SUM(B${row + 1}:${String.fromCodePoint(64 + last)}${row + 1})` }
    return [row, Object.fromEntries([...cells, [last, sum]])]
  })
  return { type: 'set-range-values', sheet: SHEET, cellValue: Object.fromEntries(rows) }
}

/** Returns how many cells a full sheet has. @param {number} rows */
export function cellsOf(rows) {
  return rows * COLUMNS
}

/** Somebody without a window, who writes the first cell again and again. */
export class RemoteEditor {
  #doc = new Doc()

  /**
   * @param {string} baseUrl
   * @param {string} room
   * @param {Doc} doc what is in the room
   */
  constructor(baseUrl, room, doc) {
    this.baseUrl = baseUrl
    this.room = room
    applyUpdate(this.#doc, encodeStateAsUpdate(doc))
  }

  /** @param {number} value */
  async write(value) {
    let update = new Uint8Array()
    this.#doc.once('update', (bytes) => {
      update = Uint8Array.from(bytes)
    })
    this.#doc.getMap(`cells:${SHEET}`).set('0:0', { v: value })
    await post(this.baseUrl, this.room, update)
  }
}

/**
 * @param {string} baseUrl
 * @param {string} room
 * @param {Uint8Array} update
 */
async function post(baseUrl, room, update) {
  const headers = { 'content-type': 'application/octet-stream' }
  const request = { method: 'POST', headers, body: Buffer.from(update) }
  const response = await fetch(`${baseUrl}/rooms/${room}/document`, request)
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${response.status} ${text}`)
}

/**
 * A table as it is on the clipboard: texts and numbers, as people have them.
 *
 * @param {number} rows
 * @param {number} columns
 */
export function pastedTable(rows, columns) {
  const cells = Array.from({ length: rows }, (_row, row) =>
    Array.from({ length: columns }, (_column, column) => cellAt(row, column)),
  )
  const lines = cells.map((row) => `<tr><td>${row.join('</td><td>')}</td></tr>`)
  return {
    text: cells.map((row) => row.join('\t')).join('\n'),
    html: `<table>${lines.join('')}</table>`,
    /** Where it ends, and what is there. */
    last: /** @type {const} */ ([rows - 1, columns - 1]),
    lastValue: cellAt(rows - 1, columns - 1),
  }
}

/** @param {number} row @param {number} column */
function cellAt(row, column) {
  if (column % 3 === 0) return `text ${row} ${column}`
  return column % 3 === 1 ? row * 26 + column : 'open'
}
