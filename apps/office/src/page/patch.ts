import { Fragment, type Node, type Schema } from '@tiptap/pm/model'
import type { Transaction } from '@tiptap/pm/state'
import { ReplaceStep } from '@tiptap/pm/transform'
import { findGaps, type Gap } from '../page-document/match.js'

const isSame = (one: Node, other: Node): boolean => one === other || one.eq(other)

/**
 * Replaces the children of a node by the smallest steps, so that what stays is not rendered again
 * and keeps its caret.
 *
 * @param start the position of the first child
 */
export function patchChildren(
  tr: Transaction,
  start: number,
  before: readonly Node[],
  after: readonly Node[],
): void {
  const gaps = findGaps(before, after, isSame)
  // Going backwards keeps the positions of what is still to be changed.
  for (const gap of gaps.toReversed()) {
    const at = start + sizeOf(before.slice(0, gap.from))
    patchGap(tr, at, before, after, gap)
  }
}

const sizeOf = (nodes: readonly Node[]): number =>
  nodes.reduce((sum, { nodeSize }) => sum + nodeSize, 0)

function patchGap(
  tr: Transaction,
  start: number,
  before: readonly Node[],
  after: readonly Node[],
  { from, to, otherFrom, otherTo }: Gap,
): void {
  const old = before.slice(from, to)
  const now = after.slice(otherFrom, otherTo)
  const isPaired = old.length === now.length && old.every((node, at) => canPatch(node, now[at]!))
  if (!isPaired) return replaceRange(tr, start, Fragment.from([...old]), Fragment.from([...now]))
  for (let at = old.length - 1; at >= 0; at--) {
    patchNode(tr, start + sizeOf(old.slice(0, at)), old[at]!, now[at]!)
  }
}

/** Returns whether a node can be changed into another one without replacing it. */
function canPatch(before: Node, after: Node): boolean {
  if (before.isTextblock) return after.isTextblock
  return before.type === after.type && !before.isLeaf
}

function patchNode(tr: Transaction, at: number, before: Node, after: Node): void {
  if (!before.isTextblock) patchChildren(tr, at + 1, before.children, after.children)
  else if (!before.content.eq(after.content)) {
    replaceRange(tr, at + 1, before.content, after.content)
  }
  if (!before.hasMarkup(after.type, after.attrs)) setMarkup(tr, at, before, after)
}

function setMarkup(tr: Transaction, at: number, before: Node, after: Node): void {
  if (before.type !== after.type) {
    tr.setNodeMarkup(at, after.type, after.attrs)
    return
  }
  for (const [name, value] of Object.entries(after.attrs)) {
    if (before.attrs[name] !== value) tr.setNodeAttribute(at, name, value)
  }
}

/** Replaces two contents except for their common beginning and end. */
function replaceRange(tr: Transaction, start: number, before: Fragment, after: Fragment): void {
  const from = before.findDiffStart(after)
  if (from === null) return
  const end = before.findDiffEnd(after)!
  const overlap = from - Math.min(end.a, end.b)
  const [to, otherTo] = overlap > 0 ? [end.a + overlap, end.b + overlap] : [end.a, end.b]
  const slice = docOf(tr.doc.type.schema, after).slice(from, otherTo)
  tr.step(new ReplaceStep(start + from, start + to, slice))
}

/** Returns a node to cut a piece of any content from. */
const docOf = (schema: Schema, content: Fragment): Node => schema.topNodeType.create(null, content)
