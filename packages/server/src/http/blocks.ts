/** A body takes at most so much more than it has. */
const BLOCK_BYTES = 16_384
const NOTHING = Buffer.alloc(0)

/**
 * Blocks of memory that are used again. The garbage collector would free them late: V8 looks for old buffers only when
 * there are 64 MB more of them.
 *
 * @see PROTOCOL.md FR29
 */
export class Blocks {
  #free: Buffer[] = []

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES)
  }

  giveBack(blocks: readonly Buffer[]): void {
    this.#free.push(...blocks)
  }

  /** Leaves the blocks that nobody uses to the garbage collector. */
  forget(): void {
    this.#free = []
  }
}

/**
 * The bytes of one body: a single small buffer, as a thousand buffers of a byte each take a hundred times as much,
 * and blocks once that is full.
 */
export class Gathered {
  #bytes = 0
  #small: Buffer = NOTHING
  #full: Buffer[] = []
  /** The number of bytes in the last of the blocks. */
  #last = BLOCK_BYTES

  constructor(
    private readonly blocks: Blocks,
    readonly limitBytes: number,
  ) {}

  /** How many bytes have come. */
  get bytes(): number {
    return this.#bytes
  }

  /** How much memory they hold. The rest of the last block isn't counted, so that the largest body is never too large. */
  get heldBytes(): number {
    return Math.min(this.#small.length + this.#full.length * BLOCK_BYTES, this.limitBytes)
  }

  /** Adds a chunk. Returns whether it is within the limit; if not, nothing is added. */
  add(chunk: Buffer): boolean {
    const bytes = this.#bytes + chunk.length
    if (bytes > this.limitBytes) return false
    if (bytes > BLOCK_BYTES) this.#fill(chunk)
    else this.#grow(chunk, bytes)
    this.#bytes = bytes
    return true
  }

  /** Returns all bytes in one buffer. */
  whole(): Buffer {
    const blocks = this.#full.map((block, index) =>
      index < this.#full.length - 1 ? block : block.subarray(0, this.#last),
    )
    if (blocks.length === 0) return this.#small.subarray(0, this.#bytes)
    return Buffer.concat(blocks, this.#bytes)
  }

  /** Releases the memory. */
  letGo(): void {
    this.blocks.giveBack(this.#full)
    this.#full = []
    this.#last = BLOCK_BYTES
    this.#small = NOTHING
  }

  #grow(chunk: Buffer, bytes: number): void {
    if (this.#bytes === 0) {
      this.#small = chunk
      return
    }
    if (bytes > this.#small.length) {
      const larger = Buffer.allocUnsafe(Math.min(2 * bytes, BLOCK_BYTES, this.limitBytes))
      this.#small.copy(larger, 0, 0, this.#bytes)
      this.#small = larger
    }
    chunk.copy(this.#small, this.#bytes)
  }

  /** Continues in blocks, from the first byte on. */
  #fill(chunk: Buffer): void {
    if (this.#full.length === 0) {
      this.#put(this.#small.subarray(0, this.#bytes))
      this.#small = NOTHING
    }
    this.#put(chunk)
  }

  #put(bytes: Buffer): void {
    for (let from = 0; from < bytes.length;) {
      if (this.#last === BLOCK_BYTES) {
        this.#full.push(this.blocks.take())
        this.#last = 0
      }
      const copied = bytes.copy(this.#full.at(-1)!, this.#last, from)
      this.#last += copied
      from += copied
    }
  }
}
