import { ServerResponse, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { type Call, JSON_TYPE } from './call.js'

const PLAIN = ServerResponse.prototype

interface Waiting {
  readonly call: Call
  readonly text: string
}

/**
 * Writes JSON answers directly to their sockets, because a `ServerResponse` takes a quarter of the time of
 * a whole post. The answers of one turn of the event loop are written together at its end, which takes a
 * quarter less time than writing each one between other work.
 *
 * @see docs/decisions.md, 40, 42, 76
 */
export class JsonAnswers {
  #waiting: Waiting[] = []
  #head = { second: NaN, keepAliveMs: NaN, text: '' }

  /** @param failed is told of an answer that can't be written */
  constructor(private readonly failed: (call: Call, error: unknown) => void) {}

  readonly write = (call: Call, text: string): void => {
    if (this.#waiting.push({ call, text }) === 1) setImmediate(this.#send)
  }

  readonly #send = (): void => {
    const answers = this.#waiting
    this.#waiting = []
    for (const { call, text } of answers) {
      try {
        this.#answer(call, text)
      } catch (error) {
        this.failed(call, error)
      }
    }
  }

  #answer(call: Call, text: string): void {
    const { response } = call
    const socket = socketOf(call)
    const server = socket && serverOf(socket)
    // Only the response enforces `maxRequestsPerSocket`.
    if (server === undefined || server.maxRequestsPerSocket) return call.sendJson(text)
    const length = Buffer.byteLength(text)
    // Node writes ASCII faster as Latin-1.
    const encoding = length === text.length ? 'latin1' : 'utf8'
    socket!.write(`${this.#headNow(server)}${length}\r\n\r\n${text}`, encoding)
    // The server does its work after an answer on this event.
    response.emit('finish')
  }

  /** Returns the head of an answer up to the length, cached for a second. */
  #headNow({ keepAliveTimeout }: Server): string {
    const nowMs = Date.now()
    const second = Math.floor(nowMs / 1_000)
    const { text, ...made } = this.#head
    if (made.second === second && made.keepAliveMs === keepAliveTimeout) return text
    const keepAliveS = Math.floor(keepAliveTimeout / 1_000)
    const lines = [
      'HTTP/1.1 200 OK',
      `Content-Type: ${JSON_TYPE}`,
      'Cache-Control: no-store',
      'X-Content-Type-Options: nosniff',
      'Connection: keep-alive',
      ...(keepAliveS > 0 ? [`Keep-Alive: timeout=${keepAliveS}`] : []),
      `Date: ${new Date(nowMs).toUTCString()}`,
      'Content-Length: ',
    ]
    this.#head = { second, keepAliveMs: keepAliveTimeout, text: lines.join('\r\n') }
    return this.#head.text
  }
}

/**
 * Returns the socket that an answer may be written to directly. Returns `undefined` if the connection
 * closes after the answer, if another answer comes first, for HEAD and HTTP/2, and if other code has
 * changed the response's headers or methods.
 */
function socketOf({ request, response }: Call): Socket | undefined {
  const { httpVersion, method, headers } = request
  const { connection = 'keep-alive' } = headers
  const isKept = httpVersion === '1.1' && connection === 'keep-alive' && method !== 'HEAD'
  if (!isKept || !isUntouched(response)) return undefined
  return response.socket?.writable === true ? response.socket : undefined
}

function isUntouched(response: ServerResponse): boolean {
  if (!(response instanceof ServerResponse) || response.headersSent) return false
  // Middleware that changes answers replaces one of these methods.
  const isPlain =
    response.end === PLAIN.end &&
    response.write === PLAIN.write &&
    response.writeHead === PLAIN.writeHead
  return isPlain && response.statusCode === 200 && response.getHeaderNames().length === 0
}

/** Returns the server of a socket, an undocumented property of Node's. Without it, the response is used. */
function serverOf(socket: Socket & { readonly server?: Server }): Server | undefined {
  return socket.server
}
