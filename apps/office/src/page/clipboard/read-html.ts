import { MAX_INDENT, MIN_IMAGE_WIDTH, TONES } from '../../page-document/attributes.js'
import {
  joinRuns,
  sameFields,
  type Block,
  type BlockAttributes,
  type BlockType,
  type Marks,
  type Run,
} from '../../page-document/block.js'
import { cleanText } from '../../page-document/flow.js'
import { isSmallImage } from '../../page-document/image-source.js'
import { readTable } from './read-table.js'
import {
  alignmentOf,
  isCodeLines,
  languageOf,
  marksWithin,
  readBox,
  readWordItem,
} from './styles.js'

/** The surroundings of a text. */
interface Where {
  readonly type: BlockType
  readonly attributes: BlockAttributes
  readonly marks: Marks
  /** The number of lists around it. */
  readonly depth: number
}

const TOP: Where = { type: 'paragraph', attributes: {}, marks: {}, depth: 0 }
// People's texts are never nested this deeply.
const MAX_DEPTH = 200
/** The class of the element that browsers put around a tab, which HTML would show as a space. */
export const TAB_CLASS = 'Apple-tab-span'
const SKIPPED: ReadonlySet<string> = new Set(
  'HEAD META TITLE STYLE SCRIPT NOSCRIPT TEMPLATE LINK XML SVG MATH IFRAME OBJECT TEXTAREA SELECT BUTTON'.split(
    ' ',
  ),
)
const BLOCKS: ReadonlySet<string> = new Set(
  'P DIV SECTION ARTICLE MAIN HEADER FOOTER NAV ASIDE FIGURE FIGCAPTION DETAILS SUMMARY ADDRESS DL DT DD FORM CENTER BODY'.split(
    ' ',
  ),
)

/** Returns the blocks of HTML that any program may have written. @see OFFICE.md PG26 */
export function readHtml(root: ParentNode & Node): readonly Block[] {
  const reader = new HtmlReader()
  reader.readChildren(root, TOP)
  return reader.finish()
}

class HtmlReader {
  readonly #blocks: Block[] = []
  #runs: Run[] = []
  #where: Where = TOP
  #nesting = 0

  readChildren(parent: Node, where: Where): void {
    if (++this.#nesting <= MAX_DEPTH)
      for (const child of parent.childNodes) this.#read(child, where)
    this.#nesting--
  }

  finish(): readonly Block[] {
    this.#end()
    return this.#blocks
  }

  #read(node: Node, where: Where): void {
    if (node.nodeType === Node.TEXT_NODE) this.#addText(node.textContent ?? '', where)
    else if (node instanceof HTMLElement && !SKIPPED.has(node.tagName))
      this.#readElement(node, where)
  }

  #readElement(element: HTMLElement, where: Where): void {
    const { tagName } = element
    if (tagName === 'BR') this.#addBreak(element, where)
    else if (/^H[1-6]$/.test(tagName)) {
      const level = Number(tagName[1])
      const attributes = { level, ...indented(indentOf(element)), ...alignmentOf(element) }
      this.#readBlock(element, { ...where, type: 'heading', attributes })
    } else if (tagName === 'UL' || tagName === 'OL') this.#readList(element, where)
    else if (tagName === 'LI') this.#readItem(element, where)
    else if (tagName === 'BLOCKQUOTE') this.#readBlock(element, { ...where, type: 'quote' })
    else if (element.classList.contains(TAB_CLASS))
      this.#runs.push({ text: '\t', marks: where.marks })
    else if (tagName === 'PRE' || isCodeLines(element)) this.#readCode(element, where)
    else if (tagName === 'TABLE') this.#push(readTable(element as HTMLTableElement, readHtml))
    else if (tagName === 'HR') this.#push({ type: 'rule', attributes: {}, content: [] })
    else if (tagName === 'IMG') this.#readImage(element)
    else if (BLOCKS.has(tagName)) this.#readParagraph(element, where)
    else if (tagName !== 'INPUT') {
      this.readChildren(element, { ...where, marks: marksWithin(element, where.marks) })
    }
  }

  #readCallout(element: HTMLElement, where: Where): void {
    const tone = TONES.find((each) => each === element.dataset['callout'])
    const attributes = { ...indented(indentOf(element)), ...(tone && { tone }) }
    this.#readBlock(element, { ...where, type: 'callout', attributes })
  }

  #readParagraph(element: HTMLElement, where: Where): void {
    if (element.dataset['callout'] !== undefined) return this.#readCallout(element, where)
    const item = readWordItem(element)
    if (item !== undefined) {
      const { type, indent, checked, start } = item
      const goesOn = this.#blocks.some((block) => block.type === 'number')
      const attributes = {
        ...indented(indent),
        ...(checked && { checked }),
        ...(start && start > 1 && !goesOn && { start }),
      }
      this.#readBlock(element, { ...where, type, attributes })
      return
    }
    const isTitle = element.classList.contains('MsoTitle')
    const own: Where = isTitle ? { ...where, type: 'heading', attributes: { level: 1 } } : where
    const said = { ...indented(indentOf(element)), ...alignmentOf(element) }
    const isPlain = Object.keys(said).length === 0
    this.#readBlock(element, isPlain ? own : { ...own, attributes: { ...own.attributes, ...said } })
  }

  #readBlock(element: HTMLElement, where: Where): void {
    this.#end()
    const before = this.#blocks.length
    this.#where = where
    this.readChildren(element, { ...where, marks: marksWithin(element, where.marks) })
    const isBlank = this.#blocks.length === before && trim(this.#runs).length === 0
    if (isBlank && isBlankLine(element)) this.#blocks.push(blockOf(where, []))
    this.#end()
    this.#where = TOP
  }

  #readList(list: HTMLElement, where: Where): void {
    this.#end()
    const type = list.tagName === 'OL' ? 'number' : 'bullet'
    const start = Number(list.getAttribute('start') ?? 1)
    const attributes = start === 1 || type === 'bullet' ? {} : { start }
    let isFirst = true
    for (const child of list.children) {
      this.#read(child, {
        ...where,
        type,
        attributes: isFirst ? attributes : {},
        depth: where.depth + 1,
      })
      isFirst = false
    }
    this.#end()
  }

  #readItem(item: HTMLElement, where: Where): void {
    this.#end()
    const depth = Math.max(1, where.depth)
    const box = readBox(item)
    const plain = where.type === 'number' ? 'number' : 'bullet'
    const kind = item.dataset['toggle'] === undefined ? plain : 'toggle'
    const type: BlockType = box === undefined ? kind : 'task'
    const own = {
      ...where.attributes,
      ...indented(depth - 1),
      ...alignmentOf(item),
      ...(box?.checked && { checked: true as const }),
    }
    this.#where = { ...where, type, attributes: own }
    const before = this.#blocks.length
    const within = { type: 'paragraph' as const, attributes: indented(depth), depth }
    this.readChildren(item, { ...this.#where, ...within, marks: marksWithin(item, where.marks) })
    this.#end()
    // The first content becomes the item, whatever element is around it.
    const empty = { type, attributes: own, content: [] } satisfies Block
    const first = this.#blocks[before]
    if (first !== undefined && isSameKind(first, empty)) return
    const isText = first?.type === 'paragraph'
    this.#blocks.splice(
      before,
      isText ? 1 : 0,
      isText ? { ...empty, content: first.content } : empty,
    )
  }

  #readCode(element: HTMLElement, where: Where): void {
    this.#end()
    const text = codeOf(element)
    const isLine = element.tagName !== 'PRE' && !text.includes('\n')
    if (isLine) this.#addText(text, where)
    else {
      const content = text === '' ? [] : [{ text, marks: {} }]
      this.#push({ type: 'code', attributes: languageOf(element), content })
    }
  }

  #readImage(element: HTMLElement): void {
    const src = element.getAttribute('src')
    const alt = element.getAttribute('alt') ?? ''
    // Only images within the HTML are taken; others would need another server.
    if (!isSmallImage(src) || element.style.display === 'none') return
    const attributes = { ...(alt && { alt }), ...looksOfImage(element) }
    this.#push({ type: 'image', attributes: { src, ...attributes }, content: [] })
  }

  #addText(text: string, where: Where): void {
    const isStart = this.#runs.length === 0
    const spaced = text.replaceAll(/[ \t\r\n\f]+/g, ' ')
    // Two spaces from two elements become one, and a line never begins with a space.
    const line = /[ \n]$/.test(this.#runs.at(-1)?.text ?? '') ? spaced.trimStart() : spaced
    if (isStart && line.trim() === '' && !line.includes('\u00A0')) return
    if (isStart) this.#where = this.#where === TOP ? where : this.#where
    this.#runs.push({ text: cleanText(line), marks: where.marks })
  }

  #addBreak(element: HTMLElement, where: Where): void {
    if (element.classList.contains('Apple-interchange-newline')) return
    // Google writes blank lines between paragraphs this way.
    const isBetween =
      this.#runs.length === 0 &&
      isBlockElement(elementBefore(element) ?? element.nextElementSibling)
    if (isBetween && element.parentElement?.tagName !== 'P') this.#blocks.push(blockOf(where, []))
    else this.#runs.push({ text: '\n', marks: {} })
  }

  #push(block: Block): void {
    this.#end()
    this.#blocks.push(block)
  }

  /** Ends the current paragraph. */
  #end(): void {
    const content = trim(this.#runs)
    this.#runs = []
    if (content.length === 0) return
    this.#blocks.push(blockOf(this.#where, content))
    this.#where = TOP
  }
}

/** Returns the caption and the width of an image; a width in pixels says nothing on another screen. */
function looksOfImage({ title, style }: HTMLElement): BlockAttributes {
  const width = style.width.endsWith('%') ? Math.round(Number.parseFloat(style.width)) : 0
  const isWidth = width >= MIN_IMAGE_WIDTH && width < 100
  return { ...(title && { title: cleanText(title) }), ...(isWidth && { width }) }
}

const isSameKind = (one: Block, other: Block): boolean =>
  one.type === other.type && sameFields(one.attributes, other.attributes)

/** Returns the element before a line break, and before any line breaks right before it. */
function elementBefore(element: Element): Element | null {
  let before = element.previousElementSibling
  while (before?.tagName === 'BR') before = before.previousElementSibling
  return before
}

const isBlockElement = (element: Element | null): boolean =>
  element !== null &&
  (BLOCKS.has(element.tagName) || /^(?:H[1-6]|UL|OL|TABLE|PRE|HR)$/.test(element.tagName))

const indented = (indent: number): BlockAttributes =>
  indent > 0 ? { indent: Math.min(indent, MAX_INDENT) } : {}

/** Returns a block's indent in the page that it was copied from. */
const indentOf = ({ dataset }: HTMLElement): number => Number(dataset['indent'] ?? 0)

function blockOf({ type, attributes }: Where, content: readonly Run[]): Block {
  return { type, attributes, content }
}

/**
 * Returns whether an element without text is a blank line, and not only part of the page's
 * structure.
 */
function isBlankLine(element: HTMLElement): boolean {
  const [child] = element.children
  const isBreak = element.children.length === 1 && child?.tagName === 'BR'
  const isEmpty =
    element.children.length === 0 || isBreak || element.querySelector('span, br, o\\:p') !== null
  return element.tagName === 'DIV'
    ? isBreak
    : isEmpty && element.querySelector('img, table, ul, ol') === null
}

/** Removes white space at both ends, and a line break that only keeps an empty line open. */
function trim(runs: readonly Run[]): readonly Run[] {
  const text = runs.map((run) => run.text).join('')
  if (text.replaceAll(/[\u00A0 \n]/g, '') === '') return []
  const start = /^[ \n\u00A0]*/.exec(text)![0].length
  const end = text.length - /[ \n\u00A0]*$/.exec(text)![0].length
  let at = 0
  return joinRuns(
    runs.map((run) => {
      const from = at
      at += run.text.length
      const kept = run.text.slice(Math.max(0, start - from), Math.max(0, end - from))
      return { text: kept, marks: run.marks }
    }),
  )
}

/** Returns code with its line breaks, which may be characters or elements. */
function codeOf(element: HTMLElement): string {
  const lines = [...element.children].filter(({ tagName }) => tagName === 'DIV' || tagName === 'BR')
  const isByLine = element.tagName !== 'PRE' && lines.length > 0
  const text = isByLine ? lines.map((line) => line.textContent).join('\n') : textWithBreaks(element)
  return cleanText(text.replaceAll('\r\n', '\n').replaceAll('\u00A0', ' ')).replace(/\n$/, '')
}

function textWithBreaks(element: Element): string {
  const copy = element.cloneNode(true) as Element
  for (const line of copy.querySelectorAll('br')) line.replaceWith('\n')
  return copy.textContent
}
