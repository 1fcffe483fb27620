import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** How often connections are checked for having become idle. */
const LOOK_MS = 50

/**
 * The connections of a server, to end those that carry nothing when it stops.
 *
 * Browsers keep spare ones open beside a stream, which never carried a request. Node doesn't count
 * them as idle, so that a server would wait for them, for a minute and more, after everybody was told
 * goodbye. And it ends only those that are idle when it stops to listen: one whose stream ends a
 * moment later, as those of an application's own do, would be kept alive for seconds.
 *
 * @see PROTOCOL.md FR7
 */
export class SpareSockets {
  readonly #sockets = new Set<Socket>()

  /** @param server that has no connections yet */
  constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  /** After the goodbyes, and right before the server stops to listen and waits. */
  end(): void {
    const { server } = this
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy()
    // HTTP/2 has other means.
    if (!server.listening || !('closeIdleConnections' in server)) return
    const looking = setInterval(() => server.closeIdleConnections(), LOOK_MS).unref()
    server.once('close', () => clearInterval(looking))
  }
}
