import type { Server, Socket } from 'node:net'
import type { Log, Whereabouts } from '@whereabouts/server'
import { type Proxies, RareWarning, rangeOf } from '@whereabouts/server/mount'

/** What a small team at one address opens in any case. */
const SMALL_TEAM = 100

/** What tells the operator of connections that were ended: behind an unnamed proxy, all callers have one address. */
export interface SharesContext {
  readonly proxies: Pick<Proxies, 'trusts'>
  readonly log: Log
  readonly addMetric: Whereabouts['addMetric']
}

/**
 * Ends a new connection of an address that has as many of a server's connections as are left, so that nobody
 * keeps out everybody else by opening all of them and sending nothing. A trusted proxy may have all.
 *
 * @param server has a limit of connections, and no connection yet
 * @see PROTOCOL.md BU28
 */
export function shareSockets(server: Server, { proxies, log, addMetric }: SharesContext): void {
  const counts = new Map<string, number>()
  let all = 0
  let ended = 0
  const warning = new RareWarning(
    log,
    'an address has as many connections as it leaves to others, so more are ended. If it is a proxy, name it in WHEREABOUTS_TRUSTED_PROXIES',
  )
  addMetric({
    name: 'ended_connections',
    help: 'Connections that were ended at once, because their address had as many as it left to others',
    type: 'counter',
    read: () => ended,
  })
  server.on('connection', (socket: Socket) => {
    const { remoteAddress = '' } = socket
    const range = rangeOf(remoteAddress)
    const own = counts.get(range) ?? 0
    const left = server.maxConnections - all
    if (own >= Math.max(SMALL_TEAM, left) && !proxies.trusts(remoteAddress)) {
      ended += 1
      warning.warn(range)
      socket.destroy()
      return
    }
    const count = (more: number) => {
      all += more
      const sum = (counts.get(range) ?? 0) + more
      if (sum === 0) counts.delete(range)
      else counts.set(range, sum)
    }
    count(1)
    socket.once('close', () => count(-1))
  })
}
