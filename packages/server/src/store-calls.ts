import { documentOfComments } from '@whereabouts/protocol'
import { RareWarning } from './access/rare-warning.js'
import { inTime } from './in-time.js'
import { FINISH_MS } from './options.js'
import type { Log } from './log.js'
import { isNothing } from './room/nothing.js'
import type { DocumentChanges } from './rooms/hosted-rooms.js'
import type { Clock } from './stream/clock.js'

/**
 * Receives a document that has changed, as one update of Yjs 13. Is called again if it fails, and for one document
 * only once the call before has settled, so a call that may hang needs a limit of its own.
 *
 * @see PROTOCOL.md RS10, RS20
 */
export type OnStoreDocument = (roomName: string, state: Uint8Array) => unknown

/** How long a document rests before its call, and how long it waits for that. */
export interface StoreCallsLimits {
  readonly storeDebounceMs: number
  readonly storeMaxWaitMs: number
}

/** What the calls are made with. */
export interface StoreCallsContext {
  /** What is called, for the log. */
  readonly name: string
  /** Is called again if it fails. After 60 s it no longer holds up other rooms. */
  readonly call: (roomName: string) => Promise<unknown>
  /** Another node calls, as it has stored the last change. */
  readonly passed?: (roomName: string) => void
  readonly limits: StoreCallsLimits
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly log: Log
}

/** A document that has changed. */
interface Changed {
  readonly sinceMs: number
  /** Whether this node is to call: it stored the last update. */
  readonly isOwn: boolean
  readonly failures: number
  /** It isn't called before that, because it has failed. */
  readonly notBeforeMs: number
  /** Whether its time has come, and it waits for the order of a change of this node. */
  readonly isHeld: boolean
  /** Ends the wait for the call. */
  readonly cancel: () => void
}

const FRESH = { failures: 0, notBeforeMs: -Infinity }
const CALL_MS = 60_000
const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 60_000
const MOST_CALLS = 4
/** How many documents wait; of more, the one that waits longest is given up. */
const MOST_WAITING = 10_000

/**
 * Calls for documents that have changed, such as the application. Each node follows the same changes in the same
 * order, so that one knows that the call is its own, and the others that it isn't.
 *
 * @see PROTOCOL.md RS10 to RS13
 */
export class StoreCalls implements DocumentChanges {
  readonly #changed = new Map<string, Changed>()
  /** Rooms whose time has come, in order. */
  readonly #due = new Set<string>()
  /** How many changes of this node aren't ordered yet, by room. Each call that makes one waits for that. */
  readonly #telling = new Map<string, number>()
  readonly #calling = new Map<string, Promise<void>>()
  /** Rooms whose call takes so long that it no longer counts as one of the few at once. */
  readonly #late = new Set<string>()
  readonly #failed: RareWarning
  readonly #slow: RareWarning
  readonly #givenUp: RareWarning
  #isClosing = false
  #isFinished = false

  constructor(private readonly context: StoreCallsContext) {
    this.#failed = new RareWarning(context.log, `${context.name} failed and is tried again`)
    this.#slow = new RareWarning(
      context.log,
      `${context.name} takes longer than ${CALL_MS} ms; its document waits until it ends`,
    )
    this.#givenUp = new RareWarning(
      context.log,
      `more than ${MOST_WAITING} documents wait for ${context.name}, so some are given up until they change again`,
    )
  }

  /** @returns what calls the application with documents, if it wants that */
  static of(
    onStore: OnStoreDocument | undefined,
    read: (roomName: string) => Promise<Uint8Array>,
    context: Omit<StoreCallsContext, 'name' | 'call'>,
  ): StoreCalls | undefined {
    if (onStore === undefined) return undefined
    const call = async (roomName: string) => {
      const state = await read(roomName)
      // It may have been deleted meanwhile.
      if (!isNothing(state)) await onStore(roomName, state)
    }
    return new StoreCalls({ ...context, name: 'onStoreDocument', call })
  }

  changed(roomName: string, told?: Promise<unknown>): void {
    if (told !== undefined) void this.#tell(roomName, told)
    this.#note(roomName, true)
  }

  /** Without a change to call for, one of this node is an old one that is heard of again. */
  ordered(roomName: string, isOwn: boolean): void {
    if (!isOwn || this.#changed.has(roomName)) this.#note(roomName, isOwn)
  }

  /** Calls at once for all that waits, and for what changes from now on. */
  hurry(): void {
    this.#isClosing = true
    for (const [roomName, { cancel }] of this.#changed) {
      cancel()
      this.#isDue(roomName)
    }
  }

  /** Calls once more for all that waits. Resolves when that is done, or the time for it is over. */
  async finish(): Promise<void> {
    this.hurry()
    await inTime(this.#done(), FINISH_MS, this.context.clock).catch(() => {})
    this.#isFinished = true
    for (const { cancel } of this.#changed.values()) cancel()
    const left = new Set([...this.#changed.keys(), ...this.#calling.keys()]).size
    const { name, log } = this.context
    if (left > 0) log.error(`${name} was not finished for ${left} documents`)
    this.#changed.clear()
    this.#due.clear()
  }

  #note(roomName: string, isOwn: boolean): void {
    const { clock, limits } = this.context
    const known = this.#changed.get(roomName)
    known?.cancel()
    // The other node may be the one to call now.
    this.#due.delete(roomName)
    const nowMs = clock.now()
    const { sinceMs, failures, notBeforeMs } = known ?? { ...FRESH, sinceMs: nowMs }
    const atMs = this.#isClosing
      ? nowMs
      : Math.min(nowMs + limits.storeDebounceMs, sinceMs + limits.storeMaxWaitMs)
    this.#wait(roomName, { sinceMs, isOwn, failures, notBeforeMs }, Math.max(atMs, notBeforeMs))
  }

  async #done(): Promise<void> {
    while (this.#calling.size > 0) await Promise.all(this.#calling.values())
  }

  #wait(roomName: string, changed: Omit<Changed, 'isHeld' | 'cancel'>, atMs: number): void {
    // A call that was given up may still fail.
    if (this.#isFinished) return
    const { clock } = this.context
    const cancel = clock.after(Math.max(0, atMs - clock.now()), () => this.#isDue(roomName))
    this.#changed.delete(roomName)
    this.#changed.set(roomName, { ...changed, isHeld: false, cancel })
    if (this.#changed.size <= MOST_WAITING) return
    const [oldest, { cancel: giveUp }] = this.#changed.entries().next().value!
    giveUp()
    this.#changed.delete(oldest)
    this.#due.delete(oldest)
    this.#givenUp.warn()
  }

  #isDue(roomName: string): void {
    const changed = this.#changed.get(roomName)
    const isTold = !this.#telling.has(roomName)
    if (changed?.isOwn === false && isTold) this.#pass(roomName)
    else if (changed?.isOwn === false && !this.#isClosing) this.#hold(roomName, changed)
    else this.#due.add(roomName)
    this.#next()
  }

  /** The node that stored the last update calls now. */
  #pass(roomName: string): void {
    this.#changed.delete(roomName)
    this.context.passed?.(roomName)
  }

  /** A change of this node is yet to be ordered, after that of the other one, which may hear of it before it calls. */
  #hold(roomName: string, changed: Changed): void {
    this.#changed.set(roomName, { ...changed, isHeld: true })
  }

  async #tell(roomName: string, told: Promise<unknown>): Promise<void> {
    this.#telling.set(roomName, (this.#telling.get(roomName) ?? 0) + 1)
    // Whether others heard of it or not, it isn't waited for any more.
    await told.catch(() => {})
    const left = this.#telling.get(roomName)! - 1
    if (left > 0) return void this.#telling.set(roomName, left)
    this.#telling.delete(roomName)
    if (this.#changed.get(roomName)?.isHeld === true) this.#note(roomName, true)
  }

  #next(): void {
    for (const roomName of this.#due) {
      if (this.#calling.size - this.#late.size >= MOST_CALLS) return
      const changed = this.#changed.get(roomName)
      if (this.#calling.has(roomName)) continue
      this.#due.delete(roomName)
      this.#changed.delete(roomName)
      if (changed === undefined) continue
      const call = this.#call(roomName, changed).finally(() => {
        this.#calling.delete(roomName)
        this.#late.delete(roomName)
        this.#next()
      })
      this.#calling.set(roomName, call)
    }
  }

  async #call(roomName: string, { failures, sinceMs }: Changed): Promise<void> {
    const ended = this.context.clock.after(CALL_MS, () => this.#isLate(roomName))
    try {
      await this.context.call(roomName)
    } catch (error) {
      this.#failed.warn(error)
      this.#retry(roomName, sinceMs, failures + 1)
    } finally {
      ended()
    }
  }

  /** Nothing ends a call but itself, so what it may still write must not come after a later one's. */
  #isLate(roomName: string): void {
    this.#slow.warn()
    this.#late.add(roomName)
    this.#next()
  }

  #retry(roomName: string, sinceMs: number, failures: number): void {
    const retryMs = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LAST_RETRY_MS)
    const notBeforeMs = this.context.clock.now() + retryMs
    const known = this.#changed.get(roomName)
    known?.cancel()
    this.#due.delete(roomName)
    const isOwn = known?.isOwn ?? true
    this.#wait(roomName, { sinceMs, isOwn, failures, notBeforeMs }, notBeforeMs)
  }
}

/** Returns what passes no changes of comments on. @see PROTOCOL.md CM7, CM8 */
export function exceptComments(changes: DocumentChanges): DocumentChanges {
  return {
    changed: (room, told) => {
      if (documentOfComments(room) === undefined) changes.changed(room, told)
    },
    ordered: (room, isOwn) => {
      if (documentOfComments(room) === undefined) changes.ordered(room, isOwn)
    },
  }
}

/** Returns what passes changes on to all of some. */
export function allOf(...all: readonly (DocumentChanges | undefined)[]): DocumentChanges {
  return {
    changed: (room, told) => all.forEach((each) => each?.changed(room, told)),
    ordered: (room, isOwn) => all.forEach((each) => each?.ordered(room, isOwn)),
  }
}
