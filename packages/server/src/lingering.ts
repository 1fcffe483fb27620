import type { Clock } from './stream/clock.js'
import { Agenda } from './stream/agenda.js'

/**
 * Puts off the ends of members' connections for a while, so that another stream can take the place of one
 * that closed.
 *
 * @see PROTOCOL.md MS14
 */
export class Lingering {
  readonly #agenda: Agenda
  /** The ends that are put off, by room and member. */
  readonly #ends = new Map<string, Set<() => void>>()
  #isFinished = false

  /** @param ms how long an end is put off */
  constructor(
    private readonly ms: number,
    clock: Clock,
  ) {
    this.#agenda = new Agenda(clock)
  }

  /** Puts off an end. @param end called once, when the time is over or another stream has taken over */
  add(roomName: string, memberId: string, end: () => void): void {
    if (this.#isFinished) return end()
    const name = nameOf(roomName, memberId)
    const cancel = this.#agenda.after(this.ms, () => {
      this.#forget(name, endNow)
      end()
    })
    const endNow = () => {
      cancel()
      end()
    }
    const ends = this.#ends.get(name)
    if (ends === undefined) this.#ends.set(name, new Set([endNow]))
    else ends.add(endNow)
  }

  /** Another stream has the member: what was put off for it happens now. */
  takeOver(roomName: string, memberId: string): void {
    if (this.#ends.size > 0) this.#end(nameOf(roomName, memberId))
  }

  /** Everything that was put off happens now, and nothing is put off any more. */
  finish(): void {
    this.#isFinished = true
    for (const name of this.#ends.keys()) this.#end(name)
  }

  #end(name: string): void {
    const ends = this.#ends.get(name) ?? []
    this.#ends.delete(name)
    for (const end of ends) end()
  }

  #forget(name: string, end: () => void): void {
    const ends = this.#ends.get(name)
    ends?.delete(end)
    if (ends?.size === 0) this.#ends.delete(name)
  }
}

/** Neither a room's name nor a member's id has a space in it. */
function nameOf(roomName: string, memberId: string): string {
  return `${roomName} ${memberId}`
}
