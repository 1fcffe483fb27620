import type { Problem } from '@whereabouts/protocol'
import { isLasting } from './refusal.js'
import type { RoomEvent, Transport } from './transport.js'

/** How long a transport has for its first event before the next one is tried. */
const FIRST_EVENT_WITHIN_MS = 5_000
const HEARTBEATS_BEFORE_SILENCE = 2.5

/** Why an attempt ended. */
export type Ending =
  | { readonly kind: 'ended' | 'silent' | 'reopened' }
  | { readonly kind: 'refused'; readonly problem: Problem }

type AttemptState =
  | { readonly kind: 'opening' | 'closed' }
  | { readonly kind: 'open'; readonly silenceMs: number }

/**
 * Runs one transport, from its opening to its end:
 *
 *     opening    hello is due within 5 s
 *     open       since hello; an event is due within 2.5 heartbeats
 *     closed     by what came first; every later event is dropped
 *       ended    the transport finished or failed, or the next attempt took over
 *       silent   nothing came in time
 *       reopened the room wants another one
 *       refused  the server has a problem that trying again can't mend
 *
 * @see PROTOCOL.md CL4, CL11
 */
export class Attempt {
  #state: AttemptState = { kind: 'opening' }
  readonly #life = new AbortController()
  #watchdog: ReturnType<typeof setTimeout> | undefined
  #resolve: (ending: Ending) => void = () => undefined

  /** Runs a transport, and resolves with why it ended. */
  run(transport: Transport, receive: (event: RoomEvent) => void): Promise<Ending> {
    this.#expectWithin(FIRST_EVENT_WITHIN_MS)
    return new Promise((resolve) => {
      this.#resolve = resolve
      void transport((event) => {
        this.#state = transition(this.#state, event)
        if (this.#state.kind === 'open') this.#expectWithin(this.#state.silenceMs)
        // The rest of the last chunk isn't wanted any more.
        if (this.#state.kind !== 'closed') receive(event)
      }, this.#life.signal)
        .catch((error: unknown) => error)
        .then((error) =>
          this.end(isLasting(error) ? { kind: 'refused', problem: error } : { kind: 'ended' }),
        )
    })
  }

  /** Closes the transport, unless it is closed already. */
  end(ending: Ending): void {
    this.#state = { kind: 'closed' }
    clearTimeout(this.#watchdog)
    this.#life.abort()
    // Not awaiting the transport: when a body ends and is aborted in the same moment, Node's fetch
    // may never settle the read of it.
    this.#resolve(ending)
  }

  #expectWithin(ms: number): void {
    clearTimeout(this.#watchdog)
    this.#watchdog = setTimeout(() => this.end({ kind: 'silent' }), ms)
  }
}

function transition(state: AttemptState, event: RoomEvent): AttemptState {
  switch (state.kind) {
    case 'opening':
    case 'open':
      if (event.kind !== 'hello') return state
      return { kind: 'open', silenceMs: event.data.heartbeatMs * HEARTBEATS_BEFORE_SILENCE }
    case 'closed':
      return state
  }
}
