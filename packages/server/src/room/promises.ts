import type { Operation } from './operation.js'

/** The promise of a member to confirm again. */
interface Promised {
  readonly withinMs: number
  /** When it was made. */
  readonly atMs: number
  /** `Infinity` while it is being judged. */
  readonly dueMs: number
}

/**
 * When the members that are connected to one node promised to confirm again. Not part of the room's
 * state, because the nodes of a room don't tell each other of promises that are kept. Pure: callers pass
 * the time.
 *
 * @see PROTOCOL.md CO1, CO2, CO4
 */
export class Promises {
  readonly #promised = new Map<string, Promised>()
  /** A lower bound for when the next promise is due. */
  #nextDueMs = Infinity

  /** @param isConnected whether a member is connected to this node */
  constructor(private readonly isConnected: (id: string) => boolean) {}

  /** The number of members that promised something. */
  get size(): number {
    return this.#promised.size
  }

  /** Notes what an operation promises, after it was applied. */
  heed(operation: Operation, nowMs: number): void {
    const isSign = operation.do === 'open' || operation.do === 'move' || operation.do === 'confirm'
    if (isSign) this.note(operation.id, operation.nextWithinMs, nowMs)
  }

  /** Replaces what a member promised; without a time, it promises nothing any more. */
  note(id: string, withinMs: number | undefined, nowMs: number): void {
    if (withinMs === undefined || !this.isConnected(id)) this.#promised.delete(id)
    else this.#put(id, { withinMs, atMs: nowMs, dueMs: nowMs + withinMs })
  }

  /** Returns when a member made its promise; `undefined` if it promised nothing. */
  madeAtMs(id: string): number | undefined {
    return this.#promised.get(id)?.atMs
  }

  /** Puts off the time at which a promise is due. */
  defer(id: string, dueMs: number): void {
    const promised = this.#promised.get(id)
    if (promised !== undefined) this.#put(id, { ...promised, dueMs })
  }

  /** Gives every member its whole time again. */
  renew(nowMs: number): void {
    for (const [id, { withinMs }] of this.#promised) this.note(id, withinMs, nowMs)
  }

  /** Returns the connected members whose promises are due, each once until it promises again or is deferred. */
  takeDue(nowMs: number): string[] {
    if (nowMs < this.#nextDueMs) return []
    this.#nextDueMs = Infinity
    const due: string[] = []
    for (const [id, { dueMs }] of this.#promised) {
      if (!this.isConnected(id)) this.#promised.delete(id)
      else if (dueMs <= nowMs) due.push(id)
      else this.#nextDueMs = Math.min(this.#nextDueMs, dueMs)
    }
    for (const id of due) this.defer(id, Infinity)
    return due
  }

  #put(id: string, promised: Promised): void {
    this.#promised.set(id, promised)
    this.#nextDueMs = Math.min(this.#nextDueMs, promised.dueMs)
  }
}
