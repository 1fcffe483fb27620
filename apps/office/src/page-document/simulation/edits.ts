import type { Random } from '../../../../../test/simulation/random.js'
import {
  isAtom,
  joinRuns,
  paragraph,
  textOf,
  type Block,
  type BlockType,
  type Marks,
  type Run,
  type Table,
} from '../block.js'

/** A change to the blocks of a page or of a cell. */
type Change = (blocks: readonly Block[], chance: Random, text: () => string) => readonly Block[]

/** Returns the text between two places. */
function cut(runs: readonly Run[], from: number, to: number): readonly Run[] {
  let at = 0
  const kept = runs.map(({ text, marks }): Run => {
    const start = at
    at += text.length
    return { text: text.slice(Math.max(0, from - start), Math.max(0, to - start)), marks }
  })
  return joinRuns(kept)
}

const lengthOf = (block: Block): number => textOf(block).length
const withContent = (block: Block, content: readonly Run[]): Block => ({ ...block, content })

const replaced = (
  blocks: readonly Block[],
  at: number,
  count: number,
  ...others: readonly Block[]
): readonly Block[] => blocks.toSpliced(at, count, ...others)

function pickText(blocks: readonly Block[], chance: Random): number {
  const places = blocks.flatMap((block, at) => (isAtom(block) ? [] : [at]))
  return places.length === 0 ? -1 : chance.pick(places)
}

const type: Change = (blocks, chance, text) => {
  const at = pickText(blocks, chance)
  if (at === -1) return [...blocks, paragraph(text())]
  const block = blocks[at]!
  // People mostly type at the end.
  const offset = chance.below(2) === 0 ? lengthOf(block) : chance.below(lengthOf(block) + 1)
  const marks = chance.below(6) === 0 ? ({ bold: true } as const) : {}
  const content = joinRuns([
    ...cut(block.content, 0, offset),
    { text: text(), marks },
    ...cut(block.content, offset, lengthOf(block)),
  ])
  return replaced(blocks, at, 1, withContent(block, content))
}

const split: Change = (blocks, chance) => {
  const at = pickText(blocks, chance)
  if (at === -1) return blocks
  const block = blocks[at]!
  const offset = chance.below(lengthOf(block) + 1)
  const first = withContent(block, cut(block.content, 0, offset))
  const rest = withContent(block, cut(block.content, offset, lengthOf(block)))
  return replaced(blocks, at, 1, first, rest)
}

const join: Change = (blocks, chance) => {
  const at = pickText(blocks, chance)
  const before = blocks[at - 1]
  if (before === undefined || isAtom(before)) return blocks
  const content = joinRuns([...before.content, ...blocks[at]!.content])
  return replaced(blocks, at - 1, 2, withContent(before, content))
}

const TYPES: readonly BlockType[] = [
  'paragraph',
  'heading',
  'bullet',
  'number',
  'task',
  'toggle',
  'quote',
  'callout',
  'code',
]

const retype: Change = (blocks, chance) => {
  const from = pickText(blocks, chance)
  const to = from + 1 + chance.below(2)
  const kind = chance.pick(TYPES)
  const level = 1 + chance.below(6)
  return blocks.map((block, at) => {
    if (at < from || at >= to || isAtom(block)) return block
    const attributes = attributesOf(kind, level)
    return { ...block, type: kind, attributes }
  })
}

function attributesOf(kind: BlockType, level: number): Block['attributes'] {
  if (kind === 'heading') return { level }
  if (kind === 'code' && level > 3) return { language: 'math' }
  return kind === 'callout' && level > 3 ? { tone: level > 4 ? 'tip' : 'danger' } : {}
}

const SRC = 'data:image/png;base64,AAAA'

/** Adds an image, or changes how one looks. */
const image: Change = (blocks, chance) => {
  const at = blocks.findIndex(({ type: kind }) => kind === 'image')
  const looks = chance.pick([{}, { width: 50 }, { title: 'red' }, { alt: 'a', width: 33 }])
  const block: Block = { type: 'image', attributes: { src: SRC, ...looks }, content: [] }
  return at === -1
    ? replaced(blocks, chance.below(blocks.length + 1), 0, block)
    : replaced(blocks, at, 1, block)
}

const indent: Change = (blocks, chance) => {
  const at = pickText(blocks, chance)
  const block = blocks[at]
  if (block === undefined || block.type === 'code') return blocks
  const { indent: before = 0, ...attributes } = block.attributes
  const after = Math.max(0, Math.min(8, before + chance.pick([1, -1])))
  const changed = after === 0 ? attributes : { ...attributes, indent: after }
  return replaced(blocks, at, 1, { ...block, attributes: changed })
}

/** A writer may give and take any of the attributes that a block can have beside its type. */
const align: Change = (blocks, chance) => {
  const at = pickText(blocks, chance)
  const block = blocks[at]
  if (block === undefined || block.type === 'code') return blocks
  const { align: _before, ...attributes } = block.attributes
  const to = chance.pick([undefined, 'center', 'end', 'justify'] as const)
  const changed = to === undefined ? attributes : { ...attributes, align: to }
  return replaced(blocks, at, 1, { ...block, attributes: changed })
}

const MARKS: readonly Marks[] = [
  { italic: true },
  { color: 'red' },
  { color: 'blue', bold: true },
  { highlight: 'yellow' },
  { math: true },
  { math: true, bold: true },
  {},
]

const mark: Change = (blocks, chance) => {
  const at = pickText(blocks, chance)
  if (at === -1) return blocks
  const block = blocks[at]!
  const [from, to] = range(lengthOf(block), chance)
  const marks = chance.pick(MARKS)
  const content = joinRuns([
    ...cut(block.content, 0, from),
    ...cut(block.content, from, to).map(({ text }): Run => ({ text, marks })),
    ...cut(block.content, to, lengthOf(block)),
  ])
  return replaced(blocks, at, 1, withContent(block, content))
}

function range(length: number, chance: Random): readonly [number, number] {
  const ends = [chance.below(length + 1), chance.below(length + 1)]
  return [Math.min(...ends), Math.max(...ends)]
}

const remove: Change = (blocks, chance) => {
  const from = pickText(blocks, chance)
  const to = from + chance.below(3)
  const [first, last] = [blocks[from], blocks[to]]
  if (first === undefined || last === undefined || isAtom(last)) return blocks
  const [start, end] =
    from === to
      ? range(Math.min(4, lengthOf(first)), chance)
      : [chance.below(lengthOf(first) + 1), chance.below(lengthOf(last) + 1)]
  const content = joinRuns([
    ...cut(first.content, 0, start),
    ...cut(last.content, end, lengthOf(last)),
  ])
  return replaced(blocks, from, to - from + 1, withContent(first, content))
}

/** Deletes whole blocks. */
const drop: Change = (blocks, chance) =>
  blocks.length < 4 ? blocks : replaced(blocks, chance.below(blocks.length), 1)

const addTable: Change = (blocks, chance, text) => {
  if (blocks.filter((block) => block.type === 'table').length > 1) return blocks
  const cells = [
    [[paragraph(text())], []],
    [[], []],
  ]
  const table: Table = { id: null, rows: [null, null], columns: [null, null], cells }
  const block: Block = { type: 'table', attributes: { header: true }, content: [], table }
  return replaced(blocks, chance.below(blocks.length + 1), 0, block)
}

/** Possible changes and their weights. */
const CHANGES: readonly (readonly [number, Change])[] = [
  [35, type],
  [9, split],
  [8, join],
  [10, retype],
  [6, indent],
  [4, align],
  [2, image],
  [5, mark],
  [7, remove],
  [2, drop],
  [3, addTable],
]

/** Applies one of the changes at random. */
export function changeBlocks(
  blocks: readonly Block[],
  chance: Random,
  text: () => string,
): readonly Block[] {
  const tables = blocks.flatMap((block, at) => (block.table === undefined ? [] : [at]))
  if (tables.length > 0 && chance.below(3) === 0) {
    return changeTableAt(blocks, chance.pick(tables), chance, text)
  }
  const total = CHANGES.reduce((sum, [weight]) => sum + weight, 0)
  let left = chance.below(total)
  const [, change] = CHANGES.find(([weight]) => (left -= weight) < 0)!
  return change(blocks, chance, text)
}

/**
 * Moves a block, which means to delete it and write it again; returns also which blocks may be
 * written again. To move a block behind the next one is the same as to move that one before it.
 */
export function moveBlock(blocks: readonly Block[], chance: Random) {
  const from = pickText(blocks, chance)
  const block = blocks[from]
  if (block === undefined) return { blocks, among: [] }
  const to = chance.below(blocks.length)
  const moved = blocks.toSpliced(from, 1).toSpliced(to, 0, block)
  return { blocks: moved, among: blocks.slice(Math.min(from, to), Math.max(from, to) + 1) }
}

function changeTableAt(
  blocks: readonly Block[],
  at: number,
  chance: Random,
  text: () => string,
): readonly Block[] {
  const block = blocks[at]!
  const table = changeTable(block.table!, chance, text)
  return replaced(blocks, at, 1, { ...block, table })
}

function changeTable(table: Table, chance: Random, text: () => string): Table {
  const { rows, columns, cells } = table
  const row = chance.below(rows.length)
  const column = chance.below(columns.length)
  const kind = chance.below(12)
  if (kind < 6) {
    const within = type(cells[row]![column]!, chance, text)
    return { ...table, cells: cells.with(row, cells[row]!.with(column, within)) }
  }
  if (kind === 6) {
    const empty = columns.map(() => [])
    return { ...table, rows: rows.toSpliced(row, 0, null), cells: cells.toSpliced(row, 0, empty) }
  }
  if (kind === 7) {
    const wider = cells.map((line) => line.toSpliced(column, 0, []))
    return { ...table, columns: columns.toSpliced(column, 0, null), cells: wider }
  }
  if (kind === 10) {
    const { [columns[column]!]: _size, ...sizes } = table.sizes ?? {}
    const size = chance.pick([undefined, 80, 240])
    return { ...table, sizes: size === undefined ? sizes : { ...sizes, [columns[column]!]: size } }
  }
  if (kind === 11) {
    const cell = `${rows[row]}/${columns[column]}`
    const { [cell]: _fill, ...fills } = table.fills ?? {}
    const fill = chance.pick([undefined, 'red', 'blue'] as const)
    return { ...table, fills: fill === undefined ? fills : { ...fills, [cell]: fill } }
  }
  if (kind === 8 && rows.length > 1) {
    return { ...table, rows: rows.toSpliced(row, 1), cells: cells.toSpliced(row, 1) }
  }
  if (kind === 9 && columns.length > 1) {
    const narrower = cells.map((line) => line.toSpliced(column, 1))
    return { ...table, columns: columns.toSpliced(column, 1), cells: narrower }
  }
  return table
}
