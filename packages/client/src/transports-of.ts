import type { Calls } from './calls.js'
import type { Transports } from './connection.js'
import { longestWaitMs, longPollTransport, type Polled } from './long-poll.js'
import type { JoinOptions } from './options.js'
import { streamTransport } from './stream.js'

/**
 * Returns the ways to a room's events: its own, or those that it shares with other rooms.
 *
 * @param ready no request is sent before it resolves
 */
export function transportsOf(
  base: string,
  { room, fetch, headers, credentials, sharing }: JoinOptions,
  calls: Calls,
  ready: Promise<void> | undefined,
  polled: Polled,
): Transports {
  const { position, renew } = polled
  const own = {
    stream: streamTransport('GET', calls, position),
    'post-stream': streamTransport('POST', calls, position),
    'long-poll': longPollTransport(calls, polled),
  }
  const shared = sharing?.({
    base,
    isPlain: !(fetch || headers || credentials),
    own,
    ready,
    subscription: () => {
      const { watch: _watch, member, ...parameters } = calls.streamParameters()
      return { room, ...parameters, ...(member !== undefined && { members: [member] }) }
    },
    position,
    waitMs: () => longestWaitMs(polled),
    renew,
    request: (body, signal) => calls.streams(body, signal),
  })
  return shared ?? own
}
