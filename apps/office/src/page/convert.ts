import type { Attrs, Mark, Node, Schema } from '@tiptap/pm/model'
import { FLAGS, SHADES } from '../page-document/attributes.js'
import {
  EMBED,
  isAtom,
  joinRuns,
  type Block,
  type BlockAttributes,
  type BlockType,
  type Color,
  type Marks,
  type Run,
  type Table,
} from '../page-document/block.js'

/** The editor's node for each type of block; the kinds of items share one node. */
const NODES: { readonly [Type in BlockType]: string } = {
  paragraph: 'paragraph',
  heading: 'heading',
  bullet: 'item',
  number: 'item',
  task: 'item',
  toggle: 'item',
  quote: 'quote',
  callout: 'callout',
  code: 'codeBlock',
  image: 'image',
  rule: 'horizontalRule',
  table: 'table',
  unknown: 'unknownBlock',
}
const TYPES = new Map(Object.entries(NODES).map(([type, node]) => [node, type as BlockType]))
// Elements that are separate nodes within a line.
const WITHOUT_BREAKS = new RegExp(`(${EMBED})`)
const WITH_BREAKS = new RegExp(`([${EMBED}\n])`)

/**
 * Converts blocks to editor nodes and back. Equal input gives the same objects, so that unchanged
 * content is recognized quickly.
 */
export class Converter {
  readonly #schema: Schema
  readonly #nodes = new WeakMap<Block, Node>()
  readonly #blocks = new WeakMap<Node, Block>()

  constructor(schema: Schema) {
    this.#schema = schema
  }

  /** Returns the nodes for blocks, plus a last paragraph if there would be no place to write. */
  toNodes(blocks: readonly Block[]): readonly Node[] {
    const nodes = blocks.map((block) => this.toNode(block))
    const last = blocks.at(-1)
    const hasPlace = last !== undefined && !isAtom(last)
    return hasPlace ? nodes : [...nodes, this.#schema.nodes['paragraph']!.create()]
  }

  toNode(block: Block): Node {
    const known = this.#nodes.get(block)
    if (known !== undefined) return known
    const node = block.table === undefined ? this.#toText(block) : this.#toTable(block, block.table)
    this.#nodes.set(block, node)
    this.#blocks.set(node, block)
    return node
  }

  toBlocks(parent: Node): readonly Block[] {
    return parent.children.map((node) => this.toBlock(node))
  }

  toBlock(node: Node): Block {
    const known = this.#blocks.get(node)
    if (known !== undefined) return known
    const block = this.#read(node)
    this.#blocks.set(node, block)
    // A table may be shown differently from how it is written.
    if (block.table === undefined) this.#nodes.set(block, node)
    return block
  }

  #toText({ type, attributes, content }: Block): Node {
    const kind = NODES[type] === 'item' ? { kind: type } : {}
    const inline = content.flatMap((run) => this.#toInline(run, type === 'code'))
    return this.#schema.node(NODES[type], { ...attributes, ...kind }, inline)
  }

  #toInline({ text, marks }: Run, isCode: boolean): readonly Node[] {
    const made = this.#toMarks(marks)
    const separators = isCode ? WITHOUT_BREAKS : WITH_BREAKS
    return text.split(separators).flatMap((part) => {
      if (part === '') return []
      if (part === EMBED) return [this.#schema.node('unknownInline', null, undefined, made)]
      if (part === '\n' && !isCode) return [this.#schema.node('hardBreak', null, undefined, made)]
      return [this.#schema.text(part, made)]
    })
  }

  #toMarks({ link, unknown, color, highlight, ...flags }: Marks): readonly Mark[] {
    const marks = Object.keys(flags).map((name) => this.#schema.mark(name))
    if (color !== undefined) marks.push(this.#schema.mark('color', { color }))
    if (highlight !== undefined) marks.push(this.#schema.mark('highlight', { color: highlight }))
    if (link !== undefined) marks.push(this.#schema.mark('link', { href: link }))
    if (unknown !== undefined) marks.push(this.#schema.mark('unknownMark', { json: unknown }))
    return marks
  }

  #toTable({ attributes }: Block, table: Table): Node {
    const { id, rows, columns, cells, sizes = {}, fills = {} } = table
    const lines = rows.map((row, at) => {
      const type = at === 0 && attributes.header === true ? 'tableHeader' : 'tableCell'
      const made = columns.map((column, index) => {
        const size = sizes[column ?? ''] ?? null
        const fill = fills[`${row}/${column}`] ?? null
        const blocks = this.toNodes(cells[at]?.[index] ?? [])
        return this.#schema.node(type, { column, size, fill }, [...blocks])
      })
      return this.#schema.node('tableRow', { id: row }, made)
    })
    return this.#schema.node('table', { id }, lines)
  }

  #read(node: Node): Block {
    if (node.type.name === 'table') return this.#readTable(node)
    const type = (node.attrs['kind'] as BlockType | undefined) ?? TYPES.get(node.type.name)!
    return { type, attributes: readNode(type, node.attrs), content: joinRuns(runsOf(node)) }
  }

  #readTable(node: Node): Block {
    const width = node.children.reduce((most, { childCount }) => Math.max(most, childCount), 0)
    const columns = Array.from({ length: width }, (_, at) => columnAt(node, at))
    const table: Table = {
      id: node.attrs['id'] as string | null,
      rows: node.children.map((row) => row.attrs['id'] as string | null),
      columns,
      cells: node.children.map((row) =>
        columns.map((_, at) => {
          const cell = row.maybeChild(at)
          return cell === null ? [] : this.toBlocks(cell)
        }),
      ),
    }
    const { sizes, fills } = looksOf(node)
    const isHead = node.firstChild?.children.every(({ type }) => type.name === 'tableHeader')
    return {
      type: 'table',
      attributes: isHead === true ? { header: true } : {},
      content: [],
      table: { ...table, sizes, fills },
    }
  }
}

/** Returns how a table's columns and cells look; those that are new have no ids yet. */
function looksOf(table: Node): Required<Pick<Table, 'sizes' | 'fills'>> {
  const sizes: { [column: string]: number } = {}
  const fills: { [cell: string]: Color } = {}
  for (const row of table.children) {
    for (const { attrs } of row.children) {
      const { column, size, fill } = attrs as {
        column: string | null
        size: unknown
        fill: unknown
      }
      if (column === null) continue
      if (typeof size === 'number') sizes[column] ??= size
      if (row.attrs['id'] !== null && typeof fill === 'string') {
        fills[`${row.attrs['id']}/${column}`] = fill as Color
      }
    }
  }
  return { sizes, fills }
}

/** Returns the column id in the cells at an index. */
function columnAt(table: Node, at: number): string | null {
  const cells = table.children.map((row) => row.maybeChild(at))
  const known = cells.find((cell) => typeof cell?.attrs['column'] === 'string')
  return (known?.attrs['column'] as string | undefined) ?? null
}

const ATTRIBUTES: readonly (keyof BlockAttributes)[] = [
  'level',
  'indent',
  'align',
  'checked',
  'start',
  'language',
  'src',
  'alt',
  'title',
  'tone',
  'width',
]

function readNode(type: BlockType, attrs: Attrs): BlockAttributes {
  const said = ATTRIBUTES.filter((name) => isSaid(name, attrs[name]) && isOf(type, name))
  return Object.fromEntries(said.map((name) => [name, attrs[name] as unknown]))
}

function isSaid(name: string, value: unknown): boolean {
  if (value === 0) return name === 'start'
  return value !== undefined && value !== null && value !== false && value !== ''
}

/** Returns whether a type has an attribute, since all items share one node in the editor. */
function isOf(type: BlockType, name: keyof BlockAttributes): boolean {
  if (name === 'checked') return type === 'task'
  if (name === 'start') return type === 'number'
  return true
}

function runsOf(node: Node): readonly Run[] {
  return node.children.map((child): Run => ({ text: textOf(child), marks: marksOf(child.marks) }))
}

function textOf(node: Node): string {
  if (node.isText) return node.text ?? ''
  return node.type.name === 'hardBreak' ? '\n' : EMBED
}

function marksOf(marks: readonly Mark[]): Marks {
  const flags = FLAGS.filter((flag) => marks.some(({ type }) => type.name === flag))
  const attribute = (mark: string, name: string) =>
    marks.find(({ type }) => type.name === mark)?.attrs[name] as string | undefined
  const link = attribute('link', 'href')
  const unknown = attribute('unknownMark', 'json')
  const shades = SHADES.flatMap((name) => {
    const color = attribute(name, 'color')
    return color === undefined ? [] : [[name, color]]
  })
  return {
    ...Object.fromEntries(flags.map((flag) => [flag, true])),
    ...Object.fromEntries(shades),
    ...(link === undefined ? {} : { link }),
    ...(unknown === undefined ? {} : { unknown }),
  }
}
