import { Problem } from '@whereabouts/protocol'
import type { Faults } from '../stream/faults.js'

/**
 * Runs all code of one room, whether a timer, a message, a socket or a caller triggers it. An unexpected
 * exception ends this room alone; after that, none of its code runs.
 *
 * @see PROTOCOL.md RM13
 */
export class RoomGuard {
  #failure: Problem | undefined

  /** @param ended ends the room's readers with the problem and gives up what the room holds */
  constructor(
    readonly name: string,
    readonly faults: Faults,
    private readonly ended: (problem: Problem) => void,
  ) {}

  /** Why the room has failed; `undefined` while it is well. */
  get failure(): Problem | undefined {
    return this.#failure
  }

  /** @throws {Problem} internal, if the room has failed */
  assertWell(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Runs work whose result isn't needed. Never throws. */
  run(work: () => void): void {
    if (this.#failure !== undefined) return
    try {
      work()
    } catch (error) {
      this.fail(error)
    }
  }

  /** Handles the failure of background work. Problems of the protocol are expected and ignored. */
  watch(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (!(error instanceof Problem)) this.fail(error)
    })
  }

  /**
   * Runs work that a caller waits for.
   *
   * @throws {Problem} its own; internal if the room has failed, or fails now
   */
  do<T>(work: () => T): T {
    this.assertWell()
    try {
      return work()
    } catch (error) {
      throw error instanceof Problem ? error : this.fail(error)
    }
  }

  /** Ends the room, once. Returns the problem that its readers and callers receive. */
  fail(error: unknown): Problem {
    if (this.#failure !== undefined) return this.#failure
    const problem = new Problem(
      'internal',
      'The room failed and is starting again. Try again in a moment.',
    )
    this.#failure = problem
    this.faults.ofRoom(this.name, error)
    try {
      this.ended(problem)
    } catch (cause) {
      this.faults.note(`The room ${this.name} failed and could not be cleaned up`, cause)
    }
    return problem
  }
}
