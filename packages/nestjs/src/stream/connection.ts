import type { ServerResponse } from 'node:http'
import {
  encodeEvent,
  type Goodbye,
  type Hello,
  SSE_COMMENT,
  type View,
} from '@whereabouts/protocol'
import type { Clock } from './clock.js'
import type { Kept } from './connections.js'
import type { Frame } from './frame.js'
import type { Reader } from './frames.js'

const PING = { patch: encodeEvent({ event: 'ping', data: '{}' }), list: SSE_COMMENT }

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
}

/**
 * One open response that streams a room.
 *
 * It holds no queue: bytes that the socket doesn't take at once wait in Node's own buffer, and until
 * they are gone the connection isn't `ready` and gets nothing more.
 *
 * @see PROTOCOL.md §7, FR4
 */
export class Connection implements Reader, Kept {
  readonly view: View
  readonly documents: boolean
  version: number | undefined
  /** Calls off the end of a connection that doesn't drain; there while it doesn't. */
  #cancelEnd: (() => void) | undefined
  #onDrain: () => void = () => {}

  /**
   * @param wanted what its events are
   * @param version where it resumes from
   * @param stuckMs how long it may stay undrained before it is closed. PROTOCOL.md FR5
   */
  constructor(
    wanted: Pick<Reader, 'view' | 'documents'>,
    version: number | undefined,
    private readonly response: ServerResponse,
    private readonly stuckMs: number,
    private readonly clock: Clock,
  ) {
    this.view = wanted.view
    this.documents = wanted.documents
    this.version = version
    response.on('drain', () => {
      this.#settle()
      this.#onDrain()
    })
    response.once('close', () => this.#settle())
  }

  get ready(): boolean {
    return this.#cancelEnd === undefined && !this.response.writableEnded
  }

  /** Calls back each time that it can take something again. */
  set onDrain(callback: () => void) {
    this.#onDrain = callback
  }

  /** Sends the headers and what stands before the first frame. @see PROTOCOL.md ST1 to ST3 */
  open(hello: Hello, retryMs: number): void {
    // What ends a stream ends its socket: one that stayed open would hold up a server that stops.
    if (this.response.req.httpVersionMajor < 2) this.response.setHeader('Connection', 'close')
    this.response.writeHead(200, HEADERS)
    const greeting = encodeEvent({ retry: retryMs })
    if (this.view === 'list') this.#write(greeting)
    else this.#write(greeting + encodeEvent({ event: 'hello', data: JSON.stringify(hello) }))
  }

  send(frame: Frame): void {
    this.#write(frame.bytes)
  }

  /** @see PROTOCOL.md ST7 */
  ping(): void {
    if (this.ready) this.#write(PING[this.view])
  }

  /** Says that the server is going away, and ends. @see PROTOCOL.md ST10 */
  goodbye(goodbye: Goodbye): void {
    const retry = goodbye.reconnectInMs
    const last =
      this.view === 'list' ? { retry } : { event: 'goodbye', data: JSON.stringify(goodbye), retry }
    this.response.end(encodeEvent(last))
  }

  destroy(): void {
    this.response.destroy()
  }

  #write(bytes: Buffer | string): void {
    if (this.response.write(bytes)) return
    this.#cancelEnd ??= this.clock.after(this.stuckMs, () => this.destroy())
  }

  #settle(): void {
    this.#cancelEnd?.()
    this.#cancelEnd = undefined
  }
}
