import { setTimeout as wait } from 'node:timers/promises'
import { Problem, type ProblemName } from '@whereabouts/protocol'
import { Expenses } from './expenses.js'
import { type DocumentCount, storeFailed } from './keeper.js'
import type { Answer, DocumentSettings, Request, Results } from './messages.js'
import { FairQueue, Loads, type Queued } from './queue.js'
import { isAskedOnce, isCallers, isNews, NO_ROOM, roomOf, weightOf } from './requests.js'
import type { DocumentStore } from './store.js'
import { openStoreModule } from './store-module.js'
import {
  type Asked,
  DocumentThread,
  type Done,
  NOTHING_DONE,
  type ThreadListener,
} from './thread.js'
import { badUpdate } from './update.js'

/** What waits for a thread before callers are told to come back later. */
const WAITING_OF_ROOM = { count: 1_000, bytes: 16_777_216 }
const WAITING_OF_ALL = { count: 10_000, bytes: 67_108_864 }
/**
 * An update of so much may take seconds, and nobody knows before: it comes after what is small, and
 * nothing is sent after it that would have to wait for it. A smaller one can't have so many structs.
 */
const UNFORESEEN_BYTES = 16_384
const UNFORESEEN_MS = 100
const UNFORESEEN_LEVELS = 4
const LOOK_MS = 50
/** How long one room may hold all others up. */
const PATIENCE_MS = 250
/** A generous backstop: 1 MiB of what people write takes some 100 ms. */
const UPDATE_MS = 10_000
/** What else a thread does for a room, such as to load what it was long in the making. */
const WORK_MS = 60_000
/** How long a thread stays that is for one room. */
const IDLE_MS = 60_000
const MAX_DETAINED = 2
/** After so many threads that ended with it, it may be what ends them. */
const MAX_TRIES = 3
const CLOSE_MS = 1_000

/** What threads are started with, and whether their store has to be kept open between them. */
type ThreadSettings = Omit<DocumentSettings, 'occupation'> & { readonly isInMemory: boolean }

/**
 * The threads of the documents. One serves all rooms. When one room keeps it busy for longer than
 * others can wait, it goes on with that room alone, and another thread takes over: what it hasn't
 * answered to the others is asked again, as updates can be applied and stored twice. Which thread a
 * room is with is decided here alone, so that it is never with two.
 *
 * A thread that stays with one piece of work for too long is ended. Nothing is lost by that: what was
 * acknowledged is in the store, and what wasn't is asked again of another thread, but for what it was
 * at.
 *
 * @see PROTOCOL.md DO17, DO18, DO43, DO44
 */
export class Threads implements ThreadListener {
  readonly #queue = new FairQueue<Asked>()
  readonly #waiting = new Loads(WAITING_OF_ROOM, WAITING_OF_ALL)
  readonly #expenses: Expenses
  /** The oldest first. */
  readonly #detained: DocumentThread[] = []
  #active: DocumentThread | undefined
  #starting: Promise<void> | undefined
  #memory: DocumentStore | undefined
  #looking: ReturnType<typeof setInterval> | undefined
  #heldBackSinceMs: number | undefined
  #number = 0
  #ended = NOTHING_DONE
  #closed: Problem | undefined

  constructor(
    private readonly settings: ThreadSettings,
    private readonly log: (error: unknown) => void,
    private readonly now: () => number,
  ) {
    this.#expenses = new Expenses(now)
  }

  /** Whether there is a thread, or will be. */
  get areUsed(): boolean {
    return this.#threads.length > 0 || this.#starting !== undefined
  }

  /** What they have done by what they last told of it. */
  get count(): DocumentCount {
    return this.#threads.map(({ count }) => count).reduce(sum, this.#ended)
  }

  /** @throws {Error} if the store can't be opened */
  async start(): Promise<void> {
    this.#starting ??= this.#startActive().finally(() => {
      this.#starting = undefined
    })
    await this.#starting
  }

  /** @throws {Problem} what the thread answers; store-failed, too-costly, shutting-down */
  ask<const R extends Request>(request: R): Promise<Done<Results[R['call']]>> {
    type Answered = Done<Results[R['call']]>
    const queued = { roomName: roomOf(request), bytes: weightOf(request) }
    if (this.#closed !== undefined) return Promise.reject(this.#closed)
    const same = isAskedOnce(request) && this.#waitingFor(request.call, queued.roomName)
    if (same) return same.done as Promise<Answered>
    if (!this.#waiting.hasCapacityFor(queued)) {
      if (isCallers(request)) {
        return Promise.reject(storeFailed('too much work is waiting for it'))
      }
      if (isNews(request)) return this.#learnAnew(request.roomName) as Promise<Answered>
    }
    const asked = this.#asked(request, queued)
    this.#waiting.add(queued)
    this.#queue.add(asked)
    this.#pump()
    return asked.done as Promise<Answered>
  }

  #waitingFor(call: Request['call'], roomName: string): Asked | undefined {
    return this.#queue.find(
      roomName,
      ({ request }) => request.call === call && isAskedOnce(request),
    )
  }

  /** What can't wait for its turn is looked up in the store instead. */
  #learnAnew(roomName: string): Promise<Done<undefined>> {
    for (const asked of this.#queue.remove(roomName, ({ request }) => isNews(request))) {
      this.#waiting.remove(asked)
      asked.resolve({ result: undefined, again: false })
    }
    return this.ask({ call: 'learn', roomName, bytes: undefined })
  }

  /** Whoever waits is told to ask another server, and so is whoever comes. */
  abandon(problem: Problem): void {
    this.#closed = problem
    const asked = this.#threads.flatMap((thread) => thread.forget())
    for (const each of [...this.#queue.drain(), ...asked]) this.#reject(each, problem)
  }

  /** In bounded time, whatever they are at: the store bears it. */
  async close(problem: Problem): Promise<void> {
    this.abandon(problem)
    // From now on nobody is detained, so no thread takes over from another.
    clearInterval(this.#looking)
    await this.#starting?.catch(() => {})
    const threads = this.#threads
    const answered = new AbortController()
    const closed = Promise.allSettled(threads.map((thread) => this.#close(thread)))
    const late = wait(CLOSE_MS, undefined, { signal: answered.signal }).catch(() => {})
    await Promise.race([closed, late])
    answered.abort()
    for (const thread of threads) this.#end(thread)
    await this.#memory?.close()
    this.#memory = undefined
  }

  answered(thread: DocumentThread, asked: Asked, answer: Answer): void {
    this.#expenses.answered(asked.roomName)
    if ('result' in answer) {
      if (asked.request.call === 'count') thread.count = answer.result as DocumentCount
      this.#waiting.remove(asked)
      asked.resolve({ result: answer.result, again: asked.tries > 1 })
    } else {
      this.#reject(asked, problemOf(answer))
    }
    if (thread.isIdle) thread.idleSinceMs = this.now()
    this.#pump()
  }

  failed(error: unknown): void {
    this.log(error)
  }

  died(thread: DocumentThread): void {
    thread.look(this.now())
    this.#end(thread)
    this.#pump()
  }

  get #threads(): readonly DocumentThread[] {
    return this.#active === undefined ? [...this.#detained] : [this.#active, ...this.#detained]
  }

  #threadFor(roomName: string): DocumentThread | undefined {
    return this.#detained.find((thread) => thread.roomName === roomName) ?? this.#active
  }

  #asked(request: Request, queued: Queued): Asked {
    let resolve!: Asked['resolve']
    let reject!: Asked['reject']
    const done: Asked['done'] = new Promise((...both) => {
      ;[resolve, reject] = both
    })
    const number = ++this.#number
    return { ...queued, request, number, done, resolve, reject, tries: 0, expectedMs: 0 }
  }

  #reject(asked: Asked, problem: Problem): void {
    this.#waiting.remove(asked)
    asked.reject(problem)
  }

  async #startActive(): Promise<void> {
    const { isInMemory, store } = this.settings
    // What is in memory lasts as long as somebody has it open.
    if (isInMemory) this.#memory ??= await openStoreModule(store)
    this.#active = await DocumentThread.start(this.settings, this)
  }

  /** Hands on what can go. */
  #pump(): void {
    if (this.#queue.isEmpty || this.#closed !== undefined) return
    this.#looking ??= setInterval(() => this.#look(), LOOK_MS).unref()
    const canGo = (asked: Asked) => this.#canGo(asked)
    while (
      this.#active?.isFull === false ||
      this.#detained.some((thread) => this.#isWanted(thread))
    ) {
      const asked = this.#queue.take(canGo, (each) => this.#levelOf(each))
      if (asked === undefined) break
      this.#send(asked)
    }
    if (this.#active === undefined && this.#starting === undefined) this.#restart()
  }

  /** What is unforeseen waits until nobody would have to wait for it, which is made so in time. */
  #canGo(asked: Asked): boolean {
    const thread = this.#threadFor(asked.roomName)
    if (thread?.hasCapacityFor(asked) !== true) return false
    if (thread !== this.#active || thread.isIdle) return true
    if (!isUnforeseen(asked)) return !this.#isDue
    this.#heldBackSinceMs ??= this.now()
    return false
  }

  /** Whether something unforeseen has waited long enough for others to stand back. */
  get #isDue(): boolean {
    return this.now() - (this.#heldBackSinceMs ?? Infinity) >= PATIENCE_MS
  }

  #levelOf(asked: Asked): number {
    const level = this.#expenses.levelOf(asked.roomName)
    if (isUnforeseen(asked) === this.#isDue) return level
    return level + UNFORESEEN_LEVELS
  }

  #send(asked: Asked): void {
    const thread = this.#threadFor(asked.roomName)!
    const expectedMs = this.#expenses.expectedMs(asked.roomName)
    if (!isUnforeseen(asked)) thread.send(asked, expectedMs)
    else thread.send(asked, Math.max(expectedMs, UNFORESEEN_MS))
    // Also where what was held back has gone elsewhere meanwhile.
    if (thread === this.#active && (isUnforeseen(asked) || this.#isDue)) {
      this.#heldBackSinceMs = undefined
    }
  }

  /** Whether something waits for a detained thread that it could take. */
  #isWanted({ roomName, isFull }: DocumentThread): boolean {
    return roomName !== undefined && !isFull && this.#queue.has(roomName)
  }

  #restart(): void {
    this.start().then(
      () => this.#pump(),
      (error: unknown) => {
        for (const asked of this.#queue.drain()) this.#reject(asked, storeFailed(error))
      },
    )
  }

  #look(): void {
    for (const thread of this.#threads) {
      thread.look(this.now())
      if (thread.at !== undefined) this.#charge(thread, thread.at)
      else if (this.#isSpare(thread)) this.#end(thread)
    }
    this.#pump()
    if (!this.#queue.isEmpty || this.#detained.length > 0 || this.#active?.isIdle === false) return
    clearInterval(this.#looking)
    this.#looking = undefined
  }

  #isSpare(thread: DocumentThread): boolean {
    const { roomName, isIdle, idleSinceMs } = thread
    if (roomName === undefined || !isIdle || this.#queue.has(roomName)) return false
    return idleSinceMs < this.now() - IDLE_MS
  }

  #charge(thread: DocumentThread, at: At): void {
    this.#expenses.charge(at.roomName, LOOK_MS)
    this.#judge(thread, at)
  }

  #judge(thread: DocumentThread, at: At): void {
    const ms = this.now() - at.sinceMs
    if (ms >= (thread.updateAt === undefined ? WORK_MS : UPDATE_MS)) this.#condemn(thread, at)
    else if (
      ms >= PATIENCE_MS &&
      thread === this.#active &&
      this.#othersWaitFor(thread, at.roomName)
    ) {
      this.#detain(thread, at)
    }
  }

  #othersWaitFor(thread: DocumentThread, roomName: string): boolean {
    return (
      this.#queue.hasOthersThan(roomName) ||
      thread.asked.some((asked) => asked.roomName !== roomName)
    )
  }

  /** It goes on for the room that it is at work for; another one takes over all others. */
  #detain(thread: DocumentThread, at: At): void {
    const ofOthers = thread.detain(at)
    if (ofOthers === undefined) return
    thread.idleSinceMs = this.now()
    this.#active = undefined
    this.#detained.push(thread)
    this.#queue.putBack(ofOthers)
    if (this.#detained.length > MAX_DETAINED) {
      const oldest = this.#detained.find(({ isIdle }) => isIdle) ?? this.#detained[0]!
      // It wasn't given its time, so what it is at may be tried again.
      if (oldest.at === undefined) this.#end(oldest)
      else this.#condemn(oldest, oldest.at, storeFailed('too many documents take a long time'))
    }
  }

  #condemn(thread: DocumentThread, at: At, problem?: Problem): void {
    // What it is at may be in the store as soon as it is done with it.
    if (thread.condemn(at)) this.#end(thread, problem)
  }

  /**
   * What it hadn't answered is asked of another one, but for what it was at.
   *
   * @param problem what the update that it was at is answered with
   */
  #end(thread: DocumentThread, problem = badUpdate('too-costly')): void {
    if (!this.#threads.includes(thread)) return
    const { at, updateAt } = thread
    if (thread === this.#active) this.#active = undefined
    else this.#detained.splice(this.#detained.indexOf(thread), 1)
    this.#ended = sum(this.#ended, { ...thread.count, loaded: 0, loadedBytes: 0 })
    const again: Asked[] = []
    for (const asked of thread.end()) {
      const isToBlame = at !== undefined && updateAt === undefined && asked.roomName === at.roomName
      if (asked === updateAt) this.#reject(asked, problem)
      else if (isToBlame) this.#reject(asked, storeFailed('a document takes too long'))
      else if (asked.tries >= MAX_TRIES)
        this.#reject(asked, storeFailed('its thread ended unexpectedly'))
      else again.push(asked)
    }
    this.#queue.putBack(again)
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

function sum(a: DocumentCount, b: DocumentCount): DocumentCount {
  return {
    loaded: a.loaded + b.loaded,
    loadedBytes: a.loadedBytes + b.loadedBytes,
    commits: a.commits + b.commits,
    compactions: a.compactions + b.compactions,
    compactionSeconds: a.compactionSeconds + b.compactionSeconds,
  }
}

function isUnforeseen({ request, bytes }: Asked): boolean {
  return request.call === 'update' && bytes >= UNFORESEEN_BYTES
}

/** What a thread refused, as it was there. */
function problemOf(answer: Extract<Answer, { readonly problem: ProblemName }>): Problem {
  const { problem, detail, extensions, cause } = answer
  const error = new Problem(problem, detail, extensions)
  if (cause !== undefined) error.cause = cause
  return error
}
