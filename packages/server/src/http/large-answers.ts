import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Problem } from '@whereabouts/protocol'
import { type Call, JSON_TYPE } from './call.js'

const BYTES_TYPE = 'application/octet-stream'
/** Answers up to this size fit the system's buffer, so over HTTP/1.1 they never wait for their reader. */
export const SMALL_BYTES = 65_536
/** The size of the pieces of a large answer. After each, its reader has shown that it reads. */
const PIECE_BYTES = 65_536
/** The total is enough for this many callers at their own limit. */
const ACCOUNTS = 4

/**
 * Sends answers that may be large: a document, a room, or changes of them. A large answer goes out in
 * pieces at its reader's speed. That way the server can count the bytes that wait, and tell a stuck reader
 * from a slow one.
 *
 * @see PROTOCOL.md FR11, FR12
 */
export class LargeAnswers {
  #waitingBytes = 0
  readonly #heldBy = new Map<string, number>()

  /**
   * @param stuckMs how long a reader may take nothing
   * @param maxWaitingBytes limits all waiting answers together
   * @param accountOf returns the account that a request is counted for
   */
  constructor(
    private readonly stuckMs: number,
    private readonly maxWaitingBytes: number,
    private readonly accountOf: (request: IncomingMessage) => string,
  ) {}

  /** @throws {Problem} too-many-connections if too much waits already */
  send(call: Call, bytes: Uint8Array): void {
    this.#send(call, BYTES_TYPE, [bytes])
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
    this.#assertRoom(account, byteLength)
    call.head(200, contentType, byteLength)
    this.#hold(account, byteLength)
    void this.#write(call, parts).finally(() => this.#hold(account, -byteLength))
  }

  /** A single answer may exceed a limit, or a large document could never be read. */
  #assertRoom(account: string, byteLength: number): void {
    const held = this.#heldBy.get(account) ?? 0
    const isAboveTotal =
      this.#waitingBytes > 0 && this.#waitingBytes + byteLength > this.maxWaitingBytes
    const isAboveShare = held > 0 && held + byteLength > this.maxWaitingBytes / ACCOUNTS
    if (!isAboveTotal && !isAboveShare) return
    throw new Problem(
      'too-many-connections',
      'Too many large answers are being read. Try again in a moment.',
    )
  }

  #hold(account: string, bytes: number): void {
    this.#waitingBytes += bytes
    const held = (this.#heldBy.get(account) ?? 0) + bytes
    if (held === 0) this.#heldBy.delete(account)
    else this.#heldBy.set(account, held)
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

function* piecesOf(parts: readonly Uint8Array[], taken: () => void): Generator<Uint8Array> {
  for (const part of parts) {
    for (let at = 0; at < part.byteLength; at += PIECE_BYTES) {
      taken()
      yield part.subarray(at, at + PIECE_BYTES)
    }
  }
}
