import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Problem } from '@whereabouts/protocol'
import { type Call, JSON_TYPE } from './call.js'

const BYTES_TYPE = 'application/octet-stream'
/** Answers up to this size fit the system's buffer, so they never wait for their reader. */
export const SMALL_BYTES = 65_536
/** The size of the pieces of a large answer. After each, its reader has shown that it reads. */
const PIECE_BYTES = 65_536

/**
 * Sends answers that may be large: a document, a room, or changes of them. A large answer goes out in
 * pieces at its reader's speed. That way the server can count the bytes that wait, and tell a stuck reader
 * from a slow one.
 *
 * @see PROTOCOL.md FR11, FR12
 */
export class LargeAnswers {
  #waitingBytes = 0

  /**
   * @param stuckMs how long a reader may take nothing
   * @param maxWaitingBytes limits all waiting answers together
   */
  constructor(
    private readonly stuckMs: number,
    private readonly maxWaitingBytes: number,
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
    if (byteLength <= SMALL_BYTES) return call.send(200, contentType, Buffer.concat(parts))
    // A single answer may exceed the limit, or a large document could never be read.
    if (this.#waitingBytes > 0 && this.#waitingBytes + byteLength > this.maxWaitingBytes) {
      throw new Problem(
        'too-many-connections',
        'Too many large answers are being read. Try again in a moment.',
      )
    }
    call.head(200, contentType, byteLength)
    this.#waitingBytes += byteLength
    void this.#write(call, parts).finally(() => {
      this.#waitingBytes -= byteLength
    })
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
