import { firstEventMs, slowest } from '../patience.js'
import type { RoomEvent } from '../transport.js'
import type { End, Kind, Wish } from './messages.js'

/** A server takes no more subscriptions in one request. @see PROTOCOL.md MS1 */
const MOST_WISHES = 64
/** How long a subscription that nobody wants any more may stay. */
const LEFT_OVER_MS = 1_000
/** How long after the next request has failed beside one that works another one is made. */
const AGAIN_MS = 4_000

/** Receives what comes of a request. */
export interface RunListener {
  brought(wish: string, events: readonly RoomEvent[]): void
  /** A wish is over, and the others go on. */
  ended(wish: string, end: End): void
  goodbye(reconnectInMs: number): void
  /** The request is over. */
  closed(end: End): void
}

/** Makes a request for some wishes. Nothing is heard of it once the signal aborts. */
export type OpenRun = (
  kind: Kind,
  wishes: readonly Wish[],
  listener: RunListener,
  signal: AbortSignal,
) => void

/** The parts of a leader that a line needs. */
export interface LineHost {
  readonly open: OpenRun
  readonly nowMs: () => number
  readonly random: () => number
  /** Runs something once after a time; returns how to cancel it. */
  readonly after: (ms: number, run: () => void) => () => void
  /** Returns what is wanted of a line. */
  wishes(kind: Kind): readonly Wish[]
  /** Asks all tabs what they want, and continues when they have answered, or don't. */
  call(done: () => void): void
  /** Returns the number of the next request. */
  nextCount(): number
  /** A request for a wish begins. */
  opening(wish: string): void
  /** @param count the number of the request @param number of the message, for this wish */
  brought(count: number, number: number, wish: string, events: readonly RoomEvent[]): void
  ended(wish: string, end: End): void
}

type Served = { has(wish: string): boolean }

/** A request, for some wishes. */
interface Opened {
  readonly count: number
  readonly openedAtMs: number
  /** Those that it is for; one that has ended isn't there any more. */
  readonly wishes: Set<string>
  /** Those that it has said hello to, and how many messages each has had. */
  readonly greeted: Map<string, number>
  /** After a goodbye, within what time to open the next one. */
  reconnectInMs: number | null
  close(): void
}

/**
 * Reads what all tabs want in one of the two ways, with one request. When they want something else, the
 * next request takes its place:
 *
 *     a new wish   ask all tabs what they want now, then open the next request beside the live one;
 *                  wishes that come meanwhile wait until that is open
 *     a wish gone  the same, a second later
 *     goodbye      the same, after a random share of its time
 *     next         has said hello to all of its wishes, or to some in time: it is live, and the old one
 *                  is closed
 *
 * @see PROTOCOL.md CL78, CL79, MS13
 */
export class Line {
  readonly #kind: Kind
  readonly #host: LineHost
  #live: Opened | null = null
  #next: Opened | null = null
  #isCalling = false
  /** How many requests in a row brought nothing, and how long one takes until it has said hello to all. */
  #failures: number
  #tookMs = 0
  #planned: (() => void) | null = null

  /** @param failures how many requests in a row brought nothing before */
  constructor(kind: Kind, host: LineHost, failures: number) {
    this.#kind = kind
    this.#host = host
    this.#failures = failures
  }

  /** Makes what is open what is wanted. */
  follow(): void {
    const wishes = this.#host.wishes(this.#kind)
    if (wishes.length === 0) return this.stop()
    const live = this.#live
    if (this.#isCalling || this.#next !== null) return
    if (live === null || wishes.some(({ id }) => !live.wishes.has(id))) return this.#reopen()
    if (live.reconnectInMs !== null) this.#plan(this.#host.random() * live.reconnectInMs)
    else if (live.wishes.size > wishes.length) this.#plan(LEFT_OVER_MS)
  }

  stop(): void {
    this.#planned?.()
    this.#planned = null
    this.#live?.close()
    this.#next?.close()
    this.#live = null
    this.#next = null
  }

  /** Opens the next request later, unless that is planned already. */
  #plan(ms: number): void {
    this.#planned ??= this.#host.after(ms, () => {
      this.#planned = null
      if (this.#next === null && !this.#isCalling) this.#reopen()
    })
  }

  #reopen(): void {
    this.#planned?.()
    this.#planned = null
    this.#isCalling = true
    this.#host.call(() => {
      this.#isCalling = false
      this.#open()
    })
  }

  #open(): void {
    const all = this.#host.wishes(this.#kind)
    const wishes = all.slice(0, MOST_WISHES)
    for (const { id } of all.slice(MOST_WISHES)) this.#host.ended(id, { kind: 'alone' })
    if (wishes.length === 0) return this.stop()
    const life = new AbortController()
    const next: Opened = {
      count: this.#host.nextCount(),
      openedAtMs: this.#host.nowMs(),
      wishes: new Set(wishes.map(({ id }) => id)),
      greeted: new Map(),
      reconnectInMs: null,
      close: () => life.abort(),
    }
    this.#next = next
    const withinMs = firstEventMs(this.#failures, this.#tookMs)
    const cancel = this.#host.after(withinMs, () => this.#settle(next))
    life.signal.addEventListener('abort', cancel)
    for (const id of next.wishes) this.#host.opening(id)
    this.#host.open(this.#kind, wishes, this.#listenerOf(next), life.signal)
  }

  #listenerOf(opened: Opened): RunListener {
    return {
      brought: (wish, events) => {
        if (!opened.wishes.has(wish)) return
        const number = (opened.greeted.get(wish) ?? 0) + 1
        opened.greeted.set(wish, number)
        if (number === 1)
          this.#tookMs = slowest(this.#host.nowMs() - opened.openedAtMs, this.#tookMs)
        this.#host.brought(opened.count, number, wish, events)
        this.#settleIfOpen(opened)
      },
      ended: (wish, end) => {
        if (!opened.wishes.delete(wish)) return
        opened.greeted.delete(wish)
        this.#host.ended(wish, end)
        this.#settleIfOpen(opened)
      },
      goodbye: (reconnectInMs) => {
        opened.reconnectInMs = reconnectInMs
        this.follow()
      },
      closed: (end) => this.#closed(opened, end),
    }
  }

  #settleIfOpen(opened: Opened): void {
    if (opened.greeted.size === opened.wishes.size) this.#settle(opened)
  }

  /** The next request has said hello to all, or has had its time. */
  #settle(next: Opened): void {
    if (this.#next !== next) return
    this.#next = null
    const old = this.#live
    const isOpen = next.greeted.size > 0
    this.#failures = isOpen ? 0 : this.#failures + 1
    if (isOpen) this.#live = next
    const [needless, served] = isOpen ? [old, next.greeted] : [next, old?.wishes]
    needless?.close()
    this.#endAll(next, served, { kind: 'unanswered', message: 'no hello in time' })
    this.follow()
  }

  /** A request is over. */
  #closed(opened: Opened, end: End): void {
    const wasNext = this.#next === opened
    if (wasNext) {
      this.#next = null
      this.#failures += 1
    } else if (this.#live === opened) this.#live = null
    else return
    opened.close()
    const other = this.#live ?? this.#next
    this.#endAll(opened, other?.wishes, end)
    if (wasNext && other !== null) this.#plan(AGAIN_MS * (0.5 + this.#host.random()))
    this.follow()
  }

  /** Ends the wishes of a request but those that are served. */
  #endAll({ wishes }: Opened, served: Served | undefined, end: End): void {
    for (const wish of wishes) {
      if (served?.has(wish)) continue
      wishes.delete(wish)
      this.#host.ended(wish, end)
    }
  }
}
