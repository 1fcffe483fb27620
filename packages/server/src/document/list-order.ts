import { type Doc, GC, getState, Item } from 'yjs'
import { indexAt, originAt, sameId } from './disagreement.js'
import type { Id, Run, Struct } from './update.js'

/** The neighbours of an item, or of a part of one. */
export interface Neighbours {
  readonly origin: Id | null
  readonly rightOrigin: Id | null
}

/**
 * How many items to pass, in all, before the positions of a list are computed. Neighbours are next to
 * each other, except for what others wrote between them meanwhile.
 */
const MAX_STEPS = 100_000

/**
 * Checks that the neighbours of an item could be next to each other where it was written. Yjs writes no
 * others, and places them by what arrived before, so that readers differ for good.
 *
 * @see PROTOCOL.md DO66
 */
export class ListOrder {
  readonly #doc: Doc
  #stepsLeft = MAX_STEPS
  /** The positions in lists that were too long to walk through, by parent and key. */
  readonly #positions = new Map<Item['parent'], Map<string | null, Positions>>()

  /** @param doc must not change while this is in use */
  constructor(doc: Doc) {
    this.#doc = doc
  }

  /** Returns whether all neighbours are in the document. The other methods need them there. */
  hasAll({ origin, rightOrigin }: Neighbours): boolean {
    return [origin, rightOrigin].every(
      (id) => id === null || id.clock < getState(this.#doc.store, id.client),
    )
  }

  /** Returns whether only some of the neighbours were garbage-collected, as all of a list are at once. */
  isHalfGone({ origin, rightOrigin }: Neighbours): boolean {
    if (origin === null || rightOrigin === null) return false
    return this.#structAt(origin) instanceof GC !== this.#structAt(rightOrigin) instanceof GC
  }

  /**
   * Returns whether the neighbours are in one list, in their order, and neither was itself written next
   * to something between them.
   */
  isInOrder(neighbours: Neighbours): boolean {
    if (this.isHalfGone(neighbours)) return false
    const { origin, rightOrigin } = neighbours
    const [left, right] = [this.#structAt(origin), this.#structAt(rightOrigin)]
    if (isGone(left) || isGone(right)) return true
    // An entry of a map is written after the last one.
    if (right !== null && right.parentSub !== null) return false
    const beforeRight = right === null ? null : originAt(right, rightOrigin!.clock)
    if (left === null) return beforeRight === null
    if (right === null) return left.rightOrigin === null
    const before = this.#structAt(beforeRight)
    if (before === right) return sameId(beforeRight, origin)
    // What follows the neighbour in the same item stands between them.
    if (left === right || (before === left && beforeRight!.clock > origin!.clock)) return false
    const gap = { left, right, excluded: [before, this.#structAt(left.rightOrigin)] }
    return this.#walk(gap) ?? this.#compare(gap)
  }

  #structAt(id: Id | null): Struct | null {
    if (id === null) return null
    const structs = this.#doc.store.clients.get(id.client)!
    return structs[indexAt(structs, id.clock)]!
  }

  /** Returns `undefined` if there are too many steps to take. */
  #walk({ left, right, excluded }: Gap): boolean | undefined {
    for (let next = left.right; next !== right; next = next.right) {
      if (next === null || excluded.includes(next)) return false
      if (this.#stepsLeft-- <= 0) return undefined
    }
    return true
  }

  #compare({ left, right, excluded }: Gap): boolean {
    const { parent, parentSub } = left
    const lists = this.#positions.get(parent) ?? new Map<string | null, Positions>()
    const positions = lists.get(parentSub) ?? positionsWith(left)
    this.#positions.set(parent, lists.set(parentSub, positions))
    const from = positions.get(left)!
    const to = positions.get(right) ?? -1
    return from < to && !excluded.some((item) => isBetween(positions.get(item) ?? -1, from, to))
  }
}

type Positions = ReadonlyMap<Struct | null, number>

/** The items between two neighbours. */
interface Gap {
  readonly left: Item
  readonly right: Item
  /** What must not be among them. */
  readonly excluded: readonly (Struct | null)[]
}

function isGone(struct: Struct | null): struct is Exclude<Struct, Item> {
  return struct !== null && !(struct instanceof Item)
}

function isBetween(position: number, from: number, to: number): boolean {
  return from < position && position < to
}

/** Returns the positions of all items in the list of an item. */
function positionsWith(item: Item): Positions {
  let first = item
  while (first.left !== null) first = first.left
  const positions = new Map<Item, number>()
  for (let next: Item | null = first; next !== null; next = next.right) {
    positions.set(next, positions.size)
  }
  return positions
}

/** Returns the neighbours of all items of an update, as far as the document lacks them. */
export function neighboursIn(runs: readonly Run[], doc: Doc): Neighbours[] {
  return runs.flatMap(({ client, structs }) => {
    const state = getState(doc.store, client)
    return structs.flatMap((struct) => neighboursOf(struct, state) ?? [])
  })
}

function neighboursOf(struct: Struct, state: number): Neighbours | undefined {
  if (!(struct instanceof Item)) return undefined
  const { id, length, rightOrigin } = struct
  if (id.clock + length <= state) return undefined
  // What follows a known part of an item has that to its left.
  const isPart = id.clock < state
  const origin = isPart ? { client: id.client, clock: state - 1 } : struct.origin
  return origin === null && rightOrigin === null ? undefined : { origin, rightOrigin }
}
