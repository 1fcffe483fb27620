import type { Server } from 'node:http'
import type { Http2SecureServer } from 'node:http2'
import type { Socket } from 'node:net'

/** How often connections are checked for having become idle. */
const LOOK_MS = 50

/**
 * Ends the idle connections of a server when it stops.
 *
 * Browsers keep spare connections open that never carried a request. Node doesn't count them as idle, so a
 * stopping server would wait for them for more than a minute. Node also ends only connections that are
 * idle at the moment when the server stops listening. One whose stream ends a moment later would stay open
 * for seconds.
 *
 * @see PROTOCOL.md FR7
 */
export class SpareSockets {
  readonly #sockets = new Set<Socket>()

  /** @param server must have no connections yet */
  constructor(private readonly server: Server | Http2SecureServer) {
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  /** Call after the goodbyes, right before the server stops listening. */
  end(): void {
    const { server } = this
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy()
    // A server for HTTP/2 alone lacks this method.
    if (!server.listening || !('closeIdleConnections' in server)) return
    const looking = setInterval(() => server.closeIdleConnections(), LOOK_MS).unref()
    server.once('close', () => clearInterval(looking))
  }
}
