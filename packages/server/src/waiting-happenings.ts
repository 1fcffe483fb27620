import type { Occurrence } from './happenings.js'

/**
 * Happenings that wait for a consumer, in turns of rooms, so that none waits behind all those of a busy room.
 *
 * @see PROTOCOL.md EV19, WH15
 */
export class Waiting {
  /** Each room's, oldest first. The room whose turn it is comes first. */
  readonly #byRoom = new Map<string, Occurrence[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(happening: Occurrence): void {
    const ofRoom = this.#byRoom.get(happening.room)
    if (ofRoom === undefined) this.#byRoom.set(happening.room, [happening])
    else ofRoom.push(happening)
    this.#size += 1
  }

  /** Removes the next one and returns it; `undefined` if none waits. */
  next(): Occurrence | undefined {
    for (const [room, ofRoom] of this.#byRoom) {
      const happening = ofRoom.shift()
      this.#byRoom.delete(room)
      if (ofRoom.length > 0) this.#byRoom.set(room, ofRoom)
      this.#size -= 1
      return happening
    }
    return undefined
  }

  /** Drops the oldest of the rooms with most until so many are left. Returns how many were dropped. */
  drop(most: number): number {
    const before = this.#size
    const level = levelOf(
      [...this.#byRoom.values()].map(({ length }) => length),
      most,
    )
    for (const [room, ofRoom] of this.#byRoom) {
      if (this.#size <= most) break
      const surplus = Math.min(Math.max(ofRoom.length - level, 0), this.#size - most)
      ofRoom.splice(0, surplus)
      this.#size -= surplus
      if (ofRoom.length === 0) this.#byRoom.delete(room)
    }
    return before - this.#size
  }
}

/** Returns what each has at most, if those with more are cut until all together have at most so many. */
function levelOf(lengths: readonly number[], most: number): number {
  let left = most
  const ascending = lengths.toSorted((one, other) => one - other)
  for (const [index, length] of ascending.entries()) {
    const share = Math.floor(left / (ascending.length - index))
    if (length > share) return share
    left -= length
  }
  return Infinity
}
