import type { Node } from '@tiptap/pm/model'
import type { Transaction } from '@tiptap/pm/state'
import type { Mappable } from '@tiptap/pm/transform'
import type { Match } from '../../late-parts.js'

/** Where the threads of a page are, by their ids; one whose text is deleted is nowhere. */
export type Ranges = ReadonlyMap<string, Match>

/** What was cut out of a page, and the threads in it, by where they begin and end in its characters. */
export interface Cut {
  readonly text: string
  readonly threads: ReadonlyMap<string, Match>
}

/** Where threads are after an edit. */
export interface Followed {
  readonly ranges: Ranges
  /** What was cut last: it may be pasted later. */
  readonly cut: Cut | undefined
  /** Whether text was moved, or pasted again. */
  readonly hasMoved: boolean
}

/** Longer text isn't looked through. */
const MAX_CHARACTERS = 500_000

/** Moves ranges along with the text around them; what is deleted has none. */
export function mapRanges(ranges: Ranges, mapping: Mappable): Ranges {
  const mapped = new Map<string, Match>()
  for (const [id, { from, to }] of ranges) {
    const at = { from: mapping.map(from, 1), to: mapping.map(to, -1) }
    if (at.from < at.to) mapped.set(id, at)
  }
  return mapped
}

/**
 * Follows threads through an edit of this window. Text that is deleted and written again, at once or later, takes its
 * threads along: that is how blocks are moved and dragged, and how text is cut and pasted.
 *
 * @see OFFICE.md PG91
 */
export function follow(tr: Transaction, before: Ranges, cutBefore: Cut | undefined): Followed {
  const cuts: Cut[] = []
  const inserted: Match[] = []
  let ranges = before
  for (const [at, map] of tr.mapping.maps.entries()) {
    const doc = tr.docs[at]!
    map.forEach((from, to, newFrom, newTo) => {
      if (to > from) cuts.push(cutOut(doc, { from, to }, ranges))
      if (newTo > newFrom) inserted.push(toEnd(tr, at, { from: newFrom, to: newTo }))
    })
    ranges = mapRanges(ranges, map)
  }
  const cut = cuts.findLast(({ text, threads }) => threads.size > 0 && text !== '') ?? cutBefore
  const moved = new Map(ranges)
  let hasMoved = false
  for (const each of [...(cutBefore === undefined ? [] : [cutBefore]), ...cuts]) {
    if (each.text.length > 1 || each.threads.size > 0)
      hasMoved = place(tr.doc, inserted, each, moved) || hasMoved
  }
  return { ranges: moved, cut, hasMoved }
}

function cutOut(doc: Node, { from, to }: Match, ranges: Ranges): Cut {
  const { text, positions } = flatten(doc, from, to)
  const threads = new Map<string, Match>()
  const inside = [...ranges].filter(([, range]) => range.from >= from && range.to <= to)
  if (inside.length === 0) return { text, threads }
  const indexes = new Map(positions.map((position, index) => [position, index]))
  for (const [id, range] of inside) {
    const [first, last] = [indexes.get(range.from), indexes.get(range.to - 1)]
    if (first !== undefined && last !== undefined) threads.set(id, { from: first, to: last + 1 })
  }
  return { text, threads }
}

const toEnd = (tr: Transaction, at: number, { from, to }: Match): Match => {
  const rest = tr.mapping.slice(at + 1)
  return { from: rest.map(from, -1), to: rest.map(to, 1) }
}

/** Puts the threads of what was cut to where its text is written again; returns whether it is. */
function place(
  doc: Node,
  inserted: readonly Match[],
  { text, threads }: Cut,
  ranges: Map<string, Match>,
): boolean {
  for (const { from, to } of inserted) {
    if (to - from < text.length) continue
    const written = flatten(doc, from, to)
    const start = written.text.indexOf(text)
    if (text === '' || start === -1) continue
    for (const [id, at] of threads) {
      const [first, last] = [
        written.positions[start + at.from],
        written.positions[start + at.to - 1],
      ]
      // What was only copied is still where it was.
      if (ranges.has(id) || first === undefined || last === undefined) continue
      ranges.set(id, { from: first, to: last + 1 })
    }
    return true
  }
  return false
}

/** Returns the characters of a range, with the position of each, and line breaks between blocks. */
function flatten(doc: Node, from: number, to: number) {
  let text = ''
  const positions: number[] = []
  if (to - from > MAX_CHARACTERS) return { text, positions }
  const add = (characters: string, at: number) => {
    text += characters
    for (let index = 0; index < characters.length; index += 1) positions.push(at + index)
  }
  doc.nodesBetween(from, to, (node, at) => {
    if (node.isText) {
      const [first, last] = [Math.max(from, at), Math.min(to, at + node.nodeSize)]
      add(node.text!.slice(first - at, last - at), first)
    } else if (node.isInline && node.isLeaf) add('\uFFFC', at)
    else if (node.isTextblock && text !== '') add('\n', -1)
  })
  const length = text.replace(/\n+$/u, '').length
  return { text: text.slice(0, length), positions: positions.slice(0, length) }
}
