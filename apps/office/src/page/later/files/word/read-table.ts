import type { Block, Color, Table } from '../../../../page-document/block.js'
import { colorLike } from './colors.js'
import { TEXT_WIDTH_PX, TWIPS_PER_PX } from './looks.js'
import { attributeOf, childOf, childrenOf, isOn, nameOf, numberOf } from './xml.js'

interface Cell {
  readonly blocks: readonly Block[]
  readonly fill: Color | undefined
  /** In pixels, if it is the cell's own. */
  readonly width: number | undefined
}

// Word has at most 63 columns.
const MAX_COLUMNS = 63
const WRAPPERS: ReadonlySet<string> = new Set(['w:sdt', 'w:sdtContent', 'w:customXml', 'w:ins'])
/** Columns whose widths differ by less are as wide as if nobody had set them. */
const TOLERANCE = 0.05

/**
 * Returns a table as a rectangle. The content of a cell that reaches over others is in the first of them.
 *
 * @param count counts what is added beside the cells of the file
 */
export function readTable(
  table: Element,
  readCell: (cell: Element) => readonly Block[],
  count: (blocks: number) => void,
): Block | undefined {
  const lines = partsOf(table, 'w:tr').filter((row) => !isDeleted(row))
  // Rows without cells take hardly any bytes.
  count(lines.length)
  const grid = lines.map((row) => layOut(row, readCell))
  const width = grid.reduce((most, { length }) => Math.max(most, length), 0)
  if (width === 0) return undefined
  count(grid.length * width - grid.reduce((sum, row) => sum + row.filter(Boolean).length, 0))
  const rows = grid.map((_, at) => String(at))
  const columns = Array.from({ length: width }, (_, at) => String(at))
  const content: Table = {
    id: null,
    rows,
    columns,
    cells: grid.map((row) => columns.map((_, at) => row[at]?.blocks.flatMap(flatten) ?? [])),
    sizes: sizesOf(grid, width),
    fills: fillsOf(grid),
  }
  const [first] = lines
  const isHead = isOn(childOf(childOf(first, 'w:trPr'), 'w:tblHeader')) === true
  return { type: 'table', attributes: isHead ? { header: true } : {}, content: [], table: content }
}

/** Returns rows or cells, which may be within content controls. */
const partsOf = (parent: Element, name: string): readonly Element[] =>
  [...parent.children].flatMap((child) => {
    if (nameOf(child) === name) return [child]
    return WRAPPERS.has(nameOf(child)) ? partsOf(child, name) : []
  })

const isDeleted = (row: Element): boolean => childOf(childOf(row, 'w:trPr'), 'w:del') !== undefined

function layOut(row: Element, readCell: (cell: Element) => readonly Block[]): (Cell | undefined)[] {
  const before = numberOf(childOf(childOf(row, 'w:trPr'), 'w:gridBefore')) ?? 0
  const cells: (Cell | undefined)[] = []
  cells.length = Math.min(Math.max(before, 0), MAX_COLUMNS)
  for (const cell of partsOf(row, 'w:tc')) {
    if (cells.length >= MAX_COLUMNS) break
    const properties = childOf(cell, 'w:tcPr')
    const span = Math.max(1, numberOf(childOf(properties, 'w:gridSpan')) ?? 1)
    cells.push({
      blocks: readCell(cell),
      fill: colorLike(attributeOf(childOf(properties, 'w:shd'), 'fill'), 'highlight'),
      width: span === 1 ? widthOf(properties) : undefined,
    })
    cells.length = Math.min(cells.length + span - 1, MAX_COLUMNS)
  }
  return cells
}

function widthOf(properties: Element | undefined): number | undefined {
  const said = childOf(properties, 'w:tcW')
  const twips = numberOf(said, 'w')
  return attributeOf(said, 'type') === 'dxa' && twips !== undefined && twips > 0
    ? Math.round(twips / TWIPS_PER_PX)
    : undefined
}

/** Returns the blocks of a table within a table. */
const flatten = (block: Block): readonly Block[] =>
  block.table === undefined ? [block] : block.table.cells.flat(2)

/** Returns the widths that were set; a table wider than the text is made as wide as the text. */
function sizesOf(
  grid: readonly (readonly (Cell | undefined)[])[],
  width: number,
): NonNullable<Table['sizes']> {
  const own = Array.from({ length: width }, (_, at) =>
    grid.map((row) => row[at]?.width).find((size) => size !== undefined),
  )
  const known = own.filter((size) => size !== undefined)
  const least = known.reduce((one, other) => Math.min(one, other), Infinity)
  const most = known.reduce((one, other) => Math.max(one, other), 0)
  const isEven = known.length === width && most - least <= most * TOLERANCE
  if (known.length === 0 || isEven) return {}
  const scale = Math.min(1, TEXT_WIDTH_PX / known.reduce((sum, size) => sum + size, 0))
  return Object.fromEntries(
    own.flatMap((size, at) => (size === undefined ? [] : [[at, Math.round(size * scale)]])),
  )
}

function fillsOf(grid: readonly (readonly (Cell | undefined)[])[]): NonNullable<Table['fills']> {
  return Object.fromEntries(
    grid.flatMap((row, at) =>
      row.flatMap((cell, column) =>
        cell?.fill === undefined ? [] : [[`${at}/${column}`, cell.fill]],
      ),
    ),
  )
}

/** Returns whether a cell only continues the one above it. */
export function isContinued(cell: Element): boolean {
  const [merge] = childrenOf(childOf(cell, 'w:tcPr'), 'w:vMerge')
  return merge !== undefined && attributeOf(merge) !== 'restart'
}
