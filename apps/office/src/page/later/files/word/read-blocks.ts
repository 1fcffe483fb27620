import { MAX_INDENT } from '../../../../page-document/attributes.js'
import {
  joinRuns,
  textOf,
  type Block,
  type BlockAttributes,
  type Run,
} from '../../../../page-document/block.js'
import { INDENT_TWIPS } from './looks.js'
import type { Item } from './numberings.js'
import { OpenLists } from './open-lists.js'
import { isContinued, readTable } from './read-table.js'
import { TextReader, type ParagraphText } from './read-text.js'
import { withoutBlank, type Reading } from './reading.js'
import { headingAt, type Kind } from './styles.js'
import { attributeOf, childOf, nameOf, numberOf } from './xml.js'

/** What only groups paragraphs and tables. */
const GROUPS: ReadonlySet<string> = new Set(
  'w:sdt w:sdtContent w:ins w:moveTo w:customXml w:smartTag'.split(' '),
)
const ALIGNMENTS: { readonly [said: string]: BlockAttributes } = {
  center: { align: 'center' },
  right: { align: 'end' },
  end: { align: 'end' },
  both: { align: 'justify' },
}
const CHECK_BOX = /^[☐☑☒] ?/
const MAX_CAPTION = 1_000
const BORDERS = ['w:top', 'w:bottom', 'w:between']

/** Reads the blocks of a text, of a cell or of a text box. */
export class BlockReader {
  readonly #reading: Reading
  readonly #text: TextReader
  readonly #blocks: Block[] = []
  readonly #lists = new OpenLists<number>()
  /** The text of paragraphs whose end was deleted. */
  #carried: Run[] = []
  /** Whether the last block is code of which more lines may follow. */
  #isInLines = false

  constructor(reading: Reading) {
    this.#reading = reading
    this.#text = new TextReader(reading)
  }

  read(parent: Element): readonly Block[] {
    this.#readAll(parent)
    if (this.#carried.length > 0) {
      this.#push({ type: 'paragraph', attributes: {}, content: joinRuns(this.#carried) })
    }
    return this.#blocks
  }

  #readAll(parent: Element): void {
    this.#reading.within(() => {
      for (const child of parent.children) this.#read(child)
    })
  }

  #read(element: Element): void {
    const name = nameOf(element)
    if (name === 'w:p') this.#readParagraph(element)
    else if (name === 'w:tbl') this.#readTable(element)
    else if (GROUPS.has(name)) this.#readAll(element)
    else if (name === 'mc:AlternateContent') {
      this.#readAll(childOf(element, 'mc:Choice') ?? element)
    }
  }

  #readTable(element: Element): void {
    const readCell = (cell: Element) => {
      this.#reading.countBlocks()
      return isContinued(cell) ? [] : withoutBlank(new BlockReader(this.#reading).read(cell))
    }
    const table = readTable(element, readCell, (count) => this.#reading.countBlocks(count))
    if (table !== undefined) this.#push(table)
  }

  #readParagraph(element: Element): void {
    const properties = childOf(element, 'w:pPr')
    const style = attributeOf(childOf(properties, 'w:pStyle'))
    const { styles, numberings } = this.#reading
    const kind = styles.kindOf(style) ?? headingAt(numberOf(childOf(properties, 'w:outlineLvl')))
    const item =
      kind === undefined ? numberings.read(childOf(properties, 'w:numPr'), style) : undefined
    const read = this.#text.read(element, { style: kind === undefined ? style : undefined })
    if (isJoined(properties)) this.#carry(read.runs)
    else {
      const text = { ...read, runs: joinRuns([...this.#carried, ...read.runs]) }
      this.#carried = []
      this.#add(text, { kind, item, look: this.#lookOf(properties, style), properties })
    }
    for (const image of read.images) this.#push(image)
    for (const box of read.boxes) this.#readBox(box)
  }

  #carry(runs: readonly Run[]): void {
    this.#reading.countBlocks()
    for (const run of runs) this.#carried.push(run)
  }

  #readBox(box: Element): void {
    for (const block of withoutBlank(new BlockReader(this.#reading).read(box))) this.#push(block)
  }

  #lookOf(properties: Element | undefined, style: string | undefined): BlockAttributes {
    const own = attributeOf(childOf(properties, 'w:jc'))
    const given = attributeOf(this.#reading.styles.paragraphProperty(style, 'w:jc'))
    // Many programs justify all text by its style.
    const align = ALIGNMENTS[own ?? (given === 'both' ? '' : (given ?? ''))]
    const indent = childOf(properties, 'w:ind')
    const twips = numberOf(indent, 'left') ?? numberOf(indent, 'start') ?? 0
    const depth = Math.min(Math.max(Math.round(twips / INDENT_TWIPS), 0), MAX_INDENT)
    return { ...align, ...(depth > 0 && { indent: depth }) }
  }

  #add(text: ParagraphText, said: Said): void {
    const { runs } = text
    const { kind, item, look } = said
    const isInLines = this.#isInLines
    this.#isInLines = kind?.type === 'lines'
    if (runs.every((run) => run.text.trim() === '') && this.#addWithoutText(text, said)) return
    if (kind?.type === 'lines') this.#addLine(plain(runs), isInLines)
    else if (kind?.type !== 'caption' || !this.#addCaption(runs)) {
      this.#push(blockOf(runs, kind, item, look), item?.count)
    }
  }

  /** Returns whether a paragraph without text is something else than a blank line. */
  #addWithoutText({ hasRule, isDrawn }: ParagraphText, { kind, item, properties }: Said): boolean {
    const isLine = item === undefined && hasBorder(properties)
    if (kind?.type === 'rule' || hasRule || isLine) {
      this.#push({ type: 'rule', attributes: {}, content: [] })
      return true
    }
    // An image or a box is a block of its own, so nothing is left of the paragraph around it.
    return isDrawn || kind?.type === 'gap'
  }

  /** Some programs write each line of code as a paragraph. */
  #addLine(line: readonly Run[], isNext: boolean): void {
    const last = isNext ? this.#blocks.at(-1) : undefined
    if (last?.type !== 'code') return this.#push({ type: 'code', attributes: {}, content: line })
    const joined = `${textOf(last)}\n${line.map(({ text }) => text).join('')}`
    this.#blocks.pop()
    this.#push({ ...last, content: [{ text: joined, marks: {} }] })
  }

  /** Returns whether there is an image above that has no caption yet. */
  #addCaption(runs: readonly Run[]): boolean {
    const last = this.#blocks.at(-1)
    const title = runs
      .map(({ text }) => text)
      .join('')
      .trim()
    const isOf = last?.type === 'image' && last.attributes.title === undefined
    if (!isOf || title === '' || title.length > MAX_CAPTION) return false
    this.#blocks.pop()
    this.#push({ ...last, attributes: { ...last.attributes, title } })
    return true
  }

  /** @param count the number that an item has in the file */
  #push(block: Block, count?: number): void {
    this.#reading.countBlocks()
    const { indent = 0 } = block.attributes
    if (block.type !== 'number' || count === undefined) {
      this.#lists.pass(indent)
      this.#blocks.push(block)
      return
    }
    const follows = (this.#lists.goOn(indent) ?? 0) + 1 === count
    this.#lists.open(indent, count)
    this.#blocks.push(
      follows ? block : { ...block, attributes: { ...block.attributes, start: count } },
    )
  }
}

/** What is said about a paragraph beside its text. */
interface Said {
  readonly kind: Kind | undefined
  readonly item: Item | undefined
  readonly look: BlockAttributes
  readonly properties: Element | undefined
}

function blockOf(
  runs: readonly Run[],
  kind: Kind | undefined,
  item: Item | undefined,
  look: BlockAttributes,
): Block {
  const { align } = look
  if (item !== undefined) {
    const block: Block = {
      type: item.type,
      attributes: { ...item.attributes, ...(align && { align }) },
      content: runs,
    }
    return item.type === 'bullet' ? asTask(block) : block
  }
  if (kind === undefined || !('attributes' in kind) || kind.type === 'rule') {
    return asTask({ type: 'paragraph', attributes: look, content: runs })
  }
  const isCode = kind.type === 'code'
  return {
    type: kind.type,
    attributes: { ...kind.attributes, ...(!isCode && look) },
    content: isCode ? plain(runs) : runs,
  }
}

/** Returns a line with a check box before it as a task. */
function asTask(block: Block): Block {
  const [first, ...rest] = block.content
  const [box] = CHECK_BOX.exec(first?.text ?? '') ?? []
  if (first === undefined || box === undefined) return block
  const text = first.text.slice(box.length)
  const content = [{ ...first, text }, ...rest].filter((run) => run.text !== '')
  const checked = box.startsWith('☐') ? {} : ({ checked: true } as const)
  return { type: 'task', attributes: { ...block.attributes, ...checked }, content }
}

function plain(runs: readonly Run[]): readonly Run[] {
  const text = runs.map((run) => run.text).join('')
  return text === '' ? [] : [{ text, marks: {} }]
}

/** Returns whether the end of a paragraph was deleted, so that the next one goes on with it. */
function isJoined(properties: Element | undefined): boolean {
  const mark = childOf(properties, 'w:rPr')
  return childOf(mark, 'w:del') !== undefined || childOf(mark, 'w:moveFrom') !== undefined
}

function hasBorder(properties: Element | undefined): boolean {
  const borders = childOf(properties, 'w:pBdr')
  return BORDERS.some((side) => {
    const value = attributeOf(childOf(borders, side))
    return value !== undefined && value !== 'none' && value !== 'nil'
  })
}
