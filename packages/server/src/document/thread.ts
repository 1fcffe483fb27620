import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { DocumentCount } from './keeper.js'
import type { Answer, DocumentSettings, Opened, Request, Results } from './messages.js'
import { Occupation, type Turn } from './occupation.js'
import { Loads, type Queued } from './queue.js'

/** What a call is answered with. */
export interface Done<R> {
  readonly result: R
  /** Whether more than one thread was asked, so that an update may be new and yet known. */
  readonly again: boolean
}

/** A request that is not answered yet. */
export interface Asked extends Queued {
  readonly request: Request
  readonly number: number
  readonly done: Promise<Done<Results[keyof Results]>>
  readonly resolve: (done: Done<Results[keyof Results]>) => void
  readonly reject: (error: Error) => void
  /** How many threads it was asked of. */
  tries: number
  /** How long it is expected to take the one that it was asked of. */
  expectedMs: number
}

/** What a thread tells of itself. */
export interface ThreadListener {
  answered(thread: DocumentThread, asked: Asked, answer: Answer): void
  failed(error: unknown): void
  /** It ended, though nobody had it end. */
  died(thread: DocumentThread): void
}

/**
 * What a thread has before it that it hasn't answered: enough for one transaction of many small
 * updates, and little enough that the next room's turn comes soon.
 */
const OF_ROOM = { count: 32, bytes: 262_144 }
const OF_ALL = { count: 128, bytes: 1_048_576 }
const OF_ALL_MS = 100
const WORKER = new URL('./worker.js', import.meta.url)
/** The count of a thread that has done nothing. */
export const NOTHING_DONE: DocumentCount = {
  loaded: 0,
  loadedBytes: 0,
  commits: 0,
  compactions: 0,
  compactionSeconds: 0,
}

/** A thread of documents, and what it was asked. */
export class DocumentThread {
  /** The room that it is detained by, for which alone it is then. */
  roomName: string | undefined
  /** What it had done when it was last asked. */
  count = NOTHING_DONE
  /** What it has been at for how long. */
  at: (Turn & { readonly sinceMs: number }) | undefined
  idleSinceMs = 0
  readonly #asked = new Map<number, Asked>()
  readonly #loads = new Loads(OF_ROOM, OF_ALL)
  #expectedMs = 0
  #ended = false

  private constructor(
    private readonly worker: Worker,
    private readonly occupation: Occupation,
    private readonly listener: ThreadListener,
  ) {
    worker.on('message', (answer: Answer) => this.#receive(answer))
    worker.on('error', (error) => listener.failed(error))
    worker.on('exit', () => {
      if (!this.#ended) listener.died(this)
    })
    // An application context that nobody closes still comes to its end.
    worker.unref()
  }

  /** @throws {Error} if the store can't be opened */
  static async start(
    settings: Omit<DocumentSettings, 'occupation'>,
    listener: ThreadListener,
  ): Promise<DocumentThread> {
    const occupation = new Occupation()
    const workerData: DocumentSettings = { ...settings, occupation: occupation.shared }
    const worker = new Worker(WORKER, { workerData })
    const [message] = (await once(worker, 'message')) as [Opened]
    if (message.opened) return new DocumentThread(worker, occupation, listener)
    await worker.terminate()
    throw new Error(message.fault)
  }

  get asked(): readonly Asked[] {
    return [...this.#asked.values()]
  }

  get isIdle(): boolean {
    return this.#asked.size === 0
  }

  get isFull(): boolean {
    return this.#loads.isFull || this.#expectedMs >= OF_ALL_MS
  }

  hasCapacityFor(asked: Asked): boolean {
    return !this.isFull && this.#loads.hasCapacityFor(asked)
  }

  send(asked: Asked, expectedMs: number): void {
    asked.tries += 1
    asked.expectedMs = expectedMs
    this.#expectedMs += expectedMs
    this.#asked.set(asked.number, asked)
    this.#loads.add(asked)
    this.worker.postMessage({ ...asked.request, number: asked.number }, [])
  }

  /** Notes what it is at, and since when. */
  look(nowMs: number): void {
    const turn = this.occupation.look()
    if (turn === undefined) this.at = undefined
    else if (turn.turn !== this.at?.turn) this.at = { ...turn, sinceMs: nowMs }
  }

  /** The update that it is at, if it is at one. */
  get updateAt(): Asked | undefined {
    const asked = this.at && this.#asked.get(this.at.number)
    return asked?.request.call === 'update' ? asked : undefined
  }

  /**
   * From now on it is for the room that it is at work for.
   *
   * @returns what others had asked of it; `undefined` if it was done with that work
   */
  detain(turn: Turn): readonly Asked[] | undefined {
    if (!this.occupation.detain(turn)) return undefined
    this.roomName = turn.roomName
    return this.asked
      .filter(({ roomName }) => roomName !== turn.roomName)
      .map((asked) => this.#forget(asked))
  }

  /** Whatever it answers from now on is for nobody. */
  forget(): readonly Asked[] {
    return this.asked.map((asked) => this.#forget(asked))
  }

  /** It will never be done with what it is at; `false` if it was. */
  condemn(turn: Turn): boolean {
    return this.occupation.condemn(turn)
  }

  /** Ends it, whatever it is at. Answers what it hadn't answered. */
  end(): readonly Asked[] {
    this.#ended = true
    void this.worker.terminate()
    return this.forget()
  }

  #receive(answer: Answer): void {
    const asked = this.#asked.get(answer.number)
    // Others are asked what it was asked before it was detained.
    if (asked === undefined || this.#ended) return
    this.listener.answered(this, this.#forget(asked), answer)
  }

  #forget(asked: Asked): Asked {
    this.#asked.delete(asked.number)
    this.#expectedMs = this.isIdle ? 0 : this.#expectedMs - asked.expectedMs
    this.#loads.remove(asked)
    return asked
  }
}
