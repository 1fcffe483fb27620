import { t } from '../language/language.js'
import { describeProblem, type Reported } from '../language/problems.js'

/** A document's title, and its room's position at that time. */
export interface LookedUp {
  /** `undefined` if the document has neither a title nor a name. */
  readonly title: string | undefined
  readonly at: string
}

/** A request to the worker. */
export type Question =
  | { readonly id: number; readonly room: string; readonly since: string | undefined }
  | { readonly id: number; readonly room: string; readonly rename: string }

/** The worker's answer: `null` if nothing changed; `failed` is `null` if the server can't be reached. */
export type Answer =
  | { readonly id: number; readonly lookedUp: LookedUp | null }
  | { readonly id: number; readonly failed: Reported | null }

interface Asked {
  resolve(lookedUp: LookedUp | null): void
  reject(error: Error): void
}

/** A question without its number, which the answer repeats. */
type Asking = Question extends infer Each
  ? Each extends Question
    ? Omit<Each, 'id'>
    : never
  : never

/** Reads and writes the titles of documents in a worker, since a document may have megabytes. */
export class RoomTitles {
  readonly #asked = new Map<number, Asked>()
  #worker: Worker | undefined
  #lastId = 0

  /**
   * Looks up a title; returns `null` if nothing changed since the position.
   *
   * @throws {Error} whose message says what is wrong, if the title can't be read now
   */
  lookUp(room: string, since: string | undefined): Promise<LookedUp | null> {
    return this.#ask({ room, since })
  }

  /**
   * Renames a document; resolves when the server has stored the title.
   *
   * @throws {Error} whose message says what is wrong, if it isn't stored
   */
  async rename(room: string, title: string): Promise<void> {
    await this.#ask({ room, rename: title })
  }

  #ask(question: Asking): Promise<LookedUp | null> {
    const worker = (this.#worker ??= this.#start())
    const id = (this.#lastId += 1)
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject })
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no target origin
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
      if ('failed' in data) asked?.reject(errorOf(data.failed))
      else asked?.resolve(data.lookedUp)
    })
    worker.addEventListener('error', () => {
      // The worker failed to load, or crashed: the next question starts a new one.
      this.#worker = undefined
      for (const asked of this.#asked.values()) asked.reject(errorOf(null))
      this.#asked.clear()
    })
    return worker
  }
}

function errorOf(reported: Reported | null): Error {
  return new Error(reported === null ? t('common.unreachable') : describeProblem(reported))
}
