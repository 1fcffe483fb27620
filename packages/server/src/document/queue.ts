import { AccountLines } from './account-lines.js'

/** An item of the queue. */
export interface Queued {
  /** Rooms take turns. */
  readonly roomName: string
  readonly bytes: number
  /** Of a read: the account that asks for it. Accounts take turns with their reads of a room. */
  readonly reader?: string | undefined
}

/** How many other items of its room pass a read that waits. */
const MOST_PASSING = 32

/** The limits of a {@link Load}. */
interface Bound {
  readonly count: number
  readonly bytes: number
}

/** A number of items, and their size. */
export class Load {
  #count = 0
  #bytes = 0

  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#bytes
  }

  get isNothing(): boolean {
    return this.#count === 0
  }

  add(bytes: number): void {
    this.#count += 1
    this.#bytes += bytes
  }

  remove(bytes: number): void {
    this.#count -= 1
    this.#bytes -= bytes
  }

  /** Returns whether an item of this size may be added. A single item is never too large. */
  hasCapacityFor(bytes: number, bound: Bound): boolean {
    if (this.isNothing) return true
    return this.#count < bound.count && this.#bytes + bytes <= bound.bytes
  }
}

/** The load of each room, and of all together. */
export class Loads {
  readonly #byRoom = new Map<string, Load>()
  readonly #all = new Load()

  constructor(
    private readonly ofRoom: Bound,
    private readonly ofAll: Bound,
  ) {}

  get isFull(): boolean {
    return !this.#all.hasCapacityFor(0, this.ofAll)
  }

  hasCapacityFor(item: Queued): boolean {
    return this.#all.hasCapacityFor(item.bytes, this.ofAll) && this.roomHasCapacityFor(item)
  }

  /** Returns whether an item's room has capacity for it, whatever the others have. */
  roomHasCapacityFor({ roomName, bytes }: Queued): boolean {
    return this.#byRoom.get(roomName)?.hasCapacityFor(bytes, this.ofRoom) ?? true
  }

  /** Returns the room with most of what is used up, if that is more than an item's own room would have with it. */
  greediest({ roomName, bytes }: Queued): string | undefined {
    const isByCount = this.#all.count >= this.ofAll.count
    const sizeOf = (load: Load) => (isByCount ? load.count : load.bytes)
    const own = this.#byRoom.get(roomName)
    let most = (own === undefined ? 0 : sizeOf(own)) + (isByCount ? 1 : bytes)
    let greediest: string | undefined
    for (const [name, load] of this.#byRoom) {
      if (sizeOf(load) <= most) continue
      most = sizeOf(load)
      greediest = name
    }
    return greediest
  }

  add({ roomName, bytes }: Queued): void {
    let load = this.#byRoom.get(roomName)
    if (load === undefined) {
      load = new Load()
      this.#byRoom.set(roomName, load)
    }
    load.add(bytes)
    this.#all.add(bytes)
  }

  remove({ roomName, bytes }: Queued): void {
    const load = this.#byRoom.get(roomName)!
    load.remove(bytes)
    if (load.isNothing) this.#byRoom.delete(roomName)
    this.#all.remove(bytes)
  }
}

/**
 * The items of one room. A read lets others pass, up to a number; then it has its place among them. So it
 * never comes before what was there when it came, which it may have to have.
 */
class Line<T extends Queued> {
  #items: T[] = []
  /** Those that let others pass. */
  readonly #reads = new AccountLines<T>()
  #passed = 0

  get isEmpty(): boolean {
    return this.#items.length === 0 && this.#reads.isEmpty
  }

  get next(): T {
    return this.#items[0] ?? this.#reads.next!
  }

  add(item: T): void {
    if (item.reader === undefined) this.#items.push(item)
    else this.#reads.add(item.reader, item)
  }

  /** Adds an account to those that wait for a read. Returns `false` if that has its place already. */
  join(item: T, reader: string): boolean {
    if (!this.#reads.includes(item)) return false
    this.#reads.add(reader, item)
    return true
  }

  /** Puts an item back in front of the others; a read at the end of its account's. */
  putBack(item: T): void {
    if (item.reader === undefined) this.#items.unshift(item)
    else this.#reads.add(item.reader, item)
  }

  take(): T {
    const item = this.#items.shift()
    if (item === undefined) return this.#reads.take()!
    if (!this.#reads.isEmpty) this.#pass()
    return item
  }

  #pass(): void {
    this.#passed += 1
    if (this.#passed < MOST_PASSING) return
    this.#passed = 0
    this.#items.push(this.#reads.take()!)
  }

  /** Removes and returns a read that still lets others pass and that only this account waits for. */
  takeRead(reader: string): T | undefined {
    return this.#reads.takeOf(reader)
  }

  /** Removes and returns the items that fit, none of which is a read. */
  remove(fits: (item: T) => boolean): T[] {
    const removed = this.#items.filter(fits)
    this.#items = this.#items.filter((item) => !fits(item))
    return removed
  }

  find(fits: (item: T) => boolean): T | undefined {
    return this.#items.find(fits)
  }

  values(): T[] {
    return [...this.#items, ...this.#reads.values()]
  }
}

/**
 * A queue in which rooms take turns. Items of one room keep their order, but reads come after the others.
 *
 * @see PROTOCOL.md DO18, DO61
 */
export class FairQueue<T extends Queued> {
  /** The items of each room, in the order of the rooms' turns. */
  readonly #rooms = new Map<string, Line<T>>()

  get isEmpty(): boolean {
    return this.#rooms.size === 0
  }

  /** Returns whether an item of another room waits. */
  hasOthersThan(roomName: string): boolean {
    return this.#rooms.size > (this.#rooms.has(roomName) ? 1 : 0)
  }

  has(roomName: string): boolean {
    return this.#rooms.has(roomName)
  }

  add(item: T): void {
    this.#lineOf(item.roomName).add(item)
  }

  /** Adds an account to those that wait for a read. Returns `false` if nothing may join it any more. */
  join(item: T, reader: string): boolean {
    return this.#rooms.get(item.roomName)?.join(item, reader) === true
  }

  /** Puts items back in front of the others of their rooms, in their order. */
  requeue(items: readonly T[]): void {
    for (const item of items.toReversed()) this.#lineOf(item.roomName).putBack(item)
  }

  /** Removes and returns the next item that can go: from the lowest level, the first room in turn. */
  take(canGo: (item: T) => boolean, levelOf: (item: T) => number = () => 0): T | undefined {
    let lowest = Infinity
    let found: string | undefined
    for (const [roomName, { next }] of this.#rooms) {
      const level = levelOf(next)
      if (level >= lowest || !canGo(next)) continue
      lowest = level
      found = roomName
      if (level === 0) break
    }
    return found === undefined ? undefined : this.#takeOf(found)
  }

  #takeOf(roomName: string): T {
    const line = this.#rooms.get(roomName)!
    const item = line.take()
    this.#rooms.delete(roomName)
    if (!line.isEmpty) this.#rooms.set(roomName, line)
    return item
  }

  /** Removes and returns a read that only this account waits for; `undefined` if there is none. */
  takeRead(reader: string): T | undefined {
    for (const [roomName, line] of this.#rooms) {
      const item = line.takeRead(reader)
      if (item === undefined) continue
      if (line.isEmpty) this.#rooms.delete(roomName)
      return item
    }
    return undefined
  }

  /** Returns the first item of a room that fits and isn't a read. */
  find(roomName: string, fits: (item: T) => boolean): T | undefined {
    return this.#rooms.get(roomName)?.find(fits)
  }

  /** Removes and returns the items of a room that fit and aren't reads. */
  remove(roomName: string, fits: (item: T) => boolean): T[] {
    const line = this.#rooms.get(roomName)
    const removed = line?.remove(fits) ?? []
    if (line?.isEmpty === true) this.#rooms.delete(roomName)
    return removed
  }

  /** Removes and returns everything, room by room. */
  takeAll(): T[] {
    const all = [...this.#rooms.values()].flatMap((line) => line.values())
    this.#rooms.clear()
    return all
  }

  #lineOf(roomName: string): Line<T> {
    const line = this.#rooms.get(roomName) ?? new Line<T>()
    this.#rooms.set(roomName, line)
    return line
  }
}
