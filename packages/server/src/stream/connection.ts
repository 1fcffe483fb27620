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
  /** Whether the stream is one of gzip. ST14 */
  readonly gzip: boolean
}

/**
 * One open response that streams a room.
 *
 * It holds no queue: bytes that the socket doesn't take at once wait in Node's own buffer, and until
 * they are gone the connection isn't `ready` and gets nothing more.
 *
 * @see PROTOCOL.md §8, FR4
 */
export class Connection implements Reader, Kept {
  readonly view: View
  readonly documents: boolean
  readonly part: string | undefined
  /** The checksum of everything sent; without it nothing is compressed. */
  readonly #checksum: Checksum | undefined
  /** The socket that chunks are written to directly; without it, the response. */
  #socket: Socket | undefined
  #drained = true
  #ended = false
  #hasSent = false
  #onDrain: () => void = () => {}

  /**
   * @param wanted what its events are, and how they travel
   * @param version where it resumes from
   * @param undrained is told while it can't take more
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

  /** Calls back each time that it can take something again. */
  set onDrain(callback: () => void) {
    this.#onDrain = callback
  }

  /** Sends the headers and what stands before the first frame. @see PROTOCOL.md ST1 to ST3 */
  open(hello: Hello, retryMs: number): void {
    const { response } = this
    // All at once: a header that is set by itself makes the response keep a table of all of them.
    response.writeHead(200, {
      ...HEADERS,
      // What ends a stream ends its socket: one that stayed open would hold up a server that stops.
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

  /** Tells a reader that resumes and missed nothing that it missed nothing. @see PROTOCOL.md ST17 */
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
      // The list view has no place for it.
      if (this.view === 'patch') this.#say('problem', problem)
      this.end()
    } catch {
      // A socket that can't be written to can't be told why.
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
 * The socket below a response, if chunks may go right to it. A write through the response costs half
 * as much again, and frames its chunk again for each reader.
 */
function chunkSocket(response: ServerResponse): Socket | undefined {
  // Not on HTTP/2, not where another answer comes first, and not past a `write` that somebody put in
  // its place.
  const isPlain = response instanceof ServerResponse && !Object.hasOwn(response, 'write')
  return isPlain && response.chunkedEncoding ? (response.socket ?? undefined) : undefined
}
