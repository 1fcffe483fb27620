import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Problem } from '@whereabouts/protocol'
import type { Call } from './call.js'

const BYTES_TYPE = 'application/octet-stream'
/** What the system takes at once, or nearly: such an answer waits for nobody. */
const SMALL_BYTES = 65_536
/** A piece of a large answer; after each, its reader has shown that it reads. */
const PIECE_BYTES = 65_536
/** Of all answers together that wait for their readers. */
const MAX_WAITING_BYTES = 268_435_456

/**
 * Answers that are a document. A large one goes out in pieces as its reader takes them, so that what
 * waits for readers can be counted, and one who takes nothing can be told from one who is slow.
 *
 * @see PROTOCOL.md FR11, FR12
 */
export class DocumentAnswers {
  #waitingBytes = 0

  /** @param stuckMs how long a reader may take nothing */
  constructor(private readonly stuckMs: number) {}

  /** @throws {Problem} too-many-connections if too much waits already */
  send(call: Call, bytes: Uint8Array): void {
    const { byteLength } = bytes
    if (byteLength <= SMALL_BYTES) return call.send(200, BYTES_TYPE, bytes)
    // Nothing is too large if it is alone.
    if (this.#waitingBytes > 0 && this.#waitingBytes + byteLength > MAX_WAITING_BYTES) {
      throw new Problem(
        'too-many-connections',
        'Too many large documents wait for their readers; try again in a moment.',
      )
    }
    call.head(200, BYTES_TYPE, byteLength)
    this.#waitingBytes += byteLength
    void this.#write(call, bytes).finally(() => {
      this.#waitingBytes -= byteLength
    })
  }

  async #write({ response }: Call, bytes: Uint8Array): Promise<void> {
    const timer = setTimeout(() => response.destroy(), this.stuckMs).unref()
    const pieces = Readable.from(
      piecesOf(bytes, () => timer.refresh()),
      { highWaterMark: 1 },
    )
    // Whoever has gone is no fault of the server's.
    await pipeline(pieces, response).catch(() => {})
    clearTimeout(timer)
  }
}

function* piecesOf(bytes: Uint8Array, taken: () => void): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += PIECE_BYTES) {
    taken()
    yield bytes.subarray(at, at + PIECE_BYTES)
  }
}
