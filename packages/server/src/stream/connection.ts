import { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import {
  type Action,
  type Can,
  encodeEvent,
  type Goodbye,
  type Hello,
  type Problem,
  SSE_COMMENT,
  type View,
} from '@whereabouts/protocol'
import type { Kept } from './connections.js'
import type { Frame } from './frame.js'
import type { Reader } from './frames.js'
import type { Look } from './look.js'
import { Checksum, GZIP_HEADER } from './gzip.js'
import { SharedBytes } from './shared-bytes.js'
import type { Undrained } from './undrained.js'

const PING = {
  patch: new SharedBytes(encodeEvent({ event: 'ping', data: '{}' })),
  list: new SharedBytes(SSE_COMMENT),
}

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  Vary: 'Accept-Encoding',
}

/** The content that a connection sends. */
interface Wanted extends Look {
  /** Whether the stream is compressed with gzip. ST14 */
  readonly gzip: boolean
}

/**
 * One open response that streams a room.
 *
 * Has no queue: bytes that the socket doesn't take at once wait in Node's own buffer. Until that buffer
 * is empty, the connection isn't `ready` and gets nothing more.
 *
 * @see PROTOCOL.md §8, FR4
 */
export class Connection implements Reader, Kept {
  readonly view: View
  readonly documents: boolean
  readonly part: string | undefined
  /** The checksum of everything sent; `undefined` without compression. */
  readonly #checksum: Checksum | undefined
  /** The socket that chunks are written to directly; if `undefined`, they go through the response. */
  #socket: Socket | undefined
  #drained = true
  #ended = false
  #hasSent = false
  #onDrain: () => void = () => {}

  /**
   * @param wanted which events it sends, and how they are encoded
   * @param version the version that it resumes from
   * @param undrained is told while the connection can't take more
   */
  constructor(
    wanted: Wanted,
    public version: number | undefined,
    private readonly response: ServerResponse,
    private readonly undrained: Undrained,
  ) {
    this.view = wanted.view
    this.documents = wanted.documents
    this.part = wanted.part
    if (wanted.gzip) this.#checksum = new Checksum()
    response.on('close', this.#settle)
  }

  get ready(): boolean {
    return this.#drained && !this.#ended
  }

  /** Sets a callback for each time that the connection can take more again. */
  set onDrain(callback: () => void) {
    this.#onDrain = callback
  }

  /** Sends the headers and everything before the first frame. @see PROTOCOL.md ST1 to ST3 */
  open(hello: Hello, retryMs: number): void {
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
    const greeting = encodeEvent({ retry: retryMs })
    const isList = this.view === 'list'
    const text = isList ? '' : encodeEvent({ event: 'hello', data: JSON.stringify(hello) })
    this.#write(new SharedBytes(greeting + text))
  }

  send(frame: Frame): void {
    this.#hasSent = true
    this.#write(frame.bytes)
  }

  /** Tells a resuming reader that it missed nothing. @see PROTOCOL.md ST17 */
  confirm(): void {
    if (!this.#hasSent) this.ping()
  }

  /** @see PROTOCOL.md ST7 */
  ping(): void {
    if (this.ready) this.#write(PING[this.view])
  }

  /** @see PROTOCOL.md AC16 */
  allow(can: readonly Action[]): void {
    if (this.view === 'patch') this.#say('can', { can } satisfies Can)
  }

  /** @see PROTOCOL.md ST8, ST10, ST20 */
  goodbye(goodbye: Goodbye): void {
    const retry = goodbye.reconnectInMs
    const said =
      this.view === 'list' ? { retry } : { event: 'goodbye', data: JSON.stringify(goodbye), retry }
    this.#write(new SharedBytes(encodeEvent(said)))
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.response.end(this.#checksum?.end())
  }

  /** @see PROTOCOL.md ST11 */
  fail(problem: Problem): void {
    try {
      // The list view has no event for a problem.
      if (this.view === 'patch') this.#say('problem', problem)
      this.end()
    } catch {
      // If writing fails, only closing the socket is left.
      this.destroy()
    }
  }

  destroy(): void {
    this.response.destroy()
  }

  #say(event: string, data: object): void {
    this.#write(new SharedBytes(encodeEvent({ event, data: JSON.stringify(data) })))
  }

  #write(bytes: SharedBytes): void {
    if (this.#ended) return
    if (this.#checksum === undefined) return this.#put(bytes)
    const { blocks, checksum } = bytes.deflated
    this.#checksum.add(checksum)
    this.#put(blocks)
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
    this.#onDrain()
  }

  readonly #settle = (): void => {
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
