import type { RoomPatch, RoomAnswer } from '@whereabouts/protocol'
import type { Calls } from './calls.js'
import { Pause } from './pause.js'
import type { RoomEvent, Transport } from './transport.js'

// A busy room would answer each poll at once; a few answers a second are enough to look live.
const BETWEEN_POLLS_MS = 100
// Polls that keep a member come often enough that its lease can't run out between two of them.
const POLLS_IN_A_LEASE = 2
const WATCHING_WAIT_MS = 25_000

/** What the long-poll has to know of the room that it reads. */
export interface Polled {
  readonly room: string
  readonly watch: boolean
  readonly self: () => string | null
  readonly position: () => string | null
  readonly leaseMs: () => number
  /** Posts the location again if the last post is so old that the lease is in danger. */
  readonly stay: () => void
}

/**
 * The room's events for those to whom no stream gets through: reads of what changed, one after
 * another, which tell of themselves like a stream. A poll joins nobody, so the member is kept by
 * its posts. They follow the polls, not a timer: browsers slow down the timers of hidden tabs to
 * less than a lease.
 *
 * @see PROTOCOL.md HT20, CL9
 */
export function longPollTransport(calls: Calls, polled: Polled): Transport {
  return async (receive, signal) => {
    const { room, watch, self, position, leaseMs, stay } = polled
    const waitMs = watch ? WATCHING_WAIT_MS : Math.floor(leaseMs() / POLLS_IN_A_LEASE)
    const pause = new Pause()
    signal.addEventListener('abort', () => pause.end())
    const poll = async (longestMs: number) => {
      if (!watch) stay()
      return calls.read(position(), longestMs, signal)
    }
    const first = await poll(0)
    receive({
      kind: 'hello',
      hello: {
        self: self(),
        room,
        heartbeatMs: waitMs,
        leaseMs: leaseMs(),
      },
    })
    for (const event of readAnswer(first)) receive(event)
    while (!signal.aborted) {
      await pause.for(BETWEEN_POLLS_MS)
      for (const event of readAnswer(await poll(waitMs))) receive(event)
      receive({ kind: 'ping' })
    }
  }
}

function readAnswer(answer: RoomAnswer | RoomPatch | null): RoomEvent[] {
  if (answer === null) return [{ kind: 'ping' }]
  const { id: position, document, resync } = answer
  return [
    ...(resync === undefined ? [] : [{ kind: 'resync', resync } as const]),
    'patch' in answer
      ? { kind: 'patch', position, patch: answer.patch }
      : { kind: 'snapshot', position, snapshot: answer },
    ...(document === undefined ? [] : [{ kind: 'document', position, update: document } as const]),
  ]
}
