/** Clocks from the first up to, but without, the last. */
export type Range = readonly [start: number, end: number]

interface YjsDeletions {
  readonly clients: ReadonlyMap<number, readonly { readonly clock: number; readonly len: number }[]>
}

/** Clocks of several clients: for each of them ranges in order, none touching another. */
export class Ranges {
  readonly #clients = new Map<number, readonly Range[]>()

  /** What Yjs has as a delete set. */
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

  /** Takes out what is in another one as well. */
  removeAll({ clients }: Ranges): void {
    for (const [client, ranges] of clients) this.#remove(client, ranges)
  }

  has(client: number, clock: number): boolean {
    const ranges = this.#clients.get(client) ?? []
    return ranges.some(([start, end]) => start <= clock && clock < end)
  }

  *[Symbol.iterator](): Generator<[client: number, start: number, end: number]> {
    for (const [client, ranges] of this.#clients) {
      for (const [start, end] of ranges) yield [client, start, end]
    }
  }

  #add(client: number, ranges: readonly Range[]): void {
    const all = union([...(this.#clients.get(client) ?? []), ...ranges])
    if (all.length > 0) this.#clients.set(client, all)
  }

  #remove(client: number, ranges: readonly Range[]): void {
    const before = this.#clients.get(client)
    if (before === undefined) return
    const rest = difference(before, ranges)
    if (rest.length > 0) this.#clients.set(client, rest)
    else this.#clients.delete(client)
  }
}

function union(ranges: readonly Range[]): Range[] {
  const merged: Range[] = []
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1)
    if (start >= end) continue
    if (last !== undefined && start <= last[1])
      merged[merged.length - 1] = [last[0], Math.max(last[1], end)]
    else merged.push([start, end])
  }
  return merged
}

/** Both in order. */
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
