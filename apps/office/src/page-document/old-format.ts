import { XmlElement, XmlText, type Doc, type XmlFragment } from 'yjs'
import { readAttributes, readMarks } from './attributes.js'
import { isAtom, joinRuns, type Block, type BlockType, type Run, type Table } from './block.js'
import { cleanText } from './flow.js'

/** The root of a page in the old format. @see PAGE.md PF10 */
export const OLD_FIELD = 'page'

// Deeper nesting would overflow the stack of every reader.
const MAX_DEPTH = 64

type Fields = { readonly [name: string]: unknown }

const LISTS: { readonly [name: string]: BlockType } = {
  bulletList: 'bullet',
  orderedList: 'number',
  taskList: 'task',
}
const TEXTS: { readonly [name: string]: BlockType } = {
  heading: 'heading',
  codeBlock: 'code',
  image: 'image',
  horizontalRule: 'rule',
}

/** Reads the blocks of a page in the old format. */
export function readOldFormat(doc: Doc): readonly Block[] {
  return childrenOf(doc.getXmlFragment(OLD_FIELD)).flatMap((child) => readElement(child, TOP))
}

interface Where {
  readonly depth: number
  readonly indent: number
  /** The type that a paragraph has in this place. */
  readonly type: BlockType
}

const TOP: Where = { depth: 0, indent: 0, type: 'paragraph' }

const isElement = (child: unknown): child is XmlElement => child instanceof XmlElement

const elementsOf = (element: XmlFragment): readonly XmlElement[] =>
  childrenOf(element).filter(isElement)

const childrenOf = (element: XmlFragment): readonly unknown[] => element.toArray()

function readElement(child: unknown, where: Where): readonly Block[] {
  if (child instanceof XmlText) return [paragraphOf([child], where, {})]
  if (!isElement(child) || where.depth > MAX_DEPTH) return []
  const name = child.nodeName
  const inner = { ...where, depth: where.depth + 1 }
  const fields: Fields = child.getAttributes()
  const list = LISTS[name]
  if (Object.hasOwn(LISTS, name)) return readList(child, list!, fields, inner)
  if (name === 'table') return [readTable(child, inner)]
  if (name === 'blockquote') return readAll(child, { ...inner, type: 'quote' })
  if (name === 'paragraph') return readText(child, inner, fields)
  if (Object.hasOwn(TEXTS, name)) return readText(child, { ...inner, type: TEXTS[name]! }, fields)
  const within = readAll(child, inner)
  return within.length > 0 ? within : [{ type: 'unknown', attributes: {}, content: [] }]
}

const readAll = (element: XmlElement, where: Where): readonly Block[] =>
  childrenOf(element).flatMap((child) => readElement(child, where))

/** Reads a paragraph and anything in it that isn't text. */
function readText(element: XmlElement, where: Where, fields: Fields): readonly Block[] {
  const inline = childrenOf(element).filter(isInline)
  const others = childrenOf(element).filter((child) => !isInline(child))
  const block = paragraphOf(inline, where, fields)
  return [block, ...others.flatMap((child) => readElement(child, where))]
}

const isInline = (child: unknown): boolean =>
  child instanceof XmlText || (isElement(child) && child.nodeName === 'hardBreak')

function paragraphOf(inline: readonly unknown[], { type, indent }: Where, fields: Fields): Block {
  const content = isAtom({ type }) ? [] : joinRuns(inline.flatMap(runsOf))
  return { type, attributes: readAttributes(type, { ...fields, indent }), content }
}

function runsOf(child: unknown): readonly Run[] {
  if (!(child instanceof XmlText)) return [{ text: '\n', marks: {} }]
  const delta = child.toDelta() as { readonly insert: unknown; readonly attributes?: Fields }[]
  return delta.flatMap(({ insert, attributes = {} }) =>
    typeof insert === 'string'
      ? [{ text: cleanText(insert), marks: readMarks(Object.entries(attributes)) }]
      : [],
  )
}

function readList(
  list: XmlElement,
  type: BlockType,
  fields: Fields,
  where: Where,
): readonly Block[] {
  return childrenOf(list).flatMap((item, at) => {
    if (!isElement(item)) return readElement(item, where)
    const start = at === 0 ? fields['start'] : undefined
    return readItem(item, type, { ...item.getAttributes(), start }, where)
  })
}

function readItem(
  item: XmlElement,
  type: BlockType,
  fields: Fields,
  where: Where,
): readonly Block[] {
  const [first, ...others] = childrenOf(item)
  const isText = isElement(first) && first.nodeName === 'paragraph'
  const inner: Where = { depth: where.depth + 1, indent: where.indent + 1, type: 'paragraph' }
  const inline = isText ? childrenOf(first).filter(isInline) : []
  const start = paragraphOf(inline, { ...where, type }, fields)
  const rest = isText ? others : [first, ...others]
  return [start, ...rest.flatMap((child) => readElement(child, inner))]
}

function readTable(table: XmlElement, where: Where): Block {
  const lines = elementsOf(table)
  const width = lines.reduce((most, row) => Math.max(most, elementsOf(row).length), 1)
  const cells = lines.map((row) => {
    const filled = elementsOf(row).map((cell) =>
      readAll(cell, { ...where, ...TOP, depth: where.depth }),
    )
    return Array.from({ length: width }, (_, at) => (filled[at] ?? []).flatMap(flatten))
  })
  const isHead =
    lines.length > 0 && elementsOf(lines[0]!).every((cell) => cell.nodeName === 'tableHeader')
  const content: Table = {
    id: null,
    rows: lines.length === 0 ? [null] : lines.map(() => null),
    columns: Array.from({ length: width }, () => null),
    cells: lines.length === 0 ? [Array.from({ length: width }, () => [])] : cells,
  }
  return { type: 'table', attributes: isHead ? { header: true } : {}, content: [], table: content }
}

/** Returns the blocks of a nested table's cells. */
const flatten = (block: Block): readonly Block[] =>
  block.table === undefined ? [block] : block.table.cells.flat(2).flatMap(flatten)
