import { Problem } from '@whereabouts/protocol'

/** A reader that can be ended with a reason. */
export interface Endable {
  /** Ends it. @param problem sent to the reader if its view has an event for it. ST11 */
  fail(problem: Problem): void
}

/** Writes a fault to the log, with its stack. */
export type LogFault = (message: string, error: unknown) => void

/** Bounds how many logged faults are remembered, since room names are free to invent. */
const REMEMBERED = 1_000

/**
 * Counts failures that no call waits for, and logs each combination of place and cause only once.
 *
 * @see PROTOCOL.md RM17
 */
export class Faults {
  readonly #logged = new Set<string>()
  #rooms = 0
  #readers = 0

  constructor(private readonly log: LogFault) {}

  /** The number of rooms that failed. */
  get rooms(): number {
    return this.#rooms
  }

  /** The number of single readers that failed. */
  get readers(): number {
    return this.#readers
  }

  ofRoom(name: string, error: unknown): void {
    this.#rooms += 1
    this.note(`The room ${name} failed; its readers were disconnected, and it starts again`, error)
  }

  /**
   * Serves one reader. An exception ends this reader alone. Returns whether the reader is still there.
   *
   * @see PROTOCOL.md RM16
   */
  serve(reader: Endable, work: () => void): boolean {
    try {
      work()
      return true
    } catch (error) {
      this.#readers += 1
      this.note('A reader failed and was disconnected', error)
      this.end(reader, new Problem('internal', 'The server failed. Try again in a moment.'))
      return false
    }
  }

  /** Counts a reader that is ended because of an error that isn't its own. */
  refuse(message: string, error: unknown): void {
    this.#readers += 1
    this.note(message, error)
  }

  /** Ends a reader. Never throws, even if the reader can't be written to. */
  end(reader: Endable, problem: Problem): void {
    try {
      reader.fail(problem)
    } catch (error) {
      this.note('Could not tell a reader why its stream ends', error)
    }
  }

  /** Logs a fault that ends neither a room nor a reader. */
  note(message: string, error: unknown): void {
    const key = `${message}: ${error instanceof Error ? error.message : String(error)}`
    if (this.#logged.has(key)) return
    this.#logged.add(key)
    if (this.#logged.size > REMEMBERED) {
      const [oldest] = this.#logged
      this.#logged.delete(oldest!)
    }
    this.log(message, error)
  }
}
