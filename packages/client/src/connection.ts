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
  /** The events have stopped; another try follows. */
  interrupted(): void
  /** It is of no use to try again. @see PROTOCOL.md CL11 */
  refused(problem: Problem): void
}

type Ending = 'ended' | 'silent' | 'reopen' | { readonly refused: Problem }

/**
 * Keeps a room's events coming: opens a transport, watches over it, and opens the next one when it
 * ends.
 *
 * @see PROTOCOL.md CL4, CL9, CL11
 */
export class Connection {
  readonly #ladder: Ladder<Transport>
  readonly #listener: ConnectionListener
  readonly #backoff: Backoff
  readonly #pause = new Pause()
  #life: AbortController | null = null
  #reopen: (() => void) | null = null

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
    if (this.#life !== null) return
    this.#life = new AbortController()
    void this.#keepOpen(this.#life.signal)
  }

  /** Closes what is open and tries no more. */
  stop(): void {
    this.#life?.abort()
    this.#life = null
    this.#pause.end()
  }

  /** Closes what is open and opens it again without waiting. */
  reopen(): void {
    this.#reopen?.()
    this.#pause.end()
  }

  /** Tries now if it is waiting to try again. */
  hurry(): void {
    this.#pause.end()
  }

  async #keepOpen(life: AbortSignal): Promise<void> {
    for (;;) {
      const ending = await this.#open(life)
      if (life.aborted) return
      if (typeof ending === 'object') {
        this.stop()
        this.#listener.refused(ending.refused)
        return
      }
      this.#listener.interrupted()
      const atOnce = ending === 'reopen' || (ending === 'silent' && this.#ladder.silence())
      if (!atOnce) await this.#pause.for(this.#backoff.next())
      if (life.aborted) return
    }
  }

  /** One transport from its opening to its end. */
  async #open(life: AbortSignal): Promise<Ending> {
    const attempt = new AbortController()
    let ending: Ending = 'ended'
    const end = (why: Ending) => {
      ending = why
      attempt.abort()
    }
    const giveUp = () => end('ended')
    life.addEventListener('abort', giveUp)
    this.#reopen = () => end('reopen')
    const watchdog = new Watchdog(() => end('silent'))
    watchdog.expectWithin(FIRST_EVENT_WITHIN_MS)
    try {
      const receive = this.#receiver(watchdog, end)
      const transport = this.#ladder.current((event) => {
        // What else stood in the last chunk is not asked for any more.
        if (!attempt.signal.aborted) receive(event)
      }, attempt.signal)
      // Not only the transport: when a body ends and is aborted in the same moment, as it is with a
      // goodbye, Node's fetch may never settle the read of it.
      await Promise.race([transport, aborted(attempt.signal)])
    } catch (error) {
      if (!attempt.signal.aborted && isLasting(error)) ending = { refused: error }
    } finally {
      watchdog.stop()
      life.removeEventListener('abort', giveUp)
      this.#reopen = null
      attempt.abort()
    }
    return ending
  }

  #receiver(watchdog: Watchdog, end: (why: Ending) => void): (event: RoomEvent) => void {
    let silenceMs: number | null = null
    return (event) => {
      if (event.kind === 'hello') silenceMs = event.hello.heartbeatMs * HEARTBEATS_BEFORE_SILENCE
      if (silenceMs !== null) watchdog.expectWithin(silenceMs)
      if (event.kind === 'ping') {
        this.#ladder.prove()
        this.#backoff.reset()
      }
      if (event.kind === 'retry') this.#backoff.startAt(event.retryMs)
      if (event.kind === 'goodbye') {
        this.#backoff.reset()
        this.#backoff.startAt(event.reconnectInMs)
        end('ended')
      } else if (event.kind === 'problem' && isLasting(event.problem)) {
        end({ refused: event.problem })
      } else this.#listener.receive(event)
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
}
