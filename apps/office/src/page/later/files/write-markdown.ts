import { textOf, type Block, type Table } from '../../../page-document/block.js'
import { MATH_LANGUAGE } from '../math/formulas.js'
import { escapeLine, longestOf, writeInline } from './markdown-inline.js'

/** Returns blocks as Markdown, as GitHub reads it. What it has no words for is left out. @see OFFICE.md PE16 */
export function writeMarkdown(blocks: readonly Block[]): string {
  const writer = new MarkdownWriter()
  for (const block of blocks) writer.add(block)
  return writer.finish()
}

const ALERTS = { info: 'NOTE', tip: 'TIP', warning: 'WARNING', danger: 'CAUTION' } as const

/** A list item that is open: what follows may be within it. */
interface OpenItem {
  /** The spaces before what is within it. */
  readonly offset: string
  readonly isNumber: boolean
  readonly count: number
}

class MarkdownWriter {
  readonly #parts: string[] = []
  /** The open items, from the outermost on. */
  #open: OpenItem[] = []
  #before: Block | undefined

  add(block: Block): void {
    if (isItem(block)) this.#addItem(block)
    else this.#addBlock(block)
    this.#before = block
  }

  finish(): string {
    return `${this.#parts.join('').trim()}\n`
  }

  #addItem(block: Block): void {
    const { type, attributes } = block
    const depth = Math.min(attributes.indent ?? 0, this.#open.length)
    const last = this.#open[depth]
    const isNumber = type === 'number'
    const goesOn = last?.isNumber === isNumber
    const count = attributes.start ?? (goesOn ? last.count + 1 : 1)
    const mark = isNumber ? `${count}. ` : '- '
    const outer = this.#open[depth - 1]?.offset ?? ''
    this.#open = this.#open.slice(0, depth)
    this.#open.push({ offset: outer + ' '.repeat(mark.length), isNumber, count })
    const box = type === 'task' ? `[${attributes.checked === true ? 'x' : ' '}] ` : ''
    const text = indent(writeInline(block.content), this.#open.at(-1)!.offset)
    const isTight = this.#before !== undefined && isItem(this.#before)
    this.#parts.push(isTight ? '\n' : '\n\n', `${outer}${mark}${box}${text}`)
  }

  #addBlock(block: Block): void {
    const depth = block.attributes.indent ?? 0
    this.#open = this.#open.slice(0, depth)
    const offset = this.#open.at(-1)?.offset ?? ''
    const text = this.#textOf(block)
    if (text === '') return
    const isQuoted = isOneQuote(this.#before, block)
    this.#parts.push(isQuoted ? `\n${offset}>\n` : '\n\n', offset + indent(text, offset))
  }

  #textOf(block: Block): string {
    const { type, attributes, content, table } = block
    if (table !== undefined) return writeTable(table, attributes.header === true)
    if (type === 'heading') {
      return `${'#'.repeat(attributes.level ?? 3)} ${writeInline(content).replaceAll('\n', ' ')}`
    }
    if (type === 'quote') return quoted(paragraph(block))
    if (type === 'callout')
      return quoted(`[!${ALERTS[attributes.tone ?? 'info']}]\n${paragraph(block)}`)
    if (type === 'code') return writeCode(block)
    if (type === 'rule') return '---'
    if (type === 'image') return writeImage(block)
    return paragraph(block)
  }
}

const isItem = ({ type }: Block): boolean => ['bullet', 'number', 'task', 'toggle'].includes(type)

/** Returns whether two blocks are lines of the same quote. */
const isOneQuote = (before: Block | undefined, { type }: Block): boolean =>
  before?.type === 'quote' && type === 'quote'

const paragraph = ({ content }: Block): string =>
  writeInline(content).split('\n').map(escapeLine).join('\n')

const quoted = (text: string): string => `> ${text.replaceAll('\n', '\n> ')}`

const indent = (text: string, offset: string): string => text.replaceAll('\n', `\n${offset}`)

function writeCode(block: Block): string {
  const text = textOf(block)
  const isMath = block.attributes.language === MATH_LANGUAGE && text.trim() !== ''
  if (isMath && !/\$\$|\n\s*\n/.test(text)) return `$$\n${text.trim()}\n$$`
  const fence = '`'.repeat(Math.max(2, longestOf(text)) + 1)
  return `${fence}${block.attributes.language ?? ''}\n${text}\n${fence}`
}

function writeImage({ attributes: { src = '', alt = '', title } }: Block): string {
  const caption = title === undefined ? '' : ` "${title.replaceAll('"', String.raw`\"`)}"`
  return `![${alt.replaceAll(/[[\]\\]/g, String.raw`\$&`)}](${src}${caption})`
}

/** A table always has a head in Markdown; it is empty if the page's has none. */
function writeTable({ columns, cells }: Table, hasHeader: boolean): string {
  const [head, ...rest] = hasHeader ? cells : [columns.map(() => []), ...cells]
  return [writeRow(head!), `|${' --- |'.repeat(columns.length)}`, ...rest.map(writeRow)].join('\n')
}

const writeRow = (row: readonly (readonly Block[])[]): string =>
  `| ${row.map(writeCell).join(' | ')} |`

const writeCell = (blocks: readonly Block[]): string =>
  blocks
    .map(({ content }) =>
      writeInline(content)
        .replaceAll('\\\n', '<br>')
        .replaceAll('|', String.raw`\|`),
    )
    .join('<br>')
