/** An item of the queue. */
export interface Queued {
  /** Rooms take turns. */
  readonly roomName: string
  readonly bytes: number
}

/** The limits of a {@link Load}. */
interface Bound {
  readonly count: number
  readonly bytes: number
}

/** A number of items, and their size. */
export class Load {
  #count = 0
  #bytes = 0

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

  hasCapacityFor({ roomName, bytes }: Queued): boolean {
    if (!this.#all.hasCapacityFor(bytes, this.ofAll)) return false
    return this.#byRoom.get(roomName)?.hasCapacityFor(bytes, this.ofRoom) ?? true
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

/** A queue in which rooms take turns. Items of one room keep their order. */
export class FairQueue<T extends Queued> {
  /** The items of each room, in the order of the rooms' turns. */
  readonly #rooms = new Map<string, T[]>()

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
    const waiting = this.#rooms.get(item.roomName)
    if (waiting === undefined) this.#rooms.set(item.roomName, [item])
    else waiting.push(item)
  }

  /** Puts items back in front of the others of their rooms, in their order. */
  requeue(items: readonly T[]): void {
    for (const item of items.toReversed()) {
      const waiting = this.#rooms.get(item.roomName)
      if (waiting === undefined) this.#rooms.set(item.roomName, [item])
      else waiting.unshift(item)
    }
  }

  /** Removes and returns the next item that can go: from the lowest level, the first room in turn. */
  take(canGo: (item: T) => boolean, levelOf: (item: T) => number = () => 0): T | undefined {
    let lowest = Infinity
    let next: string | undefined
    for (const [roomName, [item]] of this.#rooms) {
      const level = levelOf(item!)
      if (level >= lowest || !canGo(item!)) continue
      lowest = level
      next = roomName
      if (level === 0) break
    }
    return next === undefined ? undefined : this.#takeOf(next)
  }

  #takeOf(roomName: string): T {
    const waiting = this.#rooms.get(roomName)!
    const item = waiting.shift()!
    this.#rooms.delete(roomName)
    if (waiting.length > 0) this.#rooms.set(roomName, waiting)
    return item
  }

  /** Returns the first item of a room that fits. */
  find(roomName: string, fits: (item: T) => boolean): T | undefined {
    return this.#rooms.get(roomName)?.find(fits)
  }

  /** Removes and returns the items of a room that fit. */
  remove(roomName: string, fits: (item: T) => boolean): T[] {
    const waiting = this.#rooms.get(roomName) ?? []
    const left = waiting.filter((item) => !fits(item))
    if (left.length > 0) this.#rooms.set(roomName, left)
    else this.#rooms.delete(roomName)
    return waiting.filter(fits)
  }

  /** Removes and returns everything, room by room. */
  takeAll(): T[] {
    const all = [...this.#rooms.values()].flat()
    this.#rooms.clear()
    return all
  }
}
