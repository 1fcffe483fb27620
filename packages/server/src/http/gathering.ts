import type { IncomingMessage } from 'node:http'
import { Problem } from '@whereabouts/protocol'

/**
 * Bodies that are on their way. What they hold is bounded together: where there is too much, the one
 * that has been on its way longest is given up, so that callers who are slow on purpose keep nobody out.
 *
 * @see PROTOCOL.md FR14
 */
export class Gathering {
  /** The longest on its way first. */
  readonly #bodies = new Set<Body>()
  #heldBytes = 0

  /** @param maxBytes of all together */
  constructor(private readonly maxBytes: number) {}

  /**
   * The whole body of a request, which is read no further than the limit.
   *
   * @throws {Problem} too-large, bad-json if it ends early, too-many-connections
   */
  async gather(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
    const body = new Body(request, limitBytes, (bytes) => this.#hold(bytes))
    this.#bodies.add(body)
    try {
      return await body.whole
    } finally {
      this.#bodies.delete(body)
      body.letGo()
    }
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes
    for (const body of this.#bodies) {
      if (this.#heldBytes <= this.maxBytes) return
      body.giveUp()
    }
  }
}

const NOTHING = Buffer.alloc(0)

/** Kept in one piece: a thousand buffers of a byte each take a hundred times as much. */
class Body {
  readonly whole: Promise<Buffer>
  #resolve!: (body: Buffer) => void
  #reject!: (problem: Problem) => void
  #held: Buffer = NOTHING
  #bytes = 0

  /** @param changed called with how much more it holds than before */
  constructor(
    private readonly request: IncomingMessage,
    private readonly limitBytes: number,
    private readonly changed: (bytes: number) => void,
  ) {
    this.whole = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    request.on('data', this.#add)
    request.on('end', () => this.#resolve(this.#held.subarray(0, this.#bytes)))
    // Also after its end, when it changes nothing; before, the caller has gone.
    request.on('close', this.#close)
    if (request.closed) this.#close()
    // Also if somebody has paused it.
    request.resume()
  }

  /** It holds nothing any more. */
  letGo(): void {
    this.#hold(NOTHING)
  }

  /** The rest of it is read, so that the connection can go on, and kept by nobody. */
  giveUp(): void {
    this.request.off('data', this.#add).resume()
    this.#end(
      new Problem(
        'too-many-connections',
        'The server is receiving too much at once. Try again in a moment.',
      ),
    )
  }

  readonly #add = (chunk: Buffer): void => {
    const bytes = this.#bytes + chunk.length
    if (bytes > this.limitBytes) {
      this.request.off('data', this.#add).pause()
      this.#end(tooLarge(this.limitBytes))
      return
    }
    const held = this.#with(chunk)
    this.#bytes = bytes
    this.#hold(held)
  }

  /** What holds a chunk, too. */
  #with(chunk: Buffer): Buffer {
    if (this.#bytes === 0) return chunk
    const bytes = this.#bytes + chunk.length
    let held = this.#held
    if (bytes > held.length) {
      held = Buffer.allocUnsafe(Math.min(2 * bytes, this.limitBytes))
      this.#held.copy(held, 0, 0, this.#bytes)
    }
    chunk.copy(held, this.#bytes)
    return held
  }

  #hold(held: Buffer): void {
    const bytes = held.length - this.#held.length
    this.#held = held
    if (bytes !== 0) this.changed(bytes)
  }

  readonly #close = (): void => {
    if (!this.request.complete)
      this.#end(new Problem('bad-json', 'The body did not arrive completely. Send it again.'))
  }

  #end(problem: Problem): void {
    this.letGo()
    this.#reject(problem)
  }
}

/** @see PROTOCOL.md ER3 */
export function tooLarge(limitBytes: number): Problem {
  return new Problem('too-large', `The body is too large. Send at most ${limitBytes} bytes.`, {
    limitBytes,
  })
}
