import type { Problem } from '@whereabouts/protocol'
import type { Backoff } from './backoff.js'
import { Ladder } from './ladder.js'
import { Pause } from './pause.js'
import { isLasting } from './refusal.js'
import type { RoomEvent, Transport } from './transport.js'
import { Watchdog } from './watchdog.js'

/** How long a transport has for its first event before the next one is tried. */
const FIRST_EVENT_WITHIN_MS = 5_000
const HEARTBEATS_BEFORE_SILENCE = 2.5

/** Who is told what comes of a connection. */
export interface ConnectionListener {
  receive(event: RoomEvent): void
  /** Nothing is open any more; another try follows. */
  interrupted(): void
  /** It is of no use to try again. @see PROTOCOL.md CL11 */
  refused(problem: Problem): void
}

type Ending = 'ended' | 'silent' | 'reopen' | { readonly refused: Problem }

/** Ends one attempt, and says why. */
type End = (why: Ending) => void

/**
 * Keeps a room's events coming: opens a transport, watches over it, and opens the next one when it
 * ends, or before that when it says goodbye.
 *
 * @see PROTOCOL.md CL4, CL9, CL11, CL17, CL33
 */
export class Connection {
  readonly #ladder: Ladder<Transport>
  readonly #listener: ConnectionListener
  readonly #backoff: Backoff
  readonly #pause = new Pause()
  /** What it was started as; `null` while it is stopped. */
  #life: object | null = null
  /** What is open: one, and the one before it that has said goodbye. */
  readonly #open = new Set<End>()

  /** @param transports best first. */
  constructor(
    transports: readonly [Transport, ...Transport[]],
    listener: ConnectionListener,
    backoff: Backoff,
  ) {
    this.#ladder = new Ladder(transports)
    this.#listener = listener
    this.#backoff = backoff
  }

  /** Begins, or begins again after `stop`. */
  start(): void {
    if (this.#life === null) void this.#keepOpen((this.#life = {}))
  }

  /** Closes what is open and tries no more. */
  stop(): void {
    this.#life = null
    this.#end('ended')
  }

  /** Closes what is open and opens it again without waiting. */
  reopen(): void {
    this.#end('reopen')
  }

  /** Tries now if it is waiting to try again. */
  hurry(): void {
    this.#pause.end()
  }

  #end(why: Ending): void {
    for (const end of this.#open) end(why)
    this.#pause.end()
  }

  async #keepOpen(life: object): Promise<void> {
    while (this.#life === life) {
      const ending = await new Promise<Ending>((done) => void this.#attempt(done))
      if (this.#life !== life) return
      if (typeof ending === 'object') {
        this.stop()
        this.#listener.refused(ending.refused)
        return
      }
      const atOnce = ending === 'reopen' || (ending === 'silent' && this.#ladder.silence())
      if (!atOnce) await this.#pause.for(this.#backoff.next())
    }
  }

  /**
   * One transport from its opening to its end.
   *
   * @param done is called when it is time for the next one.
   */
  async #attempt(done: End): Promise<void> {
    const attempt = new AbortController()
    const { signal } = attempt
    let ending: Ending = 'ended'
    const end: End = (why) => {
      ending = why
      attempt.abort()
    }
    this.#open.add(end)
    const watchdog = new Watchdog(() => end('silent'))
    watchdog.expectWithin(FIRST_EVENT_WITHIN_MS)
    try {
      const receive = this.#receiver(watchdog, end, done)
      const transport = this.#ladder.current((event) => {
        // What else stood in the last chunk is not asked for any more.
        if (!signal.aborted) receive(event)
      }, signal)
      // Not only the transport: when a body ends and is aborted in the same moment, Node's fetch may
      // never settle the read of it.
      await Promise.race([transport, aborted(signal)])
    } catch (error) {
      if (!signal.aborted && isLasting(error)) ending = { refused: error }
    }
    watchdog.stop()
    attempt.abort()
    this.#open.delete(end)
    if (this.#open.size === 0 && typeof ending === 'string') this.#listener.interrupted()
    done(ending)
  }

  #receiver(watchdog: Watchdog, end: End, done: End): (event: RoomEvent) => void {
    let silenceMs: number | null = null
    return (event) => {
      if (event.kind === 'hello') {
        silenceMs = event.hello.heartbeatMs * HEARTBEATS_BEFORE_SILENCE
        for (const other of this.#open) if (other !== end) other('ended')
      }
      if (silenceMs !== null) watchdog.expectWithin(silenceMs)
      if (event.kind === 'ping') {
        this.#ladder.prove()
        this.#backoff.reset()
      }
      if (event.kind === 'retry') this.#backoff.startAt(event.retryMs)
      if (event.kind === 'goodbye') {
        this.#backoff.reset()
        this.#backoff.startAt(event.reconnectInMs)
        done('ended')
      } else if (event.kind === 'problem' && isLasting(event.problem)) {
        end({ refused: event.problem })
      } else this.#listener.receive(event)
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
}
