import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * The connections of a server, to end those that never carried a request when it stops.
 *
 * Browsers keep such spare ones open beside a stream. Node doesn't count them as idle, so that a
 * server would wait for them, for a minute and more, after everybody was told goodbye.
 *
 * @see PROTOCOL.md FR7
 */
export class SpareSockets {
  readonly #sockets = new Set<Socket>()

  /** @param server that has no connections yet */
  constructor(server: Server) {
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  /** After the goodbyes, and right before the server stops to listen and waits. */
  end(): void {
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy()
  }
}
