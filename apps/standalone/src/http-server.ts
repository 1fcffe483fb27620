import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { Http2SecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { FINISH_MS, SpareSockets } from '@whereabouts/server/mount'

/** After a restart everybody comes back within seconds. Node's own 511 are soon full on a busy machine. */
const BACKLOG = 4_096

/** A server of Node's, and how it stops. */
export interface NodeServer {
  readonly server: Server | Http2SecureServer
  readonly scheme: 'http' | 'https'
  /** Takes no more connections, and ends each one when nothing happens on it any more. */
  stop(): void
  endConnections(): void
}

/** A reader over HTTP/1.1 has one connection for its stream and one for its posts. */
export const CONNECTIONS_PER_READER = 2
/** Callers that are one too many are told so over connections of their own. */
const SPARE_CONNECTIONS = 1_000

/**
 * A server for HTTP/1.1 without TLS.
 *
 * @param maxReaders how many streams of events there may be
 * @see PROTOCOL.md HT42
 */
export function plainServer(maxReaders: number, handle: RequestListener): NodeServer {
  const server = createServer(handle)
  server.maxConnections = CONNECTIONS_PER_READER * maxReaders + SPARE_CONNECTIONS
  return {
    server,
    scheme: 'http',
    stop: () => server.close(),
    endConnections: () => server.closeAllConnections(),
  }
}

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
  readonly #server: NodeServer['server']
  readonly #spare: SpareSockets

  /** @param idleMs longer than any answer takes and than any stream is silent */
  constructor(
    idleMs: number,
    private readonly node: NodeServer,
  ) {
    this.#server = node.server
    Object.assign(this.#server, { keepAliveTimeout: 0, timeout: idleMs })
    this.#spare = new SpareSockets(this.#server)
  }

  /**
   * Resolves with the server's address for a browser on this machine.
   *
   * @throws {Error} if the address is taken
   * @see PROTOCOL.md OP36
   */
  async listen(port: number, host: string): Promise<string> {
    this.#server.listen({ port, host, backlog: BACKLOG })
    await this.#listening(port, host)
    const { address, port: bound, family } = this.#server.address() as AddressInfo
    const { scheme } = this.node
    if (address === '0.0.0.0') return `${scheme}://127.0.0.1:${bound}`
    if (address === '::') return `${scheme}://[::1]:${bound}`
    return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${bound}`
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
    this.node.stop()
    const end = setTimeout(() => this.node.endConnections(), FINISH_MS)
    await closed
    clearTimeout(end)
  }
}
