import type { RoomPatch, RoomAnswer } from '@whereabouts/protocol'
import type { Calls } from './calls.js'
import { Pause } from './pause.js'
import type { RoomEvent, Transport } from './transport.js'

// A busy room answers each poll at once; a few answers a second are enough to look live.
export const BETWEEN_POLLS_MS = 100
// Two polls in a lease, so that the lease can't run out between them.
const POLLS_IN_A_LEASE = 2
const WATCHING_WAIT_MS = 25_000

/** The parts of a room that its long-poll needs. */
export interface Polled {
  readonly watch: boolean
  readonly position: () => string | null
  readonly leaseMs: () => number
  /** Posts a member's location again if the last post is so old that the lease is in danger. */
  readonly renew: () => void
}

/**
 * Returns a transport for clients that no stream reaches: it reads what changed, again and again, and
 * reports the same events as a stream. A poll doesn't join, so the member's posts keep its lease. They
 * follow the polls and not a timer, because browsers slow the timers of hidden tabs down to fewer than
 * one a lease.
 *
 * @see PROTOCOL.md HT20, CL9
 */
export function longPollTransport(calls: Calls, polled: Polled): Transport {
  return async (receive, signal) => {
    const { position, renew } = polled
    const waitMs = longestWaitMs(polled)
    const pause = new Pause()
    signal.addEventListener('abort', () => pause.end())
    const poll = async (longestMs: number) => {
      renew()
      return calls.read(position(), longestMs, signal)
    }
    const first = await poll(0)
    const can = first?.can
    receive({ kind: 'hello', data: { heartbeatMs: waitMs, ...(can && { can }) } })
    report(first, receive)
    while (!signal.aborted) {
      await pause.for(BETWEEN_POLLS_MS)
      report(await poll(waitMs), receive)
      receive({ kind: 'ping' })
    }
  }
}

/** Returns how long a poll may wait. */
export function longestWaitMs({ watch, leaseMs }: Polled): number {
  return watch ? WATCHING_WAIT_MS : Math.floor(leaseMs() / POLLS_IN_A_LEASE)
}

/**
 * Reads once what is new since a position.
 *
 * @returns the position of what was new, or `null` if nothing was
 */
export async function readNews(
  calls: Calls,
  position: string | null,
  receive: (event: RoomEvent) => void,
  signal: AbortSignal,
): Promise<string | null> {
  const answer = await calls.read(position, 0, signal)
  report(answer, receive)
  return answer?.id ?? null
}

/** Reports an answer as events; `null` is an answer without news. */
export function report(
  answer: RoomAnswer | RoomPatch | null,
  receive: (event: RoomEvent) => void,
): void {
  if (answer === null) return receive({ kind: 'ping' })
  const { id: position, document, resync, can } = answer
  if (can !== undefined) receive({ kind: 'can', data: { can } })
  if (resync !== undefined) receive({ kind: 'resync', data: resync })
  if ('patch' in answer) {
    receive({ kind: 'patch', position, data: answer.patch })
    for (const data of answer.broadcasts ?? []) receive({ kind: 'broadcast', position, data })
  } else receive({ kind: 'snapshot', position, data: answer })
  if (document !== undefined) receive({ kind: 'document', position, data: document })
}
