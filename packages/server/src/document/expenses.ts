/** The time in which a room's expense halves. */
const HALF_LIFE_MS = 15_000
/** The expense that makes up one level. Rooms of a lower level come first. */
const LEVEL_MS = 250
/** A smaller expense is dropped. */
const LEAST_MS = 5

/** The expense of a room at a moment. */
interface Expense {
  readonly ms: number
  readonly answers: number
  readonly atMs: number
}

/**
 * The thread time that each room has used recently. It is sampled: a room that is at work in a sample
 * is charged for the time between two samples, so short work is rarely charged.
 */
export class Expenses {
  /** In order of the last charge. */
  readonly #byRoom = new Map<string, Expense>()

  constructor(private readonly now: () => number) {}

  charge(room: string, ms: number): void {
    const { ms: before, answers } = this.#of(room)
    this.#byRoom.delete(room)
    this.#byRoom.set(room, { ms: before + ms, answers, atMs: this.now() })
    this.#forget()
  }

  /** Counts a finished request of a room. */
  answered(room: string): void {
    if (!this.#byRoom.has(room)) return
    const { ms, answers } = this.#of(room)
    this.#byRoom.set(room, { ms, answers: answers + 1, atMs: this.now() })
  }

  /** Returns a room's level; rooms with a lower level come first. */
  levelOf(room: string): number {
    return Math.floor(this.#of(room).ms / LEVEL_MS)
  }

  /** Returns how long a room's next request is expected to take. */
  expectedMs(room: string): number {
    const { ms, answers } = this.#of(room)
    return ms / Math.max(1, answers)
  }

  #of(room: string): Expense {
    const nowMs = this.now()
    const { ms, answers, atMs } = this.#byRoom.get(room) ?? { ms: 0, answers: 0, atMs: nowMs }
    const share = 0.5 ** ((nowMs - atMs) / HALF_LIFE_MS)
    return { ms: ms * share, answers: answers * share, atMs: nowMs }
  }

  #forget(): void {
    for (const room of this.#byRoom.keys()) {
      if (this.#of(room).ms >= LEAST_MS) return
      this.#byRoom.delete(room)
    }
  }
}
