/** A range of clocks; the end is exclusive. */
export type Range = readonly [start: number, end: number]

interface YjsDeletions {
  readonly clients: ReadonlyMap<number, readonly { readonly clock: number; readonly len: number }[]>
}

/** Clocks of several clients: for each client, ranges in order that neither overlap nor touch. */
export class Ranges {
  readonly #clients = new Map<number, Range[]>()

  /** Returns the ranges of a delete set of Yjs. */
  static of({ clients }: YjsDeletions): Ranges {
    const ranges = new Ranges()
    for (const [client, deletions] of clients) {
      ranges.#add(
        client,
        deletions.map(({ clock, len }) => [clock, clock + len]),
      )
    }
    return ranges
  }

  get isEmpty(): boolean {
    return this.#clients.size === 0
  }

  get clients(): ReadonlyMap<number, readonly Range[]> {
    return this.#clients
  }

  add(client: number, start: number, end: number): void {
    this.#add(client, [[start, end]])
  }

  addAll({ clients }: Ranges): void {
    for (const [client, ranges] of clients) this.#add(client, ranges)
  }

  remove(client: number, start: number, end: number): void {
    this.#remove(client, [[start, end]])
  }

  /** Removes all clocks of other ranges. */
  removeAll({ clients }: Ranges): void {
    for (const [client, ranges] of clients) this.#remove(client, ranges)
  }

  has(client: number, clock: number): boolean {
    const ranges = this.#clients.get(client) ?? []
    const range = ranges[lastIndexUpTo(ranges, clock, ([start]) => start)]
    return range !== undefined && clock < range[1]
  }

  /** Returns the ranges of a client that may overlap a range. */
  within(client: number, start: number, end: number): readonly Range[] {
    const ranges = this.#clients.get(client) ?? []
    const startOf = ([first]: Range) => first
    const from = Math.max(0, lastIndexUpTo(ranges, start, startOf))
    return ranges.slice(from, lastIndexUpTo(ranges, end - 1, startOf) + 1)
  }

  *[Symbol.iterator](): Generator<[client: number, start: number, end: number]> {
    for (const [client, ranges] of this.#clients) {
      for (const [start, end] of ranges) yield [client, start, end]
    }
  }

  #add(client: number, ranges: readonly Range[]): void {
    const before = this.#clients.get(client) ?? []
    const [range] = ranges
    const isInOrder = range !== undefined && range[0] >= (before.at(-1)?.[0] ?? 0)
    // Sorting all of them for each one would take seconds for thousands.
    if (ranges.length === 1 && isInOrder) this.#put(client, append(before, range))
    else this.#put(client, union([...before, ...ranges]))
  }

  #put(client: number, ranges: Range[]): void {
    if (ranges.length > 0) this.#clients.set(client, ranges)
    else this.#clients.delete(client)
  }

  #remove(client: number, ranges: readonly Range[]): void {
    const before = this.#clients.get(client)
    if (before === undefined) return
    this.#put(client, difference(before, ranges))
  }
}

/** Adds a range that doesn't start before the last one, in place. */
function append(ranges: Range[], range: Range): Range[] {
  const last = ranges.at(-1)
  const [start, end] = range
  if (start >= end) return ranges
  if (last === undefined || start > last[1]) ranges.push(range)
  else ranges[ranges.length - 1] = [last[0], Math.max(last[1], end)]
  return ranges
}

function union(ranges: readonly Range[]): Range[] {
  const merged: Range[] = []
  for (const range of ranges.toSorted((a, b) => a[0] - b[0])) append(merged, range)
  return merged
}

/** Returns the ranges without the others; both are in order. */
function difference(ranges: readonly Range[], others: readonly Range[]): Range[] {
  const rest: Range[] = []
  let at = 0
  for (const [start, end] of ranges) {
    while (at < others.length && others[at]![1] <= start) at += 1
    let from = start
    for (let next = at; next < others.length && others[next]![0] < end; next += 1) {
      const [first, last] = others[next]!
      if (first > from) rest.push([from, first])
      from = Math.max(from, last)
    }
    if (from < end) rest.push([from, end])
  }
  return rest
}

/** Returns the index of the last item that starts at or before a clock, or -1. Items are in order. */
export function lastIndexUpTo<T>(
  items: readonly T[],
  clock: number,
  startOf: (item: T) => number,
): number {
  let [low, high] = [0, items.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (startOf(items[middle]!) <= clock) low = middle + 1
    else high = middle
  }
  return low - 1
}
