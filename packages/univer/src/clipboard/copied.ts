import {
  CellValueType,
  handleStyleToString,
  type ICellData,
  type IRange,
  type IStyleData,
  type Nullable,
  type Worksheet,
} from '@univerjs/core'
import { plainText } from '../grid-cells.js'
import { writeDelimited } from './delimited.js'
import { asText } from './typed.js'

/** The positions of copied rows and columns. */
export interface CopiedRange {
  readonly rows: readonly number[]
  readonly cols: readonly number[]
}

interface Copied {
  readonly shown: string
  readonly cell: Nullable<ICellData>
  readonly style: IStyleData
}

/**
 * Returns the copied cells as plain text, for text editors and similar programs.
 *
 * @see OFFICE.md SH26
 */
export function copyAsText(sheet: Worksheet, { rows, cols }: CopiedRange): string {
  const merges = coveredIn(sheet)
  return writeDelimited(
    rows.map((row) =>
      cols.map((column) => (merges.isCovered(row, column) ? '' : shownIn(sheet, row, column))),
    ),
  )
}

/**
 * Returns the copied cells as HTML for other spreadsheet programs: the shown text, and the value as
 * Excel, Google Sheets and LibreOffice write it.
 *
 * @param copyId the id by which this window recognizes its own copy
 * @see OFFICE.md SH27
 */
export function copyAsHtml(sheet: Worksheet, { rows, cols }: CopiedRange, copyId: string): string {
  const merges = coveredIn(sheet)
  const columns = cols.map((column) => `<col width="${sheet.getColumnWidth(column)}">`).join('')
  const body = rows.map((row) => {
    const cells = cols.map((column) => {
      if (merges.isCovered(row, column)) return ''
      const span = merges.spanAt(row, column)
      return tableCell(read(sheet, row, column), span)
    })
    return `<tr style="height:${sheet.getRowHeight(row)}px">${cells.join('')}</tr>`
  })
  return (
    `<google-sheets-html-origin xmlns:x="urn:schemas-microsoft-com:office:excel">` +
    `<table data-copy-id="${copyId}" cellspacing="0" cellpadding="0" dir="ltr" ` +
    `style="table-layout:fixed;font-size:11pt;font-family:Arial;border-collapse:collapse">` +
    `<colgroup>${columns}</colgroup><tbody>${body.join('')}</tbody></table></google-sheets-html-origin>`
  )
}

/** Returns the text that a cell shows. */
function shownIn(sheet: Worksheet, row: number, column: number): string {
  const { p, v, t } = sheet.getCell(row, column) ?? {}
  if (p) return plainText(p.body?.dataStream ?? '')
  if (v === undefined || v === null) return ''
  if (t !== CellValueType.BOOLEAN || typeof v === 'string') return String(v)
  return v ? 'TRUE' : 'FALSE'
}

function read(sheet: Worksheet, row: number, column: number): Copied {
  const shown = shownIn(sheet, row, column)
  const cell = valueIn(sheet, row, column)
  return { shown, cell, style: sheet.getComposedCellStyle(row, column) }
}

/**
 * Returns a cell's content or its formula's result; text that spilled into the cell is only shown.
 */
function valueIn(sheet: Worksheet, row: number, column: number): Nullable<ICellData> {
  const raw = sheet.getCellRaw(row, column)
  if (raw?.v !== undefined || raw?.p) return raw
  const spilled = sheet.getCell(row, column)
  return typeof spilled?.v === 'number' ? spilled : null
}

function tableCell({ shown, cell, style }: Copied, span: string): string {
  const { format, attributes } = valueOf(shown, cell, style.n?.pattern)
  const css = [
    handleStyleToString(style),
    format === undefined ? '' : `mso-number-format:'${escapeCss(format)}'`,
  ].filter((part) => part !== '')
  const content = escape(shown).replace(/\r\n?|\n/g, '<br>')
  return `<td${span}${attribute('style', css.join(';'))}${attributes}>${content}</td>`
}

interface Said {
  readonly format: string | undefined
  readonly attributes: string
}

function valueOf(shown: string, cell: Nullable<ICellData>, pattern: string | undefined): Said {
  if (shown === '' || !cell) return { format: pattern, attributes: '' }
  const { v, t, p } = cell
  if (!p && t === CellValueType.BOOLEAN) {
    const boolean = Number(v) === 0 || v === 'FALSE' ? 0 : 1
    return { format: pattern, attributes: google({ 1: 4, 4: boolean }) }
  }
  if (p || typeof v !== 'number') {
    const text = p || v === undefined || v === null ? shown : String(v)
    const exact = text === text.replace(/\s+/g, ' ').trim() ? '' : text
    const attributes = google({ 1: 2, 2: text }) + attribute('x:str', exact, true)
    return { format: asText(text).pattern ?? pattern, attributes }
  }
  const format = pattern === undefined ? '' : ` ${formatOf(pattern)}`
  const office = attribute('x:num', String(v)) + attribute('sdval', String(v))
  return { format: pattern, attributes: google({ 1: 3, 3: v }) + format + office }
}

const google = (value: object): string => attribute('data-sheets-value', JSON.stringify(value))

const formatOf = (pattern: string): string =>
  (
    attribute('data-sheets-numberformat', JSON.stringify({ 1: 2, 2: pattern })) +
    attribute('sdnum', `1033;0;${pattern}`)
  ).trimStart()

const attribute = (name: string, value: string, isKeptEmpty = false): string =>
  value === '' && !isKeptEmpty ? '' : ` ${name}="${escape(value)}"`

const escape = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

// CSS allows escaping every character that isn't a letter or a digit.
const escapeCss = (text: string): string =>
  text.replace(/[\u0020-\u007E]/g, (character) => {
    if (/[a-z0-9]/i.test(character)) return character
    return /["']/.test(character) ? `\\00${character.charCodeAt(0).toString(16)}` : `\\${character}`
  })

interface Covered {
  isCovered(row: number, column: number): boolean
  spanAt(row: number, column: number): string
}

function coveredIn(sheet: Worksheet): Covered {
  const mergeAt = (row: number, column: number): Nullable<IRange> =>
    sheet.getMergedCell(row, column)
  return {
    isCovered(row, column) {
      const merge = mergeAt(row, column)
      return Boolean(merge) && (merge!.startRow !== row || merge!.startColumn !== column)
    },
    spanAt(row, column) {
      const merge = mergeAt(row, column)
      if (!merge) return ''
      const { startRow, endRow, startColumn, endColumn } = merge
      return ` rowspan="${endRow - startRow + 1}" colspan="${endColumn - startColumn + 1}"`
    },
  }
}
