import { checksumOf, deflateBlocks, type PartChecksum } from './gzip.js'

/** Bytes that go to many: each form in which they go over the wire is made when it is first needed,
 * and once. */
export class SharedBytes {
  #chunk: Buffer | undefined
  #deflated: Deflated | undefined

  constructor(readonly plain: Buffer) {}

  static of(text: string): SharedBytes {
    return new SharedBytes(Buffer.from(text))
  }

  /** A chunk of HTTP/1.1's chunked coding. @see RFC 9112 7.1 */
  get chunk(): Buffer {
    this.#chunk ??= Buffer.concat([
      Buffer.from(`${this.plain.length.toString(16)}\r\n`),
      this.plain,
      LINE_END,
    ])
    return this.#chunk
  }

  /** Within a gzip stream. */
  get deflated(): Deflated {
    this.#deflated ??= {
      blocks: new SharedBytes(deflateBlocks(this.plain)),
      checksum: checksumOf(this.plain),
    }
    return this.#deflated
  }
}

interface Deflated {
  readonly blocks: SharedBytes
  readonly checksum: PartChecksum
}

const LINE_END = Buffer.from('\r\n')
