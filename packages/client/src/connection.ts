import type { Problem } from '@whereabouts/protocol'
import { Attempt, type Ending } from './attempt.js'
import { Backoff } from './backoff.js'
import { Ladder } from './ladder.js'
import { Pause } from './pause.js'
import type { RoomEvent, Transport } from './transport.js'

/** Receives what comes of a connection. */
export interface ConnectionListener {
  receive(event: RoomEvent): void
  /** Nothing is open; another attempt follows. */
  interrupted(): void
  /** Trying again can't help, and no attempt follows. @see PROTOCOL.md CL11 */
  refused(problem: Problem): void
}

/** Whether attempts are made. Compared by identity: a later start is another run. */
type Run = { readonly kind: 'stopped' | 'running' }

/**
 * Keeps a room's events coming. Until it is stopped, it makes one attempt after another:
 *
 *     the attempt before
 *       ended     back off, then make the next one
 *       silent    step down the ladder, and try the next step at once if there is one
 *       reopened  make the next one at once
 *       refused   stop, and say why
 *     goodbye     make the next one now, and read this one until the next has said hello
 *     hello       close every other attempt
 *
 * @see PROTOCOL.md CL4, CL9, CL11, CL17, CL33
 */
export class Connection {
  readonly #ladder: Ladder<Transport>
  readonly #listener: ConnectionListener
  readonly #backoff = new Backoff()
  readonly #pause = new Pause()
  #run: Run = { kind: 'stopped' }
  /** The attempts that are open: one, and the one before it that has said goodbye. */
  readonly #open = new Set<Attempt>()

  /** @param transports best first. */
  constructor(transports: readonly [Transport, ...Transport[]], listener: ConnectionListener) {
    this.#ladder = new Ladder(transports)
    this.#listener = listener
  }

  /** Begins, or begins again after `stop`. */
  start(): void {
    if (this.#run.kind === 'stopped') void this.#keepOpen((this.#run = { kind: 'running' }))
  }

  /** Closes what is open and makes no further attempt. */
  stop(): void {
    this.#run = { kind: 'stopped' }
    this.#end({ kind: 'ended' })
  }

  /** Closes what is open and opens it again without a wait. */
  reopen(): void {
    this.#end({ kind: 'reopened' })
  }

  /** Ends a wait before the next attempt. */
  hurry(): void {
    this.#pause.end()
  }

  #end(why: Ending): void {
    for (const attempt of this.#open) attempt.end(why)
    this.hurry()
  }

  async #keepOpen(run: Run): Promise<void> {
    while (this.#run === run) {
      const ending = await new Promise<Ending>((done) => void this.#attempt(done))
      if (this.#run === run && !this.#isNextAtOnce(ending)) {
        await this.#pause.for(this.#backoff.next())
      }
    }
  }

  #isNextAtOnce(ending: Ending): boolean {
    switch (ending.kind) {
      case 'ended':
        return false
      case 'silent':
        return this.#ladder.silence()
      case 'reopened':
        return true
      case 'refused':
        this.stop()
        this.#listener.refused(ending.problem)
        return true
    }
  }

  /** @param done is called when it is time for the next attempt. */
  async #attempt(done: (ending: Ending) => void): Promise<void> {
    const attempt = new Attempt()
    this.#open.add(attempt)
    const ending = await attempt.run(this.#ladder.current, (event) => {
      this.#receive(event, attempt, done)
    })
    this.#open.delete(attempt)
    if (this.#open.size === 0 && ending.kind !== 'refused') this.#listener.interrupted()
    done(ending)
  }

  #receive(event: RoomEvent, attempt: Attempt, done: (ending: Ending) => void): void {
    switch (event.kind) {
      case 'hello':
        for (const other of this.#open) if (other !== attempt) other.end({ kind: 'ended' })
        break
      case 'ping':
        this.#ladder.prove()
        this.#backoff.reset()
        break
      case 'retry':
        this.#backoff.startAt(event.data)
        break
      case 'goodbye':
        this.#backoff.reset()
        this.#backoff.startAt(event.data.reconnectInMs)
        return done({ kind: 'ended' })
      default:
    }
    this.#listener.receive(event)
  }
}
