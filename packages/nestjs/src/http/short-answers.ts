import { ServerResponse, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Moved } from '@whereabouts/server'
import type { Call } from '@whereabouts/server/mount'
import { sendError } from './problem.filter.js'

const PLAIN = ServerResponse.prototype

interface Answer {
  readonly call: Call
  readonly moved: Moved
}

/**
 * Answers posts, all of a turn of the event loop together when it ends: writing one after the other
 * takes a quarter less than writing each between reading and doing what the others say.
 */
export class ShortAnswers {
  #waiting: Answer[] = []
  #head = { second: NaN, text: '' }

  constructor(private readonly server: Server) {}

  add(call: Call, moved: Moved): void {
    if (this.#waiting.push({ call, moved }) === 1) setImmediate(this.#send)
  }

  readonly #send = (): void => {
    const answers = this.#waiting
    this.#waiting = []
    for (const answer of answers) {
      try {
        this.#answer(answer)
      } catch (error) {
        sendError(answer.call, error)
      }
    }
  }

  #answer({ call, moved }: Answer): void {
    const socket = this.#socketOf(call)
    if (socket === undefined) call.json(200, moved)
    else this.#write(call.response, socket, moved)
  }

  /**
   * The socket that an answer may be written right to, since a response takes a quarter of all that
   * a post costs to make the same bytes. None where the connection closes after the answer, where
   * another answer comes first, or where the response has headers or methods that somebody put there.
   */
  #socketOf({ request, response }: Call): Socket | undefined {
    const { httpVersion, headers } = request
    const { connection = 'keep-alive' } = headers
    const isKept = httpVersion === '1.1' && connection === 'keep-alive'
    if (!isKept || this.server.maxRequestsPerSocket || !isUntouched(response)) return undefined
    return response.socket?.writable === true ? response.socket : undefined
  }

  #write(response: ServerResponse, socket: Socket, moved: Moved): void {
    // Ids and positions are ASCII.
    const text = JSON.stringify(moved)
    socket.write(`${this.#headNow()}${text.length}\r\n\r\n${text}`, 'latin1')
    // What the server does when an answer has gone out, it does upon this.
    response.emit('finish')
  }

  /** All that stands before the length. */
  #headNow(): string {
    const nowMs = Date.now()
    const second = Math.floor(nowMs / 1_000)
    if (second === this.#head.second) return this.#head.text
    const keepAliveS = Math.floor(this.server.keepAliveTimeout / 1_000)
    const lines = [
      'HTTP/1.1 200 OK',
      'Content-Type: application/json; charset=utf-8',
      'Cache-Control: no-store',
      'Connection: keep-alive',
      ...(keepAliveS > 0 ? [`Keep-Alive: timeout=${keepAliveS}`] : []),
      `Date: ${new Date(nowMs).toUTCString()}`,
      'Content-Length: ',
    ]
    this.#head = { second, text: lines.join('\r\n') }
    return this.#head.text
  }
}

function isUntouched(response: ServerResponse): boolean {
  if (!(response instanceof ServerResponse) || response.headersSent) return false
  // Whoever wants a say in the answer puts something of its own in their place.
  const isPlain =
    response.end === PLAIN.end &&
    response.write === PLAIN.write &&
    response.writeHead === PLAIN.writeHead
  return isPlain && response.getHeaderNames().length === 0
}
