import type { Server, Socket } from 'node:net'
import { type Proxies, rangeOf } from '@whereabouts/server/mount'

/** What a small team at one address opens in any case. */
const SMALL_TEAM = 100

/**
 * Ends a new connection of an address that has as many of a server's connections as are left, so that nobody
 * keeps out everybody else by opening all of them and sending nothing. A trusted proxy may have all.
 *
 * @param server has a limit of connections, and no connection yet
 * @see PROTOCOL.md BU28
 */
export function shareSockets(server: Server, proxies: Pick<Proxies, 'trusts'>): void {
  const counts = new Map<string, number>()
  let all = 0
  server.on('connection', (socket: Socket) => {
    const { remoteAddress = '' } = socket
    const range = rangeOf(remoteAddress)
    const own = counts.get(range) ?? 0
    const left = server.maxConnections - all
    if (own >= Math.max(SMALL_TEAM, left) && !proxies.trusts(remoteAddress)) {
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
