import type { RequestListener } from 'node:http'
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'
import { CONNECTIONS_PER_READER, type NodeServer } from './http-server.js'
import type { TlsContent } from './tls.js'

/** For the streams and posts of all tabs that a browser has open. */
const MAX_STREAMS = 256
/** As much as over HTTP/1.1. */
const MAX_HEADER_BYTES = 16_384
const HANDSHAKE_MS = 10_000

/**
 * A server for HTTP/2 and HTTP/1.1 over TLS. What a connection can hold is bounded here; a client that
 * opens streams only to reset them is disconnected by Node (CVE-2023-44487).
 *
 * @see PROTOCOL.md HT32, HT33
 */
export class Http2Server implements NodeServer {
  readonly scheme = 'https'
  readonly server: Http2SecureServer
  readonly #sessions = new Set<ServerHttp2Session>()
  readonly #sockets = new Set<Socket>()

  /** @param maxReaders how many streams of events there may be */
  constructor(tls: TlsContent, maxReaders: number, handle: RequestListener) {
    this.server = createSecureServer({
      ...tls,
      allowHTTP1: true,
      handshakeTimeout: HANDSHAKE_MS,
      settings: { maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize: MAX_HEADER_BYTES },
    })
    this.server.maxConnections = CONNECTIONS_PER_READER * maxReaders
    this.server.on('request', handle)
    remember(this.server, 'session', this.#sessions)
    remember(this.server, 'connection', this.#sockets)
  }

  stop(): void {
    this.server.close()
    for (const session of this.#sessions) session.close()
  }

  endConnections(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}

interface Closing {
  once(event: 'close', listener: () => void): unknown
}

function remember<T extends Closing>(server: Http2SecureServer, event: string, all: Set<T>): void {
  server.on(event, (each: T) => {
    all.add(each)
    each.once('close', () => all.delete(each))
  })
}
