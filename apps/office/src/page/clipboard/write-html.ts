import type { Alignment, Block, BlockType, Color, Marks, Run } from '../../page-document/block.js'
import { TAB_CLASS } from './read-html.js'
import { shadeOf } from './shades.js'

const TAGS: readonly (readonly [keyof Marks, string])[] = [
  ['math', 'tex-math'],
  ['code', 'code'],
  ['strike', 's'],
  ['underline', 'u'],
  ['italic', 'em'],
  ['bold', 'strong'],
]
const LISTS: { readonly [type in BlockType]?: string } = {
  bullet: 'ul',
  task: 'ul',
  toggle: 'ul',
  number: 'ol',
}

/** Returns HTML for other programs: nested lists, headings and tables. @see OFFICE.md PG28 */
export function writeHtml(blocks: readonly Block[]): DocumentFragment {
  const writer = new HtmlWriter()
  for (const block of blocks) writer.add(block)
  return writer.root
}

class HtmlWriter {
  readonly root = document.createDocumentFragment()
  /** The open lists, from the outermost on. */
  #lists: HTMLElement[] = []

  add(block: Block): void {
    const tag = LISTS[block.type]
    if (tag === undefined) {
      this.#lists = []
      this.#addBlock(block)
    } else this.#addItem(block, tag)
  }

  #addItem(block: Block, tag: string): void {
    const depth = block.attributes.indent ?? 0
    this.#lists.length = Math.min(this.#lists.length, depth + 1)
    if (this.#lists.length === depth + 1 && this.#lists.at(-1)!.localName !== tag) this.#lists.pop()
    while (this.#lists.length <= depth) this.#openList(tag, block.attributes.start)
    const item = document.createElement('li')
    setAlignment(item, block.attributes.align)
    if (block.type === 'toggle') item.dataset['toggle'] = ''
    if (block.type === 'task') item.append(boxOf(block), ' ')
    for (const each of inlineOf(block.content)) item.append(each)
    this.#lists.at(-1)!.append(item)
  }

  #openList(tag: string, start: number | undefined): void {
    const list = document.createElement(tag)
    if (tag === 'ol' && start !== undefined) list.setAttribute('start', String(start))
    const outer = this.#lists.at(-1)
    // HTML nests a list within the item before it.
    const parent = outer === undefined ? this.root : (outer.lastElementChild ?? outer)
    parent.append(list)
    this.#lists.push(list)
  }

  #addBlock(block: Block): void {
    if (block.type === 'quote') this.#addQuote(block)
    else this.root.append(elementOf(block))
  }

  #addQuote(block: Block): void {
    const last = this.root.lastElementChild
    const quote = last?.localName === 'blockquote' ? last : document.createElement('blockquote')
    quote.append(textElement('p', block))
    this.root.append(quote)
  }
}

function elementOf(block: Block): HTMLElement {
  const { type, attributes, table } = block
  if (table !== undefined) return tableElement(block)
  if (type === 'heading') return textElement(`h${attributes.level ?? 1}`, block)
  if (type === 'code') return codeElement(block)
  if (type === 'rule') return document.createElement('hr')
  if (type === 'callout') return calloutElement(block)
  if (type === 'image') return imageElement(block)
  return textElement('p', block)
}

function textElement(tag: string, { content, attributes }: Block): HTMLElement {
  const element = document.createElement(tag)
  if (attributes.indent !== undefined) {
    element.dataset['indent'] = String(attributes.indent)
    element.style.marginInlineStart = `${attributes.indent * 2}em`
  }
  setAlignment(element, attributes.align)
  for (const each of inlineOf(content)) element.append(each)
  return element
}

function setAlignment(element: HTMLElement, align: Alignment | undefined): void {
  if (align === undefined) return
  element.dataset['align'] = align
  element.style.textAlign = align
}

function codeElement({ content, attributes }: Block): HTMLElement {
  const pre = document.createElement('pre')
  const code = document.createElement('code')
  if (attributes.language !== undefined) code.className = `language-${attributes.language}`
  code.textContent = content.map(({ text }) => text).join('')
  pre.append(code)
  return pre
}

function calloutElement(block: Block): HTMLElement {
  const element = textElement('aside', block)
  element.dataset['callout'] = block.attributes.tone ?? ''
  element.style.padding = '.5em 1em'
  element.style.backgroundColor = shadeOf('blue', 'highlight')
  return element
}

function imageElement({ attributes: { src, alt, title, width } }: Block): HTMLElement {
  const image = document.createElement('img')
  image.setAttribute('src', src ?? '')
  image.setAttribute('alt', alt ?? '')
  if (title !== undefined) image.title = title
  if (width !== undefined) image.style.width = `${width}%`
  return image
}

function tableElement({ table, attributes }: Block): HTMLElement {
  const element = document.createElement('table')
  const body = element.createTBody()
  for (const [at, row] of table!.cells.entries()) {
    const line = body.insertRow()
    for (const blocks of row) {
      const cell = document.createElement(at === 0 && attributes.header === true ? 'th' : 'td')
      cell.append(writeHtml(blocks))
      line.append(cell)
    }
  }
  return element
}

function boxOf({ attributes }: Block): HTMLElement {
  const box = document.createElement('input')
  box.setAttribute('type', 'checkbox')
  box.setAttribute('disabled', '')
  if (attributes.checked === true) box.setAttribute('checked', '')
  return box
}

/** Returns the nodes for text with marks. */
const inlineOf = (runs: readonly Run[]): readonly Node[] =>
  runs.map(({ text, marks }) => {
    const fragment = document.createDocumentFragment()
    for (const [at, line] of text.split('\n').entries()) {
      if (at > 0) fragment.append(document.createElement('br'))
      for (const each of withTabs(line)) fragment.append(each)
    }
    return wrap(fragment, marks)
  })

function withTabs(line: string): readonly (string | Node)[] {
  return line.split(/(\t)/).map((part) => {
    if (part !== '\t') return part
    const tab = document.createElement('span')
    tab.className = TAB_CLASS
    tab.style.whiteSpace = 'pre'
    tab.textContent = part
    return tab
  })
}

function wrap(content: Node, marks: Marks): Node {
  let wrapped = content
  for (const [name, tag] of TAGS) {
    if (marks[name] === undefined) continue
    const element = document.createElement(tag)
    element.append(wrapped)
    wrapped = element
  }
  if (marks.color !== undefined) wrapped = shade('span', 'color', marks.color, wrapped)
  if (marks.highlight !== undefined) {
    wrapped = shade('mark', 'background-color', marks.highlight, wrapped)
  }
  if (marks.link === undefined) return wrapped
  const link = document.createElement('a')
  link.setAttribute('href', marks.link)
  link.append(wrapped)
  return link
}

/** Other programs show the color; the name brings it back into a page. */
function shade(tag: string, property: string, color: Color, content: Node): HTMLElement {
  const element = document.createElement(tag)
  element.dataset['color'] = color
  element.style.setProperty(property, shadeOf(color, tag === 'mark' ? 'highlight' : 'text'))
  element.append(content)
  return element
}
