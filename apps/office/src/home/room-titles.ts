/** The title that a document has, and the position of its room when it had it. */
export interface LookedUp {
  /** `undefined` if it has none. */
  readonly title: string | undefined
  readonly at: string
}

/** What the worker is asked. */
export type Question =
  | { readonly id: number; readonly room: string; readonly since: string | undefined }
  | { readonly id: number; readonly room: string; readonly rename: string }

/** What it answers: `null` for what is as it was; `failed` says why something can't be had. */
export type Answer =
  | { readonly id: number; readonly lookedUp: LookedUp | null }
  | { readonly id: number; readonly failed: string }

interface Asked {
  resolve(lookedUp: LookedUp | null): void
  reject(error: Error): void
}

/** A question without the number that the answer is known by. */
type Asking = Question extends infer Each
  ? Each extends Question
    ? Omit<Each, 'id'>
    : never
  : never

/**
 * The titles that are in documents. A document may have megabytes, and so it is loaded by a worker.
 */
export class RoomTitles {
  readonly #asked = new Map<number, Asked>()
  #worker: Worker | undefined
  #lastId = 0

  /**
   * Looks up a title; `null` if nothing changed since the position.
   *
   * @throws {Error} that says what is wrong, if it can't be had now.
   */
  lookUp(room: string, since: string | undefined): Promise<LookedUp | null> {
    return this.#ask({ room, since })
  }

  /**
   * Gives a document another title; resolves when it is stored.
   *
   * @throws {Error} that says what is wrong, if it isn't.
   */
  async rename(room: string, title: string): Promise<void> {
    await this.#ask({ room, rename: title })
  }

  #ask(question: Asking): Promise<LookedUp | null> {
    const worker = (this.#worker ??= this.#start())
    const id = (this.#lastId += 1)
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject })
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
      worker.postMessage({ id, ...question } satisfies Question)
    })
  }

  #start(): Worker {
    const worker = new Worker(new URL('./room-titles.worker.ts', import.meta.url), {
      type: 'module',
    })
    worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
      const asked = this.#asked.get(data.id)
      this.#asked.delete(data.id)
      if ('failed' in data) asked?.reject(new Error(data.failed))
      else asked?.resolve(data.lookedUp)
    })
    worker.addEventListener('error', () => {
      // It can't be loaded, or is broken: the next question starts another one.
      this.#worker = undefined
      for (const asked of this.#asked.values()) asked.reject(new Error('Titles can’t be read.'))
      this.#asked.clear()
    })
    return worker
  }
}
