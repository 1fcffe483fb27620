import { Problem } from '@whereabouts/protocol'
import type { Faults } from '../stream/faults.js'

/**
 * Where the code of one room runs, whoever calls it: a timer, a message from the exchange, a socket,
 * a caller. What it throws unexpectedly ends this room; from then on nothing of it runs any more.
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

  /** Looks after what goes on by itself. That it meets a problem of the protocol is expected. */
  watch(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (!(error instanceof Problem)) this.fail(error)
    })
  }

  /**
   * Does what a caller waits for.
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

  /** Ends the room, once. Answers what its readers and callers are told. */
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
