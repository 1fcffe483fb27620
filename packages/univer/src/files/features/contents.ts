import { dateToSerial } from 'hucre'
import type { CellValue } from 'hucre/xlsx'
import { LIMITS, type CellData } from '../../document/index.js'
import type { Feature } from '../feature.js'
import { xmlText } from '../xml-text.js'

/** Univer's number for a boolean, and for a text that looks like something else. */
const BOOLEAN = 3
const FORCED_TEXT = 4

/** The values of cells, and the steps that write whole cells. */
export const contents: Feature = {
  read({ sheet }, draft, report) {
    for (const [row, values] of sheet.rows.entries()) {
      for (const [column, value] of values.entries()) {
        const isLong = typeof value === 'string' && value.length > LIMITS.textCharacters
        if (isLong) report.note('long-texts', draft.name, 1, { row, column })
        const cell = readValue(value)
        if (cell !== undefined) draft.set(row, column, cell)
      }
    }
  },

  write({ cells }, { rows }) {
    for (const [row, inRow] of Object.entries(cells)) {
      const values = (rows[Number(row)] ??= [])
      for (const [column, cell] of Object.entries(inRow as Record<string, CellData>)) {
        if (cell.f === undefined && cell.v !== undefined)
          values[Number(column)] = escaped(writeValue(cell))
      }
    }
    fillHoles(rows)
  },

  steps: ({ cells }, sheet) => [{ type: 'set-range-values', sheet, cellValue: cells }],
}

/** Returns the content of a cell for a value of a file. */
export function readValue(value: CellValue | undefined): CellData | undefined {
  if (value === null || value === undefined || value === '') return undefined
  if (typeof value === 'boolean') return { v: value ? 1 : 0, t: BOOLEAN }
  if (typeof value === 'number') return Number.isFinite(value) ? { v: value } : undefined
  if (value instanceof Date) {
    const serial = dateToSerial(value)
    return Number.isFinite(serial) ? { v: serial } : undefined
  }
  const text = value.replaceAll('\r\n', '\n').replaceAll('\r', '\n')
  return looksLikeValue(text) ? { v: text, t: FORCED_TEXT } : { v: text }
}

/** Returns whether a text would be taken for a number, a boolean or a formula. */
export function looksLikeValue(text: string): boolean {
  const trimmed = text.trim()
  if (trimmed === '') return false
  return Number.isFinite(Number(trimmed)) || /^(?:true|false|=.+)$/is.test(trimmed)
}

/** Returns the value of a cell for a file. */
export function writeValue({ v, t }: Pick<CellData, 'v' | 't'>): CellValue {
  if (t === BOOLEAN) return Boolean(v)
  if (t === 1 || t === FORCED_TEXT) return String(v)
  if (t === 2 && typeof v === 'string' && v.trim() !== '' && Number.isFinite(Number(v))) {
    return Number(v)
  }
  return v ?? null
}

/** A workbook has some characters by their numbers, as `_x000D_`; the writer doesn't mark what only looks like that. */
export const escaped = (value: CellValue): CellValue =>
  typeof value === 'string' ? xmlText(value).replaceAll(/_(?=x[0-9a-f]{4}_)/gi, '_x005F_') : value

/** The writer takes no rows with holes. */
function fillHoles(rows: CellValue[][]): void {
  for (let row = 0; row < rows.length; row++)
    rows[row] = Array.from(rows[row] ?? [], (v) => v ?? null)
}
