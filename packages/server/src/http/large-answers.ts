import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Problem } from '@whereabouts/protocol'
import { type Call, JSON_TYPE } from './call.js'
import { HeldBytes } from './held-bytes.js'

const BYTES_TYPE = 'application/octet-stream'
/** Answers up to this size fit the system's buffer, so over HTTP/1.1 they never wait for their reader. */
export const SMALL_BYTES = 65_536
/**
 * The size of the pieces of a large answer. Its reader has to take one in `stuckMs`, by default 2 KiB a
 * second: the slowest network that anybody works with takes more. A reader that is no faster holds its answer
 * for hours, so what is held is bounded by bytes and not by time.
 */
const PIECE_BYTES = 65_536

/**
 * Sends answers that may be large: a document, a room, or changes of them. A large answer goes out in
 * pieces at its reader's speed. That way the server can count the bytes that wait, and tell a stuck reader
 * from a slow one. If all that waits becomes too much, the account that holds most loses its oldest answer,
 * so that a few callers who read slowly on purpose keep nobody out.
 *
 * @see PROTOCOL.md FR11, FR12, HT50
 */
export class LargeAnswers {
  readonly #held: HeldBytes
  /** The oldest first. */
  readonly #waiting = new Set<WaitingAnswer>()

  /**
   * @param stuckMs how long a reader may take nothing
   * @param maxWaitingBytes limits all waiting answers together
   * @param accountOf returns the account that a request is counted for
   */
  constructor(
    private readonly stuckMs: number,
    maxWaitingBytes: number,
    private readonly accountOf: (request: IncomingMessage) => string,
  ) {
    this.#held = new HeldBytes(maxWaitingBytes)
  }

  /** @throws {Problem} too-many-connections if too much waits already */
  send(call: Call, bytes: Uint8Array, type = BYTES_TYPE): void {
    this.#send(call, type, [bytes])
  }

  /** @throws {Problem} too-many-connections if too much waits already */
  json(call: Call, body: object): void {
    this.pieces(call, [Buffer.from(JSON.stringify(body))])
  }

  /**
   * Sends a JSON text whose pieces others may share.
   *
   * @throws {Problem} too-many-connections if too much waits already
   */
  pieces(call: Call, pieces: readonly Uint8Array[]): void {
    this.#send(call, JSON_TYPE, pieces)
  }

  #send(call: Call, contentType: string, parts: readonly Uint8Array[]): void {
    const byteLength = parts.reduce((sum, part) => sum + part.byteLength, 0)
    // Over HTTP/2 the reader says how much it takes, of however small an answer.
    const isBuffered = byteLength <= SMALL_BYTES && call.request.httpVersionMajor < 2
    if (isBuffered) return call.send(200, contentType, Buffer.concat(parts))
    const account = this.accountOf(call.request)
    this.#makeRoom(account, byteLength)
    call.head(200, contentType, byteLength)
    const answer = { account, byteLength, response: call.response }
    this.#waiting.add(answer)
    this.#held.add(account, byteLength)
    void this.#write(call, parts).finally(() => this.#letGo(answer))
  }

  /**
   * A single answer may exceed a limit, or a large document could never be read.
   *
   * @throws {Problem} too-many-connections
   */
  #makeRoom(account: string, byteLength: number): void {
    const held = this.#held.of(account)
    if (held > 0 && this.#held.isGreedy(account, byteLength)) throw tooMuch()
    while (this.#waiting.size > 0 && this.#held.isFull(byteLength)) {
      const greediest = this.#held.greediest()!
      // Otherwise callers like any other would end each other's answers.
      if (this.#held.of(greediest) <= held + byteLength) throw tooMuch()
      this.#giveUpOne(greediest)
    }
  }

  #giveUpOne(account: string): void {
    for (const answer of this.#waiting) {
      if (answer.account !== account) continue
      answer.response.destroy()
      return this.#letGo(answer)
    }
  }

  #letGo(answer: WaitingAnswer): void {
    if (this.#waiting.delete(answer)) this.#held.add(answer.account, -answer.byteLength)
  }

  async #write({ response }: Call, parts: readonly Uint8Array[]): Promise<void> {
    const timer = setTimeout(() => response.destroy(), this.stuckMs).unref()
    const pieces = Readable.from(
      piecesOf(parts, () => timer.refresh()),
      { highWaterMark: 1 },
    )
    // A caller that disconnects isn't a failure of the server.
    await pipeline(pieces, response).catch(() => {})
    clearTimeout(timer)
  }
}

/** A large answer that its reader hasn't taken whole. */
interface WaitingAnswer {
  readonly account: string
  readonly byteLength: number
  readonly response: Call['response']
}

function tooMuch(): Problem {
  return new Problem(
    'too-many-connections',
    'Too many large answers are being read. Try again in a moment.',
  )
}

function* piecesOf(parts: readonly Uint8Array[], taken: () => void): Generator<Uint8Array> {
  for (const part of parts) {
    for (let at = 0; at < part.byteLength; at += PIECE_BYTES) {
      taken()
      yield part.subarray(at, at + PIECE_BYTES)
    }
  }
}
