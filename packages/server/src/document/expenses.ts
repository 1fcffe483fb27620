/** In so long, what a room has taken counts for half. */
const HALF_LIFE_MS = 15_000
/** Rooms that have taken so much more than others come after them. */
const LEVEL_MS = 250
/** Less is forgotten. */
const LEAST_MS = 5

/** What a room has taken, as of a moment. */
interface Expense {
  readonly ms: number
  readonly answers: number
  readonly atMs: number
}

/**
 * How much of the threads' time rooms have taken of late. It is a sample: whoever is seen at work is
 * charged all the time between two looks, so that what takes little is seldom seen.
 */
export class Expenses {
  /** What was charged last comes last. */
  readonly #byRoom = new Map<string, Expense>()

  constructor(private readonly now: () => number) {}

  charge(room: string, ms: number): void {
    const { ms: before, answers } = this.#of(room)
    this.#byRoom.delete(room)
    this.#byRoom.set(room, { ms: before + ms, answers, atMs: this.now() })
    this.#forget()
  }

  /** Something that a room asked was done. */
  answered(room: string): void {
    if (!this.#byRoom.has(room)) return
    const { ms, answers } = this.#of(room)
    this.#byRoom.set(room, { ms, answers: answers + 1, atMs: this.now() })
  }

  /** Whose level is lower comes first. */
  levelOf(room: string): number {
    return Math.floor(this.#of(room).ms / LEVEL_MS)
  }

  /** How long the next thing that a room asks will take. */
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
