import type { IncomingMessage } from 'node:http'
import { Problem } from '@whereabouts/protocol'
import { Blocks, Gathered } from './blocks.js'
import { endRequest, hasArrived, stopReading } from './end-request.js'
import { HeldBytes } from './held-bytes.js'

/** How often each body is checked for progress, and how many bytes must have come since. */
const LOOK_MS = 10_000
const LEAST_BYTES = 10 * 1_024

/**
 * Bodies that are still arriving. Their memory is limited per caller and in total. Over the limit, the
 * caller that holds most loses its oldest body, so that deliberately slow callers keep nobody out. A body
 * that makes no progress is ended.
 *
 * @see PROTOCOL.md FR14, HT23
 */
export class Gathering {
  /** The oldest first. */
  readonly #bodies = new Set<Body>()
  readonly #held: HeldBytes
  readonly #blocks = new Blocks()
  #looking: ReturnType<typeof setInterval> | undefined

  /**
   * @param maxBytes the limit for all bodies together
   * @param accountOf returns the account that a request is counted for
   */
  constructor(
    maxBytes: number,
    private readonly accountOf: (request: IncomingMessage) => string,
  ) {
    this.#held = new HeldBytes(maxBytes)
  }

  /**
   * Returns the whole body of a request. Reads no further than the limit.
   *
   * @throws {Problem} too-large, bad-json if it ends early, too-many-connections
   */
  async gather(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
    const account = this.accountOf(request)
    const gathered = new Gathered(this.#blocks, limitBytes)
    const body = new Body(request, account, gathered, (bytes) => this.#hold(account, bytes))
    this.#bodies.add(body)
    this.#looking ??= setInterval(() => this.#look(), LOOK_MS).unref()
    try {
      return await body.whole
    } finally {
      this.#bodies.delete(body)
      body.letGo()
      if (this.#bodies.size === 0) this.#rest()
    }
  }

  #hold(account: string, bytes: number): void {
    this.#held.add(account, bytes)
    if (this.#isGreedy(account)) this.#giveUpOne(account)
    else if (this.#held.isFull()) this.#giveUpOne(this.#held.greediest())
  }

  /** An account may also hold as much as its largest body may be, such as a file. */
  #isGreedy(account: string): boolean {
    return this.#held.isGreedy(account) && this.#held.of(account) > this.#largestOf(account)
  }

  #largestOf(account: string): number {
    let largest = 0
    for (const body of this.#bodies) {
      if (body.account === account) largest = Math.max(largest, body.limitBytes)
    }
    return largest
  }

  /** Gives up an account's oldest body. Releasing it counts the memory again, and so gives up more if needed. */
  #giveUpOne(account: string | undefined): void {
    for (const body of this.#bodies) {
      if (body.account === account && body.isHeld) return body.giveUp()
    }
  }

  #look(): void {
    for (const body of this.#bodies) if (body.takeProgress() < LEAST_BYTES) body.end()
  }

  #rest(): void {
    clearInterval(this.#looking)
    this.#looking = undefined
    this.#blocks.forget()
  }
}

/** One body that is arriving. */
class Body {
  readonly whole: Promise<Buffer>
  #resolve!: (body: Buffer) => void
  #reject!: (problem: Problem) => void
  /** How much of its memory is counted. */
  #countedBytes = 0
  /** The size at the last check. Starts so low that a body always passes its first check. */
  #seenBytes = -LEAST_BYTES

  /**
   * @param account the account that it is counted for
   * @param changed called with the change of its memory in bytes
   */
  constructor(
    private readonly request: IncomingMessage,
    readonly account: string,
    private readonly gathered: Gathered,
    private readonly changed: (bytes: number) => void,
  ) {
    this.whole = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    request.on('data', this.#add)
    request.on('end', () => {
      if (hasArrived(request)) this.#resolve(gathered.whole())
      else this.#broken()
    })
    // A close before the end means that the caller has disconnected; after the end it changes nothing.
    request.on('close', this.#close)
    if (request.closed) this.#close()
    // Other code may have paused it.
    request.resume()
  }

  get limitBytes(): number {
    return this.gathered.limitBytes
  }

  /** Whether it holds anything. */
  get isHeld(): boolean {
    return this.#countedBytes > 0
  }

  /** Returns how many bytes have come since the last call. */
  takeProgress(): number {
    const bytes = this.gathered.bytes - this.#seenBytes
    this.#seenBytes = this.gathered.bytes
    return bytes
  }

  /** Closes its connection. */
  end(): void {
    endRequest(this.request)
  }

  /** Releases its memory. */
  letGo(): void {
    this.gathered.letGo()
    this.#count()
  }

  /** Stops reading, so that the connection ends with the answer. */
  giveUp(): void {
    this.#refuse(
      new Problem(
        'too-many-connections',
        'The server is receiving too much at once. Try again in a moment.',
      ),
    )
  }

  readonly #add = (chunk: Buffer): void => {
    if (this.gathered.add(chunk)) this.#count()
    else this.#refuse(tooLarge(this.limitBytes))
  }

  #count(): void {
    const bytes = this.gathered.heldBytes - this.#countedBytes
    this.#countedBytes += bytes
    if (bytes !== 0) this.changed(bytes)
  }

  readonly #close = (): void => {
    if (!hasArrived(this.request)) this.#broken()
  }

  #broken(): void {
    this.#end(new Problem('bad-json', 'The body did not arrive completely. Send it again.'))
  }

  #refuse(problem: Problem): void {
    this.request.off('data', this.#add)
    stopReading(this.request)
    this.#end(problem)
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
