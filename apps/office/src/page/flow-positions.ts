import type { Node, ResolvedPos } from '@tiptap/pm/model'
import { isAtom } from '../page-document/block.js'
import type { Entry, Marker } from '../page-document/flow.js'
import type { PageDocument } from '../page-document/page-document.js'
import { TEXT, toPlace, type Place, type RelativeJson } from '../page-document/places.js'
import { cellName, parseCellName } from '../page-document/tables.js'

/**
 * Returns the place in the page's texts for a position in the editor.
 *
 * @returns `undefined` where there is no text, such as between two rows
 */
export function placeAt(page: PageDocument, $at: ResolvedPos): Place | undefined {
  const table = page.blocks[$at.index(0)]?.table
  if ($at.depth < 2 || table === undefined) return placeWithin(page, TEXT, $at, 0)
  const row = table.rows[$at.index(1)]
  const column = $at.depth < 3 ? undefined : table.columns[$at.index(2)]
  if (typeof row !== 'string' || typeof column !== 'string') return undefined
  return placeWithin(page, cellName(table.id!, row, column), $at, 3)
}

function placeWithin(page: PageDocument, flow: string, $at: ResolvedPos, depth: number): Place {
  const entries = page.entriesOf(flow)
  const block = $at.index(depth)
  const start = lengthOf(entries.slice(0, block))
  const isInText = $at.depth === depth + 1 && $at.parent.isTextblock
  return { flow, index: start + (isInText && block < entries.length ? $at.parentOffset : 0) }
}

const lengthOf = (entries: readonly Entry[]): number =>
  entries.reduce((sum, { length }) => sum + length, 0)

/** Returns where the block of a marker begins; `undefined` if it isn't in that text any more. */
export function startOfBlock(page: PageDocument, flow: string, marker: Marker): Place | undefined {
  const entries = page.entriesOf(flow)
  const block = entries.findIndex((entry) => entry.marker === marker)
  return block === -1 ? undefined : { flow, index: lengthOf(entries.slice(0, block)) }
}

/** Returns the entry of the block at a position; `undefined` if nobody has written the block. */
export function entryAt(page: PageDocument, $at: ResolvedPos): Entry | undefined {
  const place = placeAt(page, $at)
  if (place === undefined) return undefined
  return page.entriesOf(place.flow)[$at.index(place.flow === TEXT ? 0 : 3)]
}

/** Returns where a paragraph goes whose cell is gone: below the table, or where the table was. */
export function besideTable(page: PageDocument, doc: Node, relative: RelativeJson): number {
  const flow = relative.tname ?? toPlace(page.doc, relative)?.flow
  const table = parseCellName(flow ?? '')?.table
  const shown = page.blocks.findIndex(
    (block) => block.table !== undefined && block.table.id === table,
  )
  if (shown !== -1) return startOf(doc, shown + 1)
  const place = table === undefined ? undefined : page.placeOf(table)
  const at = place === undefined ? undefined : positionAt(page, doc, place)
  if (at === undefined) return doc.content.size
  const $at = doc.resolve(at)
  if ($at.depth === 0) return at
  return $at.parentOffset === 0 ? $at.before(1) : $at.after(1)
}

/** Returns whether a position can move along with a character before it in its block. */
export const hasBefore = ($at: ResolvedPos): boolean =>
  $at.parent.isTextblock && $at.parentOffset > 0

/** Returns the editor's position for a place; `undefined` if it isn't shown. */
export function positionAt(page: PageDocument, doc: Node, { flow, index }: Place) {
  const parent = flow === TEXT ? { node: doc, start: 0 } : cellAt(page, doc, flow)
  return parent && within(page.entriesOf(flow), parent.node, parent.start, index)
}

function cellAt(page: PageDocument, doc: Node, flow: string) {
  const cell = parseCellName(flow)
  const block = page.blocks.findIndex(({ table }) => table?.id === cell?.table)
  const table = page.blocks[block]?.table
  if (cell === undefined || table === undefined || block >= doc.childCount) return undefined
  const [row, column] = [table.rows.indexOf(cell.row), table.columns.indexOf(cell.column)]
  if (row === -1 || column === -1) return undefined
  const [rowNode, tableStart] = [doc.child(block).maybeChild(row), startOf(doc, block)]
  const node = rowNode?.maybeChild(column)
  if (!rowNode || !node) return undefined
  const rowStart = tableStart + 1 + startOf(doc.child(block), row)
  return { node, start: rowStart + 1 + startOf(rowNode, column) + 1 }
}

const startOf = (parent: Node, at: number): number =>
  parent.children.slice(0, at).reduce((sum, { nodeSize }) => sum + nodeSize, 0)

function within(entries: readonly Entry[], parent: Node, start: number, index: number): number {
  let at = 0
  let position = start
  for (const [block, { length, marker, block: content }] of entries.entries()) {
    const node = parent.maybeChild(block)
    if (node === null) break
    const end = at + length - (marker === null ? 0 : 1)
    if (index <= end) return isAtom(content) ? position : position + 1 + Math.max(0, index - at)
    at += length
    position += node.nodeSize
  }
  // The place is at the end, where a paragraph may be shown that nobody has written.
  const last = parent.lastChild!
  const isBeyond = parent.childCount > entries.length
  if (isBeyond) return position + 1
  return last.isTextblock ? position - 1 : position
}
