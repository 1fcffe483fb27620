/** Long work that can pause wherever it yields. */
export type Work<T = void> = Generator<void, T>

const SLICE_MS = 8

interface Piece {
  /** Works for some time; returns whether nothing is left. */
  advance(until: number): boolean
}

/**
 * Does long work in slices, between which the page draws and takes input. There is one piece of work at
 * a time: before anything else begins or depends on the result, it is completed.
 *
 * @see OFFICE.md SH120, SH121
 */
export class Slices {
  #piece: Piece | null = null
  #isRunning = false
  #isScheduled = false
  readonly #soon: (callback: () => void) => void

  /** @param soon calls back in a task of its own */
  constructor(soon = inOwnTask) {
    this.#soon = soon
  }

  /** Whether there is work that has begun and isn't done. */
  get isBusy(): boolean {
    return this.#piece !== null
  }

  /** Begins work, after completing the work before it. Short work is done when this returns. */
  do<T>(work: Work<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      // Work that begins as a part of other work belongs to its slice.
      if (this.#isRunning) {
        resolve(complete(work))
        return
      }
      this.finish()
      const advance = (until: number) => {
        try {
          const result = advanceUntil(work, until)
          if (result.done !== true) return false
          resolve(result.value)
        } catch (error) {
          reject(error)
        }
        return true
      }
      this.#piece = { advance }
      this.#continue()
    })
  }

  /** Completes the current work at once. Work in its own slice is left to go on. */
  finish(): void {
    if (this.#piece !== null && !this.#isRunning) this.#advance(Number.POSITIVE_INFINITY)
  }

  readonly #continue = (): void => {
    if (this.#piece === null || this.#isRunning) return
    this.#advance(performance.now() + SLICE_MS)
    if (this.#piece === null || this.#isScheduled) return
    this.#isScheduled = true
    this.#soon(() => {
      this.#isScheduled = false
      this.#continue()
    })
  }

  #advance(until: number): void {
    this.#isRunning = true
    const isDone = this.#piece!.advance(until)
    this.#isRunning = false
    if (isDone) this.#piece = null
  }
}

/** Calls back after a message: a timer would wait for 4 ms, and in a hidden window for a second. */
function inOwnTask(callback: () => void): void {
  const { port1, port2 } = new MessageChannel()
  port1.addEventListener('message', () => {
    // An open channel stays in memory for ever.
    port1.close()
    callback()
  })
  port1.start()
  port2.postMessage(null)
}

function advanceUntil<T>(work: Work<T>, until: number): IteratorResult<void, T> {
  let result = work.next()
  while (result.done !== true && performance.now() < until) result = work.next()
  return result
}

/** Does work without a pause. */
export function complete<T>(work: Work<T>): T {
  let result = work.next()
  while (result.done !== true) result = work.next()
  return result.value
}
