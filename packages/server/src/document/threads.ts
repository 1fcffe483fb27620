import { setTimeout as wait } from 'node:timers/promises'
import type { Problem } from '@whereabouts/protocol'
import { storeFailed } from '../store-failed.js'
import { NOTHING_DONE, sum } from './count.js'
import { Expenses } from './expenses.js'
import type { DocumentCount } from './keeper.js'
import { type Answer, problemOf, type Request, type Results } from './messages.js'
import { FairQueue, Loads, type Queued } from './queue.js'
import {
  isCoalesced,
  isFromClient,
  isRead,
  isRemoteUpdate,
  keyOfRead,
  NO_ROOM,
  READ_BYTES,
  type Read,
  roomOf,
  weightOf,
} from './requests.js'
import {
  type PendingRequest,
  DocumentThread,
  type Done,
  type ThreadListener,
  type ThreadSettings,
} from './thread.js'
import { badUpdate } from './update.js'

/** The maximum load that waits for a thread. Beyond it, clients are told to try again later. */
const WAITING_OF_ROOM = { count: 1_000, bytes: 16_777_216 }
const WAITING_OF_ALL = { count: 10_000, bytes: 67_108_864 }
/** The same for reads, whose size is that of their state vectors: for each account, and in total. */
const READS_OF_ACCOUNT = { count: 1_000, bytes: 8_388_608 }
const READS_OF_ALL = { count: 20_000, bytes: 67_108_864 }
/**
 * The size from which an update may take seconds, which can't be predicted: a smaller one has too few
 * structs. Such an update comes after small ones, and no other request is queued behind it.
 */
const UNFORESEEN_BYTES = 16_384
const UNFORESEEN_MS = 100
const UNFORESEEN_LEVELS = 4
const INSPECT_MS = 50
/** How long one room may block all others before its thread is isolated. */
const HOLD_UP_MS = 250
/** The limit for one update, as a backstop: 1 MiB of typed text takes some 100 ms. */
const UPDATE_MS = 10_000
/** The limit for other work, such as loading a document with a long history. */
const WORK_MS = 60_000
/** How long an isolated thread is kept when it has nothing to do. */
const IDLE_MS = 60_000
const MAX_ISOLATED = 2
/** The maximum number of threads that a request is sent to, as it may be the cause of their deaths. */
const MAX_TRIES = 3
const CLOSE_MS = 1_000
/** How long a thread may be in a call of its store at the end: longer than SQLite waits for a lock. */
const END_MS = 5_000

/** The active thread, which serves all rooms. */
type State =
  /** No thread runs until the next request. */
  | { readonly kind: 'none' }
  | { readonly kind: 'starting'; readonly started: Promise<void> }
  | { readonly kind: 'running'; readonly thread: DocumentThread }

/**
 * The worker threads of the documents.
 *
 * 1. One active thread serves all rooms (none → starting → running). Requests wait in a queue in which
 *    rooms take turns.
 * 2. If one room blocks the others for too long, the thread is isolated: it keeps that room, and a new
 *    active thread takes over (→ none → starting). The other rooms' requests are requeued, as updates
 *    are idempotent.
 * 3. Only this class decides which thread a room is with, so a room is never with two.
 * 4. A thread that works on one request for too long is ended. That request fails; the others are
 *    requeued. Nothing is lost, since every acknowledged update is in the store.
 *
 * @see PROTOCOL.md DO17, DO18, DO43, DO44, DO80
 */
export class Threads implements ThreadListener {
  readonly #queue = new FairQueue<PendingRequest>()
  readonly #waiting = new Loads(WAITING_OF_ROOM, WAITING_OF_ALL)
  readonly #waitingReads = new Loads(READS_OF_ACCOUNT, READS_OF_ALL)
  /** The latest reads in the queue, which equal ones may join. */
  readonly #reads = new Map<string, PendingRequest>()
  readonly #expenses: Expenses
  /** Oldest first. */
  readonly #isolated: DocumentThread[] = []
  /** Those of threads that were ended and aren't gone yet. */
  readonly #ending = new Set<Promise<void>>()
  #state: State = { kind: 'none' }
  #watchdog: ReturnType<typeof setInterval> | undefined
  #heldBackSinceMs: number | undefined
  #number = 0
  #ended = NOTHING_DONE
  #closed: Problem | undefined
  #keepsLists = false

  constructor(
    private readonly settings: ThreadSettings,
    private readonly log: (error: unknown) => void,
    private readonly now: () => number,
  ) {
    this.#expenses = new Expenses(now)
  }

  /** Whether a thread is running or starting. */
  get areUsed(): boolean {
    return this.#threads.length > 0 || this.#state.kind === 'starting'
  }

  /** Whether the store keeps the lists of users, once a thread has opened it. */
  get keepsLists(): boolean {
    return this.#keepsLists
  }

  /** The sum of the last counts that the threads reported. */
  get count(): DocumentCount {
    return this.#threads.map(({ count }) => count).reduce(sum, this.#ended)
  }

  /** @throws {Error} if the store can't be opened */
  async start(): Promise<void> {
    if (this.#state.kind === 'none') {
      const started = DocumentThread.start(this.settings, this).then(
        (thread) => {
          this.#keepsLists = thread.keepsLists
          this.#enter({ kind: 'running', thread })
        },
        (error: unknown) => {
          this.#enter({ kind: 'none' })
          throw error
        },
      )
      this.#enter({ kind: 'starting', started })
    }
    if (this.#state.kind === 'starting') await this.#state.started
  }

  /** @throws {Problem} the thread's own problem, or store-failed, too-costly, shutting-down */
  ask<const R extends Request>(request: R): Promise<Done<Results[R['call']]>> {
    type Answered = Done<Results[R['call']]>
    const queued = { roomName: roomOf(request), bytes: weightOf(request) }
    if (this.#closed !== undefined) return Promise.reject(this.#closed)
    if (isRead(request)) return this.#read(request, queued) as Promise<Answered>
    const same = isCoalesced(request) && this.#waitingFor(request.call, queued.roomName)
    if (same) return same.done as Promise<Answered>
    if (!this.#waiting.hasCapacityFor(queued)) {
      if (isFromClient(request)) {
        return Promise.reject(storeFailed('too much work is waiting for it'))
      }
      if (isRemoteUpdate(request)) return this.#reload(request.roomName) as Promise<Answered>
    }
    const asked = this.#asked(request, queued)
    this.#waiting.add(queued)
    this.#queue.add(asked)
    this.#dispatch()
    return asked.done as Promise<Answered>
  }

  /** @see PROTOCOL.md DO61, DO62 */
  #read(request: Read, queued: Queued): PendingRequest['done'] {
    const { account: reader } = request
    const key = keyOfRead(request)
    const same = this.#reads.get(key)
    if (same !== undefined && this.#queue.join(same, reader)) return same.done
    const asked = { ...this.#asked(request, { ...queued, reader }), key }
    if (!this.#makeRoomFor(loadOf(asked))) return Promise.reject(tooManyReads())
    this.#waitingReads.add(loadOf(asked))
    this.#reads.set(key, asked)
    this.#queue.add(asked)
    this.#dispatch()
    return asked.done
  }

  /** When all accounts have too many reads, those of the account with most make way. @see PROTOCOL.md DO62 */
  #makeRoomFor(read: Queued): boolean {
    if (!this.#waitingReads.roomHasCapacityFor(read)) return false
    while (!this.#waitingReads.hasCapacityFor(read)) {
      const greediest = this.#waitingReads.greediest(read)
      const dropped = greediest === undefined ? undefined : this.#queue.takeRead(greediest)
      if (dropped === undefined) return false
      this.#reject(dropped, tooManyReads())
    }
    return true
  }

  #waitingFor(call: Request['call'], roomName: string): PendingRequest | undefined {
    return this.#queue.find(
      roomName,
      ({ request }) => request.call === call && isCoalesced(request),
    )
  }

  /** Replaces the updates that wait for a room by one request to load it again. */
  #reload(roomName: string): Promise<Done<undefined>> {
    for (const asked of this.#queue.remove(roomName, ({ request }) => isRemoteUpdate(request))) {
      this.#waiting.remove(asked)
      asked.resolve({ result: undefined, again: false })
    }
    return this.ask({ call: 'learn', roomName, bytes: undefined })
  }

  /** Rejects everything that waits, and every later request. */
  abandon(problem: Problem): void {
    this.#closed = problem
    const asked = this.#threads.flatMap((thread) => thread.withdraw())
    for (const each of [...this.#queue.takeAll(), ...asked]) this.#reject(each, problem)
  }

  /** Closes the store in every thread, then ends them. Takes bounded time; a store survives that. */
  async close(problem: Problem): Promise<void> {
    this.abandon(problem)
    // Without the watchdog no thread is isolated, so no new one starts.
    clearInterval(this.#watchdog)
    if (this.#state.kind === 'starting') await this.#state.started.catch(() => {})
    const threads = this.#threads
    await settledWithin(
      CLOSE_MS,
      threads.map((thread) => this.#close(thread)),
    )
    for (const thread of threads) this.#end(thread)
    await settledWithin(END_MS, [...this.#ending])
  }

  answered(thread: DocumentThread, asked: PendingRequest, answer: Answer): void {
    this.#expenses.answered(asked.roomName)
    if ('result' in answer) {
      if (asked.request.call === 'count') thread.count = answer.result as DocumentCount
      this.#forget(asked)
      asked.resolve({ result: answer.result, again: asked.tries > 1 })
    } else {
      this.#reject(asked, problemOf(answer))
    }
    thread.rest(this.now())
    this.#dispatch()
  }

  failed(error: unknown): void {
    this.log(error)
  }

  died(thread: DocumentThread): void {
    thread.look(this.now())
    this.#end(thread)
    this.#dispatch()
  }

  /** The thread that serves all rooms, while it runs. */
  get #active(): DocumentThread | undefined {
    return this.#state.kind === 'running' ? this.#state.thread : undefined
  }

  #enter(state: State): void {
    this.#state = state
  }

  get #threads(): readonly DocumentThread[] {
    return this.#active === undefined ? [...this.#isolated] : [this.#active, ...this.#isolated]
  }

  #threadFor(roomName: string): DocumentThread | undefined {
    return this.#isolated.find((thread) => thread.roomName === roomName) ?? this.#active
  }

  #asked(request: Request, queued: Queued): PendingRequest {
    let resolve!: PendingRequest['resolve']
    let reject!: PendingRequest['reject']
    const done: PendingRequest['done'] = new Promise((...both) => {
      ;[resolve, reject] = both
    })
    const number = ++this.#number
    return { ...queued, request, number, done, resolve, reject, tries: 0, expectedMs: 0 }
  }

  #reject(asked: PendingRequest, problem: Problem): void {
    this.#forget(asked)
    asked.reject(problem)
  }

  #forget(asked: PendingRequest): void {
    if (asked.reader === undefined) return this.#waiting.remove(asked)
    this.#waitingReads.remove(loadOf(asked))
    this.#closeRead(asked)
  }

  /** What is sent may lack what is stored from now on, so no further read joins it. */
  #closeRead(asked: PendingRequest): void {
    const { key } = asked
    if (key !== undefined && this.#reads.get(key) === asked) this.#reads.delete(key)
  }

  /** Sends requests to the threads that have capacity for them. */
  #dispatch(): void {
    if (this.#queue.isEmpty || this.#closed !== undefined) return
    this.#watchdog ??= setInterval(() => this.#inspect(), INSPECT_MS).unref()
    const canGo = (asked: PendingRequest) => this.#canGo(asked)
    while (
      this.#active?.isFull === false ||
      this.#isolated.some((thread) => this.#isWanted(thread))
    ) {
      const asked = this.#queue.take(canGo, (each) => this.#levelOf(each))
      if (asked === undefined) break
      this.#send(asked)
    }
    if (this.#state.kind === 'none') this.#restart()
  }

  /**
   * Returns whether a request can be sent. An unforeseen one waits until no other would have to
   * wait for it.
   */
  #canGo(asked: PendingRequest): boolean {
    const thread = this.#threadFor(asked.roomName)
    if (thread?.hasCapacityFor(asked) !== true) return false
    if (asked.reader !== undefined && this.#isAloneWith(asked, thread)) return false
    if (thread !== this.#active || thread.isIdle) return true
    if (!isUnforeseen(asked)) return !this.#isDue
    this.#heldBackSinceMs ??= this.now()
    return false
  }

  /** Reads of a room that takes long go one by one, so that an update never waits for several. */
  #isAloneWith({ roomName }: PendingRequest, thread: DocumentThread): boolean {
    return this.#expenses.levelOf(roomName) > 0 && thread.isReading(roomName)
  }

  /** Whether an unforeseen request has waited so long that others have to let it pass. */
  get #isDue(): boolean {
    return this.now() - (this.#heldBackSinceMs ?? Infinity) >= HOLD_UP_MS
  }

  #levelOf(asked: PendingRequest): number {
    const level = this.#expenses.levelOf(asked.roomName)
    if (isUnforeseen(asked) === this.#isDue) return level
    return level + UNFORESEEN_LEVELS
  }

  #send(asked: PendingRequest): void {
    const thread = this.#threadFor(asked.roomName)!
    this.#closeRead(asked)
    const expectedMs = this.#expenses.expectedMs(asked.roomName)
    if (!isUnforeseen(asked)) thread.send(asked, expectedMs)
    else thread.send(asked, Math.max(expectedMs, UNFORESEEN_MS))
    // This holds even if the delayed request has gone to another thread since.
    if (thread === this.#active && (isUnforeseen(asked) || this.#isDue)) {
      this.#heldBackSinceMs = undefined
    }
  }

  /** Returns whether a request waits for this isolated thread, which has capacity for it. */
  #isWanted({ roomName, isFull }: DocumentThread): boolean {
    return roomName !== undefined && !isFull && this.#queue.has(roomName)
  }

  #restart(): void {
    this.start().then(
      () => this.#dispatch(),
      (error: unknown) => {
        for (const asked of this.#queue.takeAll()) this.#reject(asked, storeFailed(error))
      },
    )
  }

  #inspect(): void {
    for (const thread of this.#threads) {
      thread.look(this.now())
      if (thread.at !== undefined) this.#charge(thread, thread.at)
      else if (this.#isExpired(thread)) this.#end(thread)
    }
    this.#dispatch()
    if (!this.#queue.isEmpty || this.#isolated.length > 0 || this.#active?.isIdle === false) return
    clearInterval(this.#watchdog)
    this.#watchdog = undefined
  }

  #isExpired(thread: DocumentThread): boolean {
    const { roomName } = thread
    if (roomName === undefined || this.#queue.has(roomName)) return false
    return thread.hasRestedSince(this.now() - IDLE_MS)
  }

  #charge(thread: DocumentThread, at: At): void {
    this.#expenses.charge(at.roomName, INSPECT_MS)
    this.#enforceLimits(thread, at)
  }

  #enforceLimits(thread: DocumentThread, at: At): void {
    const ms = this.now() - at.sinceMs
    if (ms >= (thread.updateAt === undefined ? WORK_MS : UPDATE_MS)) this.#halt(thread, at)
    else if (
      ms >= HOLD_UP_MS &&
      thread === this.#active &&
      this.#othersWaitFor(thread, at.roomName)
    ) {
      this.#isolate(thread, at)
    }
  }

  #othersWaitFor(thread: DocumentThread, roomName: string): boolean {
    return (
      this.#queue.hasOthersThan(roomName) ||
      thread.asked.some((asked) => asked.roomName !== roomName)
    )
  }

  /** Leaves the thread to the room that it works for; a new one takes over the others. */
  #isolate(thread: DocumentThread, at: At): void {
    const ofOthers = thread.isolate(at, this.now())
    if (ofOthers === undefined) return
    this.#enter({ kind: 'none' })
    this.#isolated.push(thread)
    this.#queue.requeue(ofOthers)
    if (this.#isolated.length > MAX_ISOLATED) {
      const oldest = this.#isolated.find(({ isIdle }) => isIdle) ?? this.#isolated[0]!
      // It didn't get its full time, so its update may be tried again.
      if (oldest.at === undefined) this.#end(oldest)
      else this.#halt(oldest, oldest.at, storeFailed('too many documents take a long time'))
    }
  }

  #halt(thread: DocumentThread, at: At, problem?: Problem): void {
    // Once its work is done, the update may be stored; then it must not be refused.
    if (thread.halt(at)) this.#end(thread, problem)
  }

  /**
   * Ends a thread and requeues its requests, except the one that it was working on.
   *
   * @param problem the answer to the update that it was applying
   */
  #end(thread: DocumentThread, problem = badUpdate('too-costly')): void {
    if (!this.#threads.includes(thread)) return
    const { at, updateAt } = thread
    if (thread === this.#active) this.#enter({ kind: 'none' })
    else this.#isolated.splice(this.#isolated.indexOf(thread), 1)
    this.#ended = sum(this.#ended, { ...thread.count, loaded: 0, loadedBytes: 0 })
    const again: PendingRequest[] = []
    this.#ending.add(thread.ended)
    void thread.ended.then(() => this.#ending.delete(thread.ended))
    for (const asked of thread.end()) {
      const isToBlame = at !== undefined && updateAt === undefined && asked.roomName === at.roomName
      if (asked === updateAt) this.#reject(asked, problem)
      else if (isToBlame) this.#reject(asked, storeFailed('a document takes too long'))
      else if (asked.tries >= MAX_TRIES)
        this.#reject(asked, storeFailed('its thread ended unexpectedly'))
      else again.push(asked)
    }
    this.#queue.requeue(again)
  }

  #close(thread: DocumentThread): Promise<unknown> {
    const request = { call: 'close' } as const
    const queued = { roomName: NO_ROOM, bytes: 0 }
    const asked = this.#asked(request, queued)
    this.#waiting.add(queued)
    thread.send(asked, 0)
    return asked.done
  }
}

type At = NonNullable<DocumentThread['at']>

/** Reads are bounded for each account. */
function loadOf({ reader, bytes }: PendingRequest): Queued {
  return { roomName: reader!, bytes: bytes - READ_BYTES }
}

/** Waits until all promises are settled, for a limited time. Its timer keeps the process alive meanwhile. */
async function settledWithin(ms: number, promises: readonly Promise<unknown>[]): Promise<void> {
  const settled = new AbortController()
  const late = wait(ms, undefined, { signal: settled.signal }).catch(() => {})
  await Promise.race([Promise.allSettled(promises), late])
  settled.abort()
}

function tooManyReads(): Problem {
  return storeFailed('too many reads are waiting for it')
}

function isUnforeseen({ request, bytes }: PendingRequest): boolean {
  return request.call === 'update' && bytes >= UNFORESEEN_BYTES
}
