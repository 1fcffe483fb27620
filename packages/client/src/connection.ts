import { Problem } from '@whereabouts/protocol'
import { isPolling, liveOf, type Way } from './attempted.js'
import { ForeignAnswer } from './answer.js'
import { isLasting } from './refusal.js'
import { type Choice, type ChoiceEvent, FIRST_CHOICE, type Heard } from './choice.js'
import { choose, nextChoiceMs } from './transport-choice.js'
import type { RoomEvent, Transport } from './transport.js'

/** Receives what comes of a connection. */
export interface ConnectionListener {
  receive(event: RoomEvent): void
  /** The way that events come in now; `null` while nothing is open, and another attempt follows. */
  live(way: Way | null): void
  /** Something else refused an attempt in place of the server, and another attempt follows. */
  hindered(problem: Problem): void
  /** Trying again can't help, and no attempt follows. @see PROTOCOL.md CL11 */
  refused(problem: Problem): void
}

/** The ways to a room's events. */
export type Transports = { readonly [way in Way]: Transport }

/** The ways to a room's events, and what else a connection needs. */
export interface ConnectionOptions {
  readonly transports: Transports
  /** Reads what is new, reports it, and resolves with its position; with `null` if nothing is. */
  readonly check: (
    receive: (event: RoomEvent) => void,
    signal: AbortSignal,
  ) => Promise<string | null>
  /** Confirms that the client is there, and resolves with the room's position. */
  readonly confirm: () => Promise<string>
  /** Returns the position that the room has reached. */
  readonly position: () => string | null
}

/** The longest delay of a timer. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * Keeps a room's events coming, in the ways that {@link choose} chooses: opens and closes what it says,
 * and tells it what happens.
 *
 * @see PROTOCOL.md CL4, CL9, CL11, CL17, CL33
 */
export class Connection {
  readonly #options: ConnectionOptions
  readonly #listener: ConnectionListener
  #choice = FIRST_CHOICE
  readonly #open = new Map<number, AbortController>()
  #checking: AbortController | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  /** When the next choice is due. */
  #dueAtMs = Infinity

  constructor(options: ConnectionOptions, listener: ConnectionListener) {
    this.#options = options
    this.#listener = listener
  }

  /** Begins, or begins again after `stop`. */
  start(): void {
    if (!this.#choice.isRunning) this.#apply({ kind: 'started' })
  }

  /** Closes what is open and makes no further attempt. */
  stop(): void {
    this.#apply({ kind: 'stopped' })
  }

  /** Closes what is open and opens it again without a wait. */
  reopen(): void {
    this.#apply({ kind: 'reopened' })
  }

  /** Opens the next stream soon; what is open stays open until then. */
  renew(): void {
    this.#apply({ kind: 'renewed' })
  }

  /** The network may be another one, or nobody listened for a while: finds out, and ends every wait. */
  wake(): void {
    this.#apply({ kind: 'woken' })
  }

  /**
   * The server answered a post, and its room is at a position.
   *
   * @param confirms whether the post was a confirmation, too
   */
  posted(position: string, confirms: boolean): void {
    this.#apply({ kind: 'posted', position, confirms })
  }

  /** How often to confirm that the client is there; `null` for never. */
  pace(everyMs: number | null): void {
    this.#apply({ kind: 'paced', everyMs })
  }

  /** A post wasn't answered. */
  unanswered(): void {
    this.#apply({ kind: 'unanswered' })
  }

  /** Whether a long-poll is open. */
  get isPolling(): boolean {
    return isPolling(this.#choice)
  }

  #apply(event: ChoiceEvent): void {
    const before = this.#choice
    const nowMs = performance.now()
    const lateMs = nowMs - this.#dueAtMs
    this.#choice = choose(before, event, { nowMs, random: Math.random(), lateMs })
    this.#follow(before, this.#choice)
    this.#plan(nowMs)
  }

  /** Makes what is open what was chosen. */
  #follow(before: Choice, choice: Choice): void {
    const chosen = new Set(choice.attempts.map(({ id }) => id))
    for (const [id, life] of this.#open) {
      if (chosen.has(id)) continue
      this.#open.delete(id)
      life.abort()
    }
    for (const { id, way } of choice.attempts) if (!this.#open.has(id)) this.#attempt(id, way)
    if (choice.check === null) this.#checking?.abort()
    else if (before.check === null) this.#check()
    if (choice.confirmations > before.confirmations) void this.#confirm()
    const [was, is] = [before, choice].map((each) => liveOf(each)?.way ?? null)
    if (was !== is) this.#listener.live(is!)
  }

  /** Plans what follows the choice of a time, which may be past by now: following it takes a while. */
  #plan(chosenAtMs: number): void {
    clearTimeout(this.#timer)
    this.#dueAtMs = nextChoiceMs(this.#choice, chosenAtMs)
    const inMs = Math.max(0, this.#dueAtMs - performance.now())
    if (inMs > LONGEST_MS) return
    this.#timer = setTimeout(() => this.#apply({ kind: 'tick' }), Math.ceil(inMs))
  }

  #attempt(id: number, way: Way): void {
    const life = new AbortController()
    this.#open.set(id, life)
    const receive = (event: RoomEvent) => this.#receive(id, event)
    // Not awaiting the transport: when a body ends and is aborted in the same moment, Node's fetch may
    // never settle the read of it.
    void this.#options.transports[way](receive, life.signal).then(
      () => this.#ended(id, undefined),
      (error: unknown) => this.#ended(id, error ?? new Error('unknown')),
    )
  }

  #ended(id: number, error: unknown): void {
    const life = this.#open.get(id)
    // An attempt that was closed has nothing to say any more.
    if (life === undefined) return
    this.#open.delete(id)
    // What it has received may be invalid, with more to come.
    life.abort()
    if (isLasting(error)) {
      this.stop()
      return this.#listener.refused(error)
    }
    if (error instanceof ForeignAnswer && error.problem !== undefined)
      this.#listener.hindered(error.problem)
    this.#apply({ kind: 'ended', id, why: whyOf(error) })
  }

  #receive(id: number, event: RoomEvent): void {
    // The rest of the last chunk isn't wanted any more.
    if (!this.#open.has(id)) return
    this.#apply({ kind: 'heard', id, heard: this.#heard(event) })
    if (event.kind !== 'goodbye') this.#listener.receive(event)
  }

  #heard(event: RoomEvent): Heard {
    switch (event.kind) {
      case 'hello': {
        const { heartbeatMs } = event.data
        return { kind: 'hello', heartbeatMs, position: this.#options.position() }
      }
      case 'snapshot':
      case 'patch':
      case 'broadcast':
      case 'document':
        return { kind: 'frame', position: event.position }
      case 'goodbye':
        return { kind: 'goodbye', reconnectInMs: event.data.reconnectInMs }
      case 'retry':
        return { kind: 'retry', ms: event.data }
      case 'ping':
        return { kind: 'ping' }
      default:
        return { kind: 'other' }
    }
  }

  async #confirm(): Promise<void> {
    // What the server says as it opens a way may be that this client is no member. CL72
    await Promise.resolve()
    if (this.#choice.confirmEveryMs === null) return
    await this.#options.confirm().then(
      (position) => this.posted(position, true),
      (error: unknown) => {
        // Asking a server that answers again makes no difference.
        const isAnswered = error instanceof Problem || error instanceof ForeignAnswer
        if (!isAnswered) this.#apply({ kind: 'unconfirmed' })
      },
    )
  }

  #check(): void {
    const life = new AbortController()
    this.#checking = life
    const receive = (event: RoomEvent) => this.#listener.receive(event)
    const checked = (position: string | null) => {
      if (!life.signal.aborted) this.#apply({ kind: 'checked', position })
    }
    this.#options.check(receive, life.signal).then(checked, (error: unknown) => {
      // A server that has too much to do is there. Anything else may be what keeps this call from it.
      if (isPassing(error)) checked(null)
    })
  }
}

/** Returns whether the server itself said that it can't answer now. */
function isPassing(error: unknown): boolean {
  return error instanceof Problem && !isLasting(error)
}

/** @param error undefined after an orderly end */
function whyOf(error: unknown): 'ended' | 'unanswered' | 'wrong' {
  if (error === undefined) return 'ended'
  return error instanceof ForeignAnswer || error instanceof Problem ? 'wrong' : 'unanswered'
}
