/** One step from a list to another. Positions are those before the step. */
export type ListChange = Splice | Move

/** Elements that are inserted or removed. */
export interface Splice {
  readonly type: 'insert' | 'remove'
  readonly at: number
  readonly count: number
}

/** Elements that move to before the one at `to`, counted before the move. */
export interface Move {
  readonly type: 'move'
  readonly from: number
  readonly count: number
  readonly to: number
}

// With more moves, as after sorting, removing and inserting is cheaper.
const MAX_MOVES = 64

/**
 * Returns few steps that turn one list of distinct texts into another; adjacent elements share a
 * step.
 */
export function listChanges(before: readonly string[], after: readonly string[]): ListChange[] {
  const start = commonStart(before, after)
  const end = commonEnd(before, after, start)
  const from = before.slice(start, before.length - end)
  const to = after.slice(start, after.length - end)
  if (from.length === 0 && to.length === 0) return []
  return changesBetween(from, to).map((change) =>
    change.type === 'move'
      ? { ...change, from: change.from + start, to: change.to + start }
      : { ...change, at: change.at + start },
  )
}

function changesBetween(before: readonly string[], after: readonly string[]): ListChange[] {
  const places = new Map(after.map((id, at) => [id, at]))
  const common = before.filter((id) => places.has(id))
  const stayed = new Set(common)
  const resting = longestRising(common, places)
  const inOrder = after.filter((id) => stayed.has(id))
  const moves = movesTo(common, inOrder, resting)
  const kept = moves.length > MAX_MOVES ? resting : stayed
  return [
    ...removals(before, kept),
    ...(moves.length > MAX_MOVES ? [] : moves),
    ...insertions(after, kept),
  ]
}

function removals(before: readonly string[], kept: ReadonlySet<string>): ListChange[] {
  return runsOf(before, (id) => !kept.has(id))
    .toReversed()
    .map((run) => ({ type: 'remove', ...run }))
}

function insertions(after: readonly string[], kept: ReadonlySet<string>): ListChange[] {
  return runsOf(after, (id) => !kept.has(id)).map((run) => ({ type: 'insert', ...run }))
}

function movesTo(
  before: readonly string[],
  after: readonly string[],
  resting: ReadonlySet<string>,
): ListChange[] {
  const list = [...before]
  const moves: ListChange[] = []
  for (let at = 0; at < after.length && moves.length <= MAX_MOVES; at++) {
    if (resting.has(after[at]!)) continue
    const from = list.indexOf(after[at]!)
    let count = 1
    while (isMovedOn(after[at + count], list[from + count], resting)) count++
    const to = at === 0 ? 0 : list.indexOf(after[at - 1]!) + 1
    at += count - 1
    // After its neighbors left, the element may already be in the right place.
    if (to === from) continue
    moves.push({ type: 'move', from, count, to })
    moveWithin(list, from, count, to)
  }
  return moves
}

const isMovedOn = (
  next: string | undefined,
  neighbour: string | undefined,
  resting: ReadonlySet<string>,
): boolean => next !== undefined && next === neighbour && !resting.has(next)

/** Moves elements to before the one at `to`, counted before the move. */
export function moveWithin(list: unknown[], from: number, count: number, to: number): void {
  if (to > from && to < from + count) return
  const moved = list.splice(from, count)
  insertAt(list, to > from ? to - count : to, moved)
}

/** Inserts any number of values into a list. */
export function insertAt(list: unknown[], at: number, values: readonly unknown[]): void {
  // A call can take only a limited number of arguments.
  const rest = list.splice(at)
  for (const value of values) list.push(value)
  for (const value of rest) list.push(value)
}

/** Returns the most ids that can stay in place while the others move. */
function longestRising(
  ids: readonly string[],
  places: ReadonlyMap<string, number>,
): ReadonlySet<string> {
  const ends: number[] = []
  const previous: number[] = []
  const placeAt = (index: number) => places.get(ids[index]!)!
  for (const index of ids.keys()) {
    let low = 0
    let high = ends.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (placeAt(ends[middle]!) < placeAt(index)) low = middle + 1
      else high = middle
    }
    previous.push(low === 0 ? -1 : ends[low - 1]!)
    ends[low] = index
  }
  const rising = new Set<string>()
  for (let index = ends.at(-1) ?? -1; index >= 0; index = previous[index]!) rising.add(ids[index]!)
  return rising
}

function runsOf(
  ids: readonly string[],
  isIn: (id: string) => boolean,
): { readonly at: number; readonly count: number }[] {
  const runs: { at: number; count: number }[] = []
  for (const [at, id] of ids.entries()) {
    if (!isIn(id)) continue
    const last = runs.at(-1)
    if (last !== undefined && last.at + last.count === at) last.count++
    else runs.push({ at, count: 1 })
  }
  return runs
}

function commonStart(a: readonly string[], b: readonly string[]): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return length
}

function commonEnd(a: readonly string[], b: readonly string[], start: number): number {
  const most = Math.min(a.length, b.length) - start
  let length = 0
  while (length < most && a.at(-1 - length) === b.at(-1 - length)) length++
  return length
}
