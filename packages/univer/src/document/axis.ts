import { LIMITS } from './limits.js'
import { isOrderKey, keyInRun, type OrderKey } from './order-key.js'

/** The id of a row or column: `12` if the sheet began with it, or `k3x9z1a0cd-0`. */
export type LineId = string

/** The name of an axis of a sheet. */
export type AxisName = 'rows' | 'columns'

/**
 * The first and last position, inclusive. A deleted line has its last position before its first.
 */
export interface Span {
  readonly first: number
  readonly last: number
}

/** What an entry's change affects; `null` if nothing visible. */
export type AxisChange =
  | { readonly what: 'order' }
  | { readonly what: 'size' | 'hidden'; readonly id: LineId }
  | null

interface Run {
  readonly key: OrderKey
  readonly count: number
}

const FIRST_RUN = 'i'
/** What the end of a range begins with that is a place and not a line. */
const PLACE = '~'
const ENTRY = /^((?:[0-9a-z]{1,24}-)?(?:0|[1-9][0-9]{0,6})|[0-9a-z]{1,24})\/([a-z]+)$/
const LINE = /^(?:([0-9a-z]{1,24})-)?(0|[1-9][0-9]{0,6})$/

/** Returns whether a text can be the id of a row or column. */
export const isLineId = (text: string): boolean => LINE.test(text)

/** Returns whether a text can be an end of a range: a line, or the place of an order key. */
export const isRangeEnd = (text: string): boolean =>
  text.startsWith(PLACE) ? isOrderKey(text.slice(1)) : isLineId(text)

/**
 * The rows or columns of a sheet in order, read from the document's entries.
 *
 * @see SHEET.md SD3, SD4, SD5
 */
export class Axis {
  readonly name: AxisName
  readonly sizes = new Map<LineId, number>()
  readonly hidden = new Set<LineId>()
  readonly #runs = new Map<string, Run>()
  readonly #moved = new Map<LineId, OrderKey>()
  /** Where a sort has put lines. */
  readonly #sorted = new Map<LineId, OrderKey>()
  readonly #gone = new Set<LineId>()
  #firstCount: number
  #ids: readonly LineId[] | null = null
  #indexes: ReadonlyMap<LineId, number> | null = null
  #accepted: ReadonlyMap<string, Run> | null = null

  constructor(name: AxisName, firstCount: number) {
    this.name = name
    this.#firstCount = firstCount
  }

  /** @param count the number of lines the sheet began with */
  begin(count: number): boolean {
    if (count === this.#firstCount) return false
    this.#firstCount = count
    this.#forget()
    return true
  }

  /** Takes in an entry, which a stranger may have written; `undefined` is a deleted one. */
  read(entry: string, value: unknown): AxisChange {
    const [, id, property] = ENTRY.exec(entry) ?? []
    if (id === undefined) return null
    if (property === 'run') return this.#readRun(id, value)
    if (!LINE.test(id)) return null
    if (property === 'size') return this.#readSize(id, value)
    if (property === 'hidden') return setHas(this.hidden, id, value === true, 'hidden')
    if (property === 'gone') return this.#reorder(setHas(this.#gone, id, value === true, 'hidden'))
    if (property === 'at') return this.#readKey(this.#moved, id, value)
    if (property === 'sorted') return this.#readKey(this.#sorted, id, value)
    return null
  }

  /** The ids of all lines, in order. */
  get ids(): readonly LineId[] {
    this.#ids ??= this.#inOrder()
    return this.#ids
  }

  /** Returns a line's key, even if it is deleted; `undefined` if it never existed. */
  keyOf(id: LineId): OrderKey | undefined {
    return this.#sorted.get(id) ?? this.#ownKey(id)
  }

  /** Returns whether a sort has put a line where it is. */
  isSorted(id: LineId): boolean {
    return this.#sorted.has(id)
  }

  /** Returns a line's position; -1 if it doesn't exist. */
  indexOf(id: LineId): number {
    if (this.#isAsBegun) {
      const at = Number(id)
      return at < this.#firstCount && firstIds(this.#firstCount)[at] === id ? at : -1
    }
    this.#indexes ??= new Map(this.ids.map((line, at) => [line, at]))
    return this.#indexes.get(id) ?? -1
  }

  /** Returns the number of lines up to a key, inclusive. */
  countUpTo(key: OrderKey): number {
    return this.#rank(this.ids, key, '~')
  }

  /** Returns a line's position, or where a deleted one was; `null` if it never existed. */
  placeOf(id: LineId): Span | null {
    const at = this.indexOf(id)
    if (at !== -1) return { first: at, last: at }
    const key = this.keyOf(id)
    if (key === undefined) return null
    const rank = this.#rank(this.ids, key, id)
    return { first: rank, last: rank - 1 }
  }

  /**
   * Returns the lines of a range from its first end to its last one; `null` if none of them is left.
   * A range of one line is that line, wherever it is. Any other stays where it is in a sort.
   *
   * @see SHEET.md SF2
   */
  rangeOf(first: string, last: string): Span | null {
    return spanOf(first === last ? [this.placeOf(first)] : [this.endOf(first), this.endOf(last)])
  }

  /** Returns where an end of a range of several lines is; `null` if it never existed. */
  endOf(end: string): Span | null {
    if (this.#sorted.size === 0 && !end.startsWith(PLACE)) return this.placeOf(end)
    const key = end.startsWith(PLACE) ? end.slice(1) : this.#ownKey(end)
    if (key === undefined) return null
    const first = this.#rank(this.ids, key, '')
    return { first, last: this.countUpTo(key) - 1 }
  }

  /** Returns the end of a range of several lines at the place of a line. */
  endAt(id: LineId): string {
    const at = this.indexOf(id)
    const end = this.endOf(id)
    const isThere = end?.first === at && end.last === at
    const key = this.keyOf(id)
    const isLong = key === undefined || key.length > LIMITS.placeCharacters
    return this.#sorted.size === 0 || isThere || isLong ? id : PLACE + key
  }

  /** Returns whether there is a run with that name. */
  hasRun(name: string): boolean {
    return this.#runs.has(name)
  }

  /** Whether some lines are ignored because there are too many. */
  get hasTooMany(): boolean {
    return this.#acceptedRuns.size < this.#runs.size
  }

  /** How many more lines can be added. */
  get room(): number {
    let count = this.#firstCount
    for (const run of this.#acceptedRuns.values()) count += run.count
    return this.#limit - count
  }

  /** Whether no line was added, deleted or moved. */
  get #isAsBegun(): boolean {
    const { size } = this.#acceptedRuns
    return this.#gone.size + this.#moved.size + this.#sorted.size + size === 0
  }

  get #limit(): number {
    return LIMITS[this.name]
  }

  #readRun(run: string, value: unknown): AxisChange {
    const parsed = parseRun(value)
    if (parsed === null && !this.#runs.has(run)) return null
    if (parsed === null) this.#runs.delete(run)
    else this.#runs.set(run, parsed)
    return this.#reorder({ what: 'order' })
  }

  #readKey(keys: Map<LineId, OrderKey>, id: LineId, value: unknown): AxisChange {
    const key = isOrderKey(value) ? value : undefined
    if (key === keys.get(id)) return null
    if (key === undefined) keys.delete(id)
    else keys.set(id, key)
    return this.#reorder({ what: 'order' })
  }

  #readSize(id: LineId, value: unknown): AxisChange {
    if (isSize(value)) this.sizes.set(id, value)
    else this.sizes.delete(id)
    return { what: 'size', id }
  }

  #reorder(change: AxisChange): AxisChange {
    if (change === null) return null
    this.#forget()
    return { what: 'order' }
  }

  #forget(): void {
    this.#ids = null
    this.#indexes = null
    this.#accepted = null
  }

  /** The key of a line's own place, whatever was sorted. */
  #ownKey(id: LineId): OrderKey | undefined {
    return this.#moved.get(id) ?? this.#firstKey(id)
  }

  #firstKey(id: LineId): OrderKey | undefined {
    const [, name, digits] = LINE.exec(id) ?? []
    const index = Number(digits)
    if (name === undefined) {
      return index < this.#firstCount ? keyInRun(FIRST_RUN, index) : undefined
    }
    const run = this.#acceptedRuns.get(name)
    return run !== undefined && index < run.count ? keyInRun(run.key, index) : undefined
  }

  /** The runs within the limit; every client accepts the same ones. */
  get #acceptedRuns(): ReadonlyMap<string, Run> {
    if (this.#accepted !== null) return this.#accepted
    let count = this.#firstCount
    const accepted = new Map<string, Run>()
    for (const name of [...this.#runs.keys()].toSorted()) {
      const run = this.#runs.get(name)!
      if (count + run.count > this.#limit) continue
      count += run.count
      accepted.set(name, run)
    }
    this.#accepted = accepted
    return accepted
  }

  #inOrder(): LineId[] {
    if (this.#isAsBegun) return firstIds(this.#firstCount).slice(0, this.#firstCount)
    const resting: LineId[] = []
    for (let index = 0; index < this.#firstCount; index++) {
      const id = firstIds(this.#firstCount)[index]!
      if (!this.#gone.has(id) && !this.#isPlaced(id)) resting.push(id)
    }
    const inOrder: LineId[] = []
    let taken = 0
    for (const { key, id } of this.#placed()) {
      const rank = this.#rank(resting, key, id)
      while (taken < rank) inOrder.push(resting[taken++]!)
      inOrder.push(id)
    }
    while (taken < resting.length) inOrder.push(resting[taken++]!)
    // Two people may each delete the half that the other left.
    return inOrder.length > 0 ? inOrder : ['0']
  }

  #isPlaced(id: LineId): boolean {
    return this.#moved.has(id) || this.#sorted.has(id)
  }

  /** Returns the lines that were inserted, moved or sorted. */
  #placed(): { readonly key: OrderKey; readonly id: LineId }[] {
    const ids = new Set([...this.#moved.keys(), ...this.#sorted.keys()])
    for (const [name, { count }] of this.#acceptedRuns) {
      for (let index = 0; index < count; index++) ids.add(`${name}-${index}`)
    }
    return [...ids]
      .flatMap((id) => {
        // A move or sort of a line that never existed is ignored.
        const key = this.#firstKey(id) === undefined ? undefined : this.keyOf(id)
        return key === undefined || this.#gone.has(id) ? [] : [{ key, id }]
      })
      .toSorted((a, b) => compare(a.key, b.key) || compare(a.id, b.id))
  }

  /** Returns how many of the lines come before this one. */
  #rank(ids: readonly LineId[], key: OrderKey, id: LineId): number {
    let low = 0
    let high = ids.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = ids[middle]!
      const order = compare(this.keyOf(other)!, key) || compare(other, id)
      if (order < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

const FIRST_IDS: LineId[] = []

/** Returns the first ids, at least this many; all sheets share the strings. */
function firstIds(count: number): readonly LineId[] {
  while (FIRST_IDS.length < count) FIRST_IDS.push(String(FIRST_IDS.length))
  return FIRST_IDS
}

/** Returns the remaining lines between two places, in either order. */
export function spanOf(places: readonly (Span | null)[]): Span | null {
  const known = places.filter((place) => place !== null)
  const first = Math.min(...known.map((place) => place.first))
  const last = Math.max(...known.map((place) => place.last))
  return known.length > 0 && first <= last ? { first, last } : null
}

/** Compares two texts by their characters, the same in every locale. */
export function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** Returns whether a value is a height or width in pixels. */
export function isSize(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= LIMITS.size
}

function parseRun(value: unknown): Run | null {
  if (!Array.isArray(value)) return null
  const [key, count] = value as readonly unknown[]
  if (!isOrderKey(key) || typeof count !== 'number') return null
  return Number.isInteger(count) && count > 0 && count <= LIMITS.rows ? { key, count } : null
}

function setHas(set: Set<LineId>, id: LineId, has: boolean, what: 'hidden'): AxisChange {
  if (set.has(id) === has) return null
  if (has) set.add(id)
  else set.delete(id)
  return { what, id }
}
