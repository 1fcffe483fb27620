import { once } from 'node:events'
import { type MessagePort, Worker } from 'node:worker_threads'
import MODULES from '../modules.cjs'
import { NOTHING_DONE } from './count.js'
import type { Answer, DocumentSettings, End, Opened, Request, Results } from './messages.js'
import { Occupation, type Turn } from './occupation.js'
import { Loads, type Queued } from './queue.js'
import type { StoreModule } from './store.js'
import type { ChosenStore } from './store-module.js'

/** The result of a request. */
export interface Done<R> {
  readonly result: R
  /** Whether more than one thread got the request. An update may then be known because it was just stored. */
  readonly again: boolean
}

/** A request that isn't answered yet. */
export interface PendingRequest extends Queued {
  readonly request: Request
  readonly number: number
  /** Of a read: names it and its equals. @see PROTOCOL.md DO62 */
  readonly key?: string
  readonly done: Promise<Done<Results[keyof Results]>>
  readonly resolve: (done: Done<Results[keyof Results]>) => void
  readonly reject: (error: Error) => void
  /** The number of threads that it was sent to. */
  tries: number
  /** How long its thread is expected to need. */
  expectedMs: number
}

/** The settings of all document threads. */
export interface ThreadSettings extends Omit<DocumentSettings, 'occupation' | 'store'> {
  readonly chosen: ChosenStore
}

/** Receives what a thread reports. */
export interface ThreadListener {
  answered(thread: DocumentThread, asked: PendingRequest, answer: Answer): void
  failed(error: unknown): void
  /** The thread ended by itself. */
  died(thread: DocumentThread): void
}

/**
 * Bounds the requests that a thread has at once: enough for one transaction of many small updates, and
 * few enough that the next room's turn comes soon.
 */
const OF_ROOM = { count: 32, bytes: 262_144 }
const OF_ALL = { count: 128, bytes: 1_048_576 }
const OF_ALL_MS = 100
const WORKER = new URL('document/worker.js', MODULES)
const LENT = new URL('document/lent-store.js', MODULES).href

type State =
  /** It works for all rooms. */
  | { readonly kind: 'active' }
  /** It works for one room alone. */
  | { readonly kind: 'isolated'; readonly roomName: string; readonly idleSinceMs: number }
  /** It was terminated, or ended by itself. */
  | { readonly kind: 'ended' }

/**
 * A worker thread for documents, and the requests that it hasn't answered. Its states go one way: active,
 * possibly isolated, ended.
 */
export class DocumentThread {
  #state: State = { kind: 'active' }
  /** Its last reported count. */
  count = NOTHING_DONE
  /** Resolves when it is gone. */
  readonly ended: Promise<void>
  /** Its current work, and the start time of that work. */
  at: (Turn & { readonly sinceMs: number }) | undefined
  readonly #asked = new Map<number, PendingRequest>()
  readonly #loads = new Loads(OF_ROOM, OF_ALL)
  #expectedMs = 0

  private constructor(
    private readonly worker: Worker,
    private readonly occupation: Occupation,
    private readonly listener: ThreadListener,
    /** Whether its store keeps the lists of users. */
    readonly keepsLists: boolean,
  ) {
    worker.on('message', (answer: Answer) => this.#receive(answer))
    worker.on('error', (error) => listener.failed(error))
    this.ended = new Promise((resolve) => {
      worker.on('exit', () => {
        resolve()
        if (this.#state.kind !== 'ended') listener.died(this)
      })
    })
    // An application that never closes the server can still exit; but not while it waits for an answer.
    worker.unref()
  }

  /** @throws {Error} if the store can't be opened */
  static async start(
    { chosen, ...settings }: ThreadSettings,
    listener: ThreadListener,
  ): Promise<DocumentThread> {
    const occupation = new Occupation()
    const { store, transferList } = await reachable(chosen)
    const workerData: DocumentSettings = { ...settings, store, occupation: occupation.shared }
    const worker = new Worker(WORKER, { workerData, transferList })
    const [message] = (await once(worker, 'message')) as [Opened]
    if (message.opened) {
      return new DocumentThread(worker, occupation, listener, message.keepsLists)
    }
    await worker.terminate()
    throw new Error(message.fault)
  }

  /** The only room that it works for; `undefined` unless it is isolated. */
  get roomName(): string | undefined {
    return this.#state.kind === 'isolated' ? this.#state.roomName : undefined
  }

  /** Returns whether it is isolated and has had nothing to do since then. */
  hasRestedSince(timeMs: number): boolean {
    return this.#state.kind === 'isolated' && this.isIdle && this.#state.idleSinceMs < timeMs
  }

  get asked(): readonly PendingRequest[] {
    return [...this.#asked.values()]
  }

  get isIdle(): boolean {
    return this.#asked.size === 0
  }

  get isFull(): boolean {
    return this.#loads.isFull || this.#expectedMs >= OF_ALL_MS
  }

  hasCapacityFor(asked: PendingRequest): boolean {
    return !this.isFull && this.#loads.hasCapacityFor(asked)
  }

  /** Returns whether a read of a room isn't answered yet. */
  isReading(roomName: string): boolean {
    for (const asked of this.#asked.values())
      if (asked.reader !== undefined && asked.roomName === roomName) return true
    return false
  }

  send(asked: PendingRequest, expectedMs: number): void {
    asked.tries += 1
    asked.expectedMs = expectedMs
    this.#expectedMs += expectedMs
    this.#asked.set(asked.number, asked)
    this.#loads.add(asked)
    this.worker.ref()
    this.worker.postMessage({ ...asked.request, number: asked.number }, [])
  }

  /** Records the thread's current work and its start time. */
  look(nowMs: number): void {
    const turn = this.occupation.look()
    if (turn === undefined) this.at = undefined
    else if (turn.turn !== this.at?.turn) this.at = { ...turn, sinceMs: nowMs }
  }

  /** The update that the thread is applying, if any. */
  get updateAt(): PendingRequest | undefined {
    const asked = this.at && this.#asked.get(this.at.number)
    return asked?.request.call === 'update' ? asked : undefined
  }

  /**
   * Reserves the thread for the room that it works for.
   *
   * @returns the requests of other rooms; `undefined` if the work is already done
   */
  isolate(turn: Turn, nowMs: number): readonly PendingRequest[] | undefined {
    if (!this.occupation.isolate(turn)) return undefined
    this.#enter({ kind: 'isolated', roomName: turn.roomName, idleSinceMs: nowMs })
    return this.asked
      .filter(({ roomName }) => roomName !== turn.roomName)
      .map((asked) => this.#settle(asked))
  }

  /** Takes back its unanswered requests. Later answers to them are ignored. */
  withdraw(): readonly PendingRequest[] {
    return this.asked.map((asked) => this.#settle(asked))
  }

  /** Stops the thread for good at the end of this work; `false` if the work is already done. */
  halt(turn: Turn): boolean {
    return this.occupation.halt(turn)
  }

  /**
   * Ends the thread: at once if it is working, else after the call of its store that it may be in. Node
   * can't terminate a thread there: libsql would abort the process. So until it is gone it keeps the process
   * alive, which terminates its threads when it ends.
   *
   * @returns the requests that it hasn't answered
   */
  end(): readonly PendingRequest[] {
    this.#enter({ kind: 'ended' })
    this.worker.ref()
    if (this.occupation.stop()) void this.worker.terminate()
    else this.worker.postMessage('end' satisfies End, [])
    return this.withdraw()
  }

  /** Restarts the idle time of an isolated thread. */
  rest(nowMs: number): void {
    if (this.#state.kind === 'isolated') this.#enter({ ...this.#state, idleSinceMs: nowMs })
  }

  #enter(state: State): void {
    if (this.#state.kind !== 'ended') this.#state = state
  }

  #receive(answer: Answer): void {
    const asked = this.#asked.get(answer.number)
    // After isolation, another thread answers the requests of other rooms.
    if (asked === undefined || this.#state.kind === 'ended') return
    this.listener.answered(this, this.#settle(asked), answer)
  }

  #settle(asked: PendingRequest): PendingRequest {
    this.#asked.delete(asked.number)
    this.#expectedMs = this.isIdle ? 0 : this.#expectedMs - asked.expectedMs
    this.#loads.remove(asked)
    if (this.isIdle && this.#state.kind !== 'ended') this.worker.unref()
    return asked
  }
}

/** Returns where a new thread finds the store, and what it gets for that. */
async function reachable(
  chosen: ChosenStore,
): Promise<{ store: StoreModule; transferList: MessagePort[] }> {
  if (chosen.kind === 'module') return { store: chosen.store, transferList: [] }
  const place = await chosen.lent.lend()
  return { store: { module: LENT, options: place }, transferList: [place.port] }
}
