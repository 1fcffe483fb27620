import { marked } from 'marked'
import { paragraph, type Block, type Table, type Tone } from '../../page-document/block.js'
import { cleanText } from '../../page-document/flow.js'
import { readHtml } from './read-html.js'

// Signs that nobody writes by chance: headings, lists, quotes, fences, tables, bold text and links.
const MARKDOWN = [
  /^#{1,6} \S/m,
  /^ {0,3}[-*+] \S/m,
  /^ {0,3}\d{1,9}[.)] \S/m,
  /^> \S/m,
  /^(?:```|~~~)/m,
  /^\|?[ :-]*-{3,}[ :-]*\|/m,
  /\*\*\S[^*]*\*\*/,
  /\[[^\]]+\]\([^)\s]+\)/,
]

/** Returns the blocks of plain text: a table with tabs, Markdown, or lines. @see OFFICE.md PG27 */
export function readText(text: string): readonly Block[] {
  const lines = text.replaceAll(/\r\n?/g, '\n').replace(/\n$/, '')
  const rows = readTabs(lines)
  if (rows !== undefined) return [tableOf(rows)]
  return MARKDOWN.some((sign) => sign.test(lines)) ? readMarkdown(lines) : readLines(lines)
}

/** Returns a paragraph for each line, including blank ones. */
export const readLines = (text: string): readonly Block[] =>
  text
    .replaceAll(/\r\n?/g, '\n')
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => paragraph(cleanText(line)))

/** Returns the blocks of Markdown, as GitHub reads it. */
export function readMarkdown(text: string): readonly Block[] {
  const html = marked.parse(text, { async: false, gfm: true, breaks: true })
  return readHtml(new DOMParser().parseFromString(html, 'text/html').body).map(asCallout)
}

const ALERT = /^\[!(NOTE|IMPORTANT|TIP|WARNING|CAUTION)\]\n/
const TONES: { readonly [alert: string]: Tone } = {
  TIP: 'tip',
  WARNING: 'warning',
  CAUTION: 'danger',
}

/** Returns a quote that GitHub shows as an alert as a callout. */
function asCallout(block: Block): Block {
  const [first, ...rest] = block.content
  const [said = '', alert = ''] = ALERT.exec(first?.text ?? '') ?? []
  if (block.type !== 'quote' || said === '') return block
  const tone = TONES[alert]
  const content = [{ ...first!, text: first!.text.slice(said.length) }, ...rest]
  return { type: 'callout', attributes: { ...block.attributes, ...(tone && { tone }) }, content }
}

/**
 * Parses rows as spreadsheets write them: tabs between cells, and quotes around cells with line
 * breaks.
 */
function readTabs(text: string): readonly (readonly string[])[] | undefined {
  if (!text.includes('\t')) return undefined
  const rows: string[][] = [[]]
  const cell = /(?:"((?:[^"]|"")*)"|([^\t\n]*))(\t|\n|$)/y
  while (cell.lastIndex < text.length || rows.at(-1)!.length === 0) {
    const [, quoted, plain, end] = cell.exec(text) ?? []
    if (end === undefined) return undefined
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === '\n') rows.push([])
    else if (end === '') break
    else if (cell.lastIndex === text.length) rows.at(-1)!.push('')
  }
  return isRectangle(rows) ? rows : undefined
}

function isRectangle(rows: readonly (readonly string[])[]): boolean {
  const width = rows[0]?.length ?? 0
  const isWide = width > 1 && rows.length > 1 && rows.every(({ length }) => length === width)
  // Lines that all begin with a tab are code, not a table.
  return isWide && rows.some(([first]) => first !== '')
}

function tableOf(rows: readonly (readonly string[])[]): Block {
  const cells = rows.map((row) =>
    row.map((text) => (text === '' ? [] : [paragraph(cleanText(text))])),
  )
  const table: Table = {
    id: null,
    rows: rows.map(() => null),
    columns: rows[0]!.map(() => null),
    cells,
  }
  return { type: 'table', attributes: {}, content: [], table }
}
