import { closeSync, fdatasync, fstatSync, openSync, statSync } from 'node:fs'
import { promisify } from 'node:util'

/** A file that is open, and what tells it from another one of the same name. */
interface OpenFile {
  readonly descriptor: number
  readonly ino: bigint
}

/** Those who wait for one flush. */
interface Waiting {
  readonly flushed: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/**
 * Flushes a file to disk. Runs beside the thread that writes the file, and flushes once for everybody
 * who waits.
 *
 * A flush that failed isn't repeated: the system may have dropped what it couldn't write, and would
 * report the next one as successful.
 *
 * @see PROTOCOL.md DO52, DO55
 */
export class Flusher {
  #file: OpenFile | undefined
  /** Those who wait for the flush that hasn't begun yet, which covers everything that is written now. */
  #next: Waiting | undefined
  /** Everybody who waits. */
  readonly #waiting = new Set<Waiting>()
  /** Settles with the current flush. */
  #current: Promise<void> = Promise.resolve()
  #failure: Error | undefined
  #count = 0

  /** @param flushFile rejects if the system could not write everything */
  constructor(
    private readonly path: string,
    private readonly flushFile: (descriptor: number) => Promise<void> = promisify(fdatasync),
  ) {}

  /** The number of flushes. */
  get count(): number {
    return this.#count
  }

  /** @throws {Error} if a flush has failed */
  assertWell(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Resolves when everything that was written to the file before this call is on disk. */
  flush(): Promise<void> {
    this.#next ??= this.#plan()
    return this.#next.flushed
  }

  /** Refuses everybody who waits, since the disk may never answer. */
  abandon(problem: Error): void {
    for (const { reject } of this.#waiting) reject(problem)
  }

  /** Closes the file. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file.descriptor)
    this.#file = undefined
  }

  /** Plans a flush after the current one. */
  #plan(): Waiting {
    const waiting = newWaiting()
    this.#waiting.add(waiting)
    this.#current = this.#current.then(async () => {
      this.#next = undefined
      await this.#flushNow().then(waiting.resolve, waiting.reject)
      this.#waiting.delete(waiting)
    })
    return waiting
  }

  async #flushNow(): Promise<void> {
    this.assertWell()
    const descriptor = this.#open()
    this.#count += 1
    try {
      await this.flushFile(descriptor)
    } catch (error) {
      this.#failure = new Error(
        `the disk can't be written to: ${(error as Error).message}. Check the disk, then restart the server`,
      )
      throw this.#failure
    }
  }

  /** Returns the open file; another one if the store has created the file again. */
  #open(): number {
    const { ino } = statSync(this.path, { bigint: true })
    if (this.#file?.ino === ino) return this.#file.descriptor
    this.close()
    const descriptor = openSync(this.path, 'r+')
    this.#file = { descriptor, ino: fstatSync(descriptor, { bigint: true }).ino }
    return descriptor
  }
}

function newWaiting(): Waiting {
  let resolve!: Waiting['resolve']
  let reject!: Waiting['reject']
  const flushed = new Promise<void>((...both) => {
    ;[resolve, reject] = both
  })
  return { flushed, resolve, reject }
}
