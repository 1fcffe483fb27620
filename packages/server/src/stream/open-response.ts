import { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Transport } from '@whereabouts/protocol'
import type { Outlet, Writer } from './connection.js'
import { Checksum, GZIP_HEADER } from './gzip.js'
import { SharedBytes } from './shared-bytes.js'
import type { Undrained } from './undrained.js'

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  Vary: 'Accept-Encoding',
}

/**
 * One open response that streams events.
 *
 * Has no queue: bytes that the socket doesn't take at once wait in Node's own buffer. Until that buffer
 * is empty, the response isn't `ready` and gets no frames.
 *
 * @see PROTOCOL.md §8, FR4
 */
export class OpenResponse implements Outlet {
  /** The checksum of everything sent; `undefined` without compression. */
  readonly #checksum: Checksum | undefined
  /** The socket that chunks are written to directly; if `undefined`, they go through the response. */
  #socket: Socket | undefined
  #drained = true
  #ended = false
  writer: Writer | undefined

  /**
   * @param gzip whether it is compressed. ST14
   * @param undrained is told while the response can't take more
   */
  constructor(
    private readonly response: ServerResponse,
    gzip: boolean,
    private readonly undrained: Undrained,
  ) {
    if (gzip) this.#checksum = new Checksum()
  }

  get ready(): boolean {
    return this.#drained && !this.#ended
  }

  /** That of a stream of one room. */
  get transport(): Transport {
    return this.response.req.method === 'POST' ? 'post-stream' : 'stream'
  }

  /**
   * Sends the headers, and in the same packet what is written with them.
   *
   * @see PROTOCOL.md ST1
   */
  open(write: () => void): void {
    const socket = this.response instanceof ServerResponse ? this.response.socket : undefined
    socket?.cork()
    try {
      this.#open()
      write()
    } finally {
      socket?.uncork()
    }
  }

  #open(): void {
    const { response } = this
    // All headers at once, because setting one by itself makes the response keep a table of headers.
    response.writeHead(200, {
      ...HEADERS,
      // The socket closes with the stream, or else it would delay a server that stops.
      ...(response.req.httpVersionMajor < 2 && { Connection: 'close' }),
      ...(this.#checksum !== undefined && { 'Content-Encoding': 'gzip' }),
    })
    response.flushHeaders()
    this.#socket = chunkSocket(response)
    const sink = this.#socket ?? response
    sink.on('drain', this.#drain)
    if (this.#checksum !== undefined) this.#put(new SharedBytes(GZIP_HEADER))
  }

  write(bytes: SharedBytes): void {
    if (this.#ended) return
    if (this.#checksum === undefined) return this.#put(bytes)
    const { blocks, checksum } = bytes.deflated
    this.#checksum.add(checksum)
    this.#put(blocks)
  }

  /** Writes two parts together. @see PROTOCOL.md FR25 */
  writeBoth(first: SharedBytes, second: SharedBytes): void {
    this.#socket?.cork()
    try {
      this.write(first)
      this.write(second)
    } finally {
      this.#socket?.uncork()
    }
  }

  goodbye(bytes: SharedBytes): void {
    this.write(bytes)
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.response.end(this.#checksum?.end())
  }

  destroy(): void {
    this.response.destroy()
  }

  /** Call it when the response has closed, however it closed. */
  closed(): void {
    this.#settle()
  }

  /** Closes the socket: writing to it has failed. */
  fail(): void {
    this.destroy()
  }

  #put(bytes: SharedBytes): void {
    const isTaken =
      this.#socket === undefined
        ? this.response.write(bytes.plain)
        : this.#socket.write(bytes.chunk)
    if (isTaken || !this.#drained) return
    this.#drained = false
    this.undrained.add(this)
  }

  readonly #drain = (): void => {
    this.#settle()
    this.writer?.catchUp()
  }

  #settle(): void {
    this.#drained = true
    this.undrained.delete(this)
  }
}

/**
 * Returns the socket below a response if chunks may be written to it directly. A write through the
 * response costs 1.5 times as much, and encodes the chunk again for each reader.
 */
function chunkSocket(response: ServerResponse): Socket | undefined {
  // HTTP/2, an earlier unanswered call, or a replaced `write` all require the response.
  const isPlain = response instanceof ServerResponse && !Object.hasOwn(response, 'write')
  return isPlain && response.chunkedEncoding ? (response.socket ?? undefined) : undefined
}
