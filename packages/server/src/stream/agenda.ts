import type { Clock } from './clock.js'

/** Tasks that are due in the same slot run together, up to this much later. */
const SLOT_MS = 50
/** Tasks due later than this are checked again after this time, so that a few timers are always enough. */
const HORIZON_MS = 30_000

/** Runs tasks at their times. Thousands of tasks share a few timers. */
export class Agenda {
  readonly #slots = new Map<number, Set<Entry>>()

  constructor(private readonly clock: Clock) {}

  /** Runs a task once after a time. Returns a function that cancels it. */
  after(ms: number, work: () => void): () => void {
    const entry: Entry = { atMs: this.clock.now() + ms, work, slot: 0 }
    this.#enter(entry)
    return () => {
      entry.work = undefined
      this.#slots.get(entry.slot)?.delete(entry)
    }
  }

  #enter(entry: Entry): void {
    const nowMs = this.clock.now()
    entry.slot = Math.ceil(Math.min(entry.atMs, nowMs + HORIZON_MS) / SLOT_MS)
    const known = this.#slots.get(entry.slot)
    if (known !== undefined) return void known.add(entry)
    this.#slots.set(entry.slot, new Set([entry]))
    this.clock.after(Math.max(0, entry.slot * SLOT_MS - nowMs), () => this.#do(entry.slot))
  }

  #do(slot: number): void {
    const entries = this.#slots.get(slot) ?? []
    this.#slots.delete(slot)
    const nowMs = this.clock.now()
    for (const entry of entries) {
      if (entry.atMs > nowMs) this.#enter(entry)
      else entry.work?.()
    }
  }
}

interface Entry {
  readonly atMs: number
  /** `undefined` once it is cancelled, which another task due at the same time may do. */
  work: (() => void) | undefined
  slot: number
}
