/** Something that waits its turn. */
export interface Queued {
  /** Whose it is; everybody gets a turn. */
  readonly roomName: string
  /** How much it weighs. */
  readonly bytes: number
}

/** How much of something there may be. */
interface Bound {
  readonly count: number
  readonly bytes: number
}

/** How much there is. */
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

  /** Whether there may be more; nothing is too large if it is alone. */
  hasCapacityFor(bytes: number, bound: Bound): boolean {
    if (this.isNothing) return true
    return this.#count < bound.count && this.#bytes + bytes <= bound.bytes
  }
}

/** Loads by room, and of all together. */
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

/** What waits, by room, in order within each; rooms take turns. */
export class FairQueue<T extends Queued> {
  /** Whose turn it is next comes first. */
  readonly #rooms = new Map<string, T[]>()

  get isEmpty(): boolean {
    return this.#rooms.size === 0
  }

  /** Whether anything waits that is not a room's. */
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

  /** Back before everything else of their rooms, in their order. */
  putBack(items: readonly T[]): void {
    for (const item of items.toReversed()) {
      const waiting = this.#rooms.get(item.roomName)
      if (waiting === undefined) this.#rooms.set(item.roomName, [item])
      else waiting.unshift(item)
    }
  }

  /** Takes the next one whose turn it is and that can go; of those, one of the lowest level. */
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

  /** The first of what is a room's that fits. */
  find(roomName: string, fits: (item: T) => boolean): T | undefined {
    return this.#rooms.get(roomName)?.find(fits)
  }

  /** Takes out what is a room's and fits. */
  remove(roomName: string, fits: (item: T) => boolean): T[] {
    const waiting = this.#rooms.get(roomName) ?? []
    const left = waiting.filter((item) => !fits(item))
    if (left.length > 0) this.#rooms.set(roomName, left)
    else this.#rooms.delete(roomName)
    return waiting.filter(fits)
  }

  /** Takes everything out, room by room. */
  drain(): T[] {
    const all = [...this.#rooms.values()].flat()
    this.#rooms.clear()
    return all
  }
}
