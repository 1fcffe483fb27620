import { ServerResponse, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { type Call, JSON_TYPE } from './call.js'

const PLAIN = ServerResponse.prototype

interface Waiting {
  readonly call: Call
  readonly text: string
}

/**
 * Writes JSON answers right to their sockets, since a response takes a quarter of all that a post
 * costs to make the same bytes. Those of a turn of the event loop go out together when it ends:
 * writing one after the other takes a quarter less than writing each between reading and doing what
 * the others say.
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
    // A bound on the requests of a connection is the response's to keep.
    if (server === undefined || server.maxRequestsPerSocket) return call.sendJson(text)
    const length = Buffer.byteLength(text)
    socket!.write(`${this.#headNow(server)}${length}\r\n\r\n${text}`)
    // What the server does when an answer has gone out, it does upon this.
    response.emit('finish')
  }

  /** All that stands before the length. */
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
 * The socket that an answer may be written right to. None where the connection closes after the
 * answer, where another answer comes first, where only a response knows how to answer (HEAD, HTTP/2),
 * or where the response has headers or methods that somebody put there.
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
  // Middleware that changes answers replaces one of them.
  const isPlain =
    response.end === PLAIN.end &&
    response.write === PLAIN.write &&
    response.writeHead === PLAIN.writeHead
  return isPlain && response.statusCode === 200 && response.getHeaderNames().length === 0
}

/** Node puts it there, and doesn't say so. Without it, the response is taken. */
function serverOf(socket: Socket & { readonly server?: Server }): Server | undefined {
  return socket.server
}
