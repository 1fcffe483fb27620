import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FINISH_MS, SpareSockets } from '@whereabouts/server/mount'

/**
 * Node's server, which closes a connection when nothing has come or gone on it for a while.
 *
 * One timer for all of a connection's life does that. Node's own for idle connections, its
 * `keepAliveTimeout`, is another object for each request, which lives until the next one: four fifths
 * of what a post leaves to the old generation.
 *
 * @see docs/decisions.md, 45
 */
export class HttpServer {
  readonly #server: Server
  readonly #spare: SpareSockets

  /** @param idleMs longer than any answer takes, and than a stream is ever silent */
  constructor(idleMs: number, handle: RequestListener) {
    this.#server = createServer(handle)
    this.#server.keepAliveTimeout = 0
    this.#server.timeout = idleMs
    this.#spare = new SpareSockets(this.#server)
  }

  /**
   * Resolves with the address that a browser on this machine finds it at.
   *
   * @throws {Error} if the address is taken
   */
  async listen(port: number, host: string): Promise<string> {
    this.#server.listen(port, host)
    await once(this.#server, 'listening')
    const { address, port: bound, family } = this.#server.address() as AddressInfo
    if (address === '0.0.0.0') return `http://127.0.0.1:${bound}`
    if (address === '::') return `http://[::1]:${bound}`
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`
  }

  /**
   * Ends every connection that is still there a while after the goodbyes: half of a request can keep
   * Node's server waiting for a minute, and whoever stops it as well.
   *
   * @see PROTOCOL.md FR13
   */
  async close(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#spare.end()
    this.#server.close()
    const end = setTimeout(() => this.#server.closeAllConnections(), FINISH_MS)
    await closed
    clearTimeout(end)
  }
}
