import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FINISH_MS, SpareSockets } from '@whereabouts/server/mount'

/**
 * Node's server, which closes a connection after a time without any data.
 *
 * It uses one timer per connection. Node's own option, `keepAliveTimeout`, creates a timer per
 * request that lives until the next request, which accounts for four fifths of the objects that
 * a post moves to V8's old generation.
 *
 * @see docs/decisions.md, 45
 */
export class HttpServer {
  readonly #server: Server
  readonly #spare: SpareSockets

  /** @param idleMs longer than any answer takes and than any stream is silent */
  constructor(idleMs: number, handle: RequestListener) {
    this.#server = createServer(handle)
    this.#server.keepAliveTimeout = 0
    this.#server.timeout = idleMs
    this.#spare = new SpareSockets(this.#server)
  }

  /**
   * Resolves with the server's address for a browser on this machine.
   *
   * @throws {Error} if the address is taken
   */
  async listen(port: number, host: string): Promise<string> {
    this.#server.listen(port, host)
    await this.#listening(port, host)
    const { address, port: bound, family } = this.#server.address() as AddressInfo
    if (address === '0.0.0.0') return `http://127.0.0.1:${bound}`
    if (address === '::') return `http://[::1]:${bound}`
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`
  }

  async #listening(port: number, host: string): Promise<void> {
    try {
      await once(this.#server, 'listening')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
      const what = `port ${port} of ${host} is in use. End what uses it, or set PORT to another one.`
      throw new Error(what, { cause: error })
    }
  }

  /**
   * Ends every connection that is left a while after the goodbyes. Otherwise a client that sends
   * only half of a request could delay the shutdown for a minute.
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
