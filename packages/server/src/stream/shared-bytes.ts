import { checksumOf, deflateBlocks, type PartChecksum } from './gzip.js'

/** Bytes that are sent to many readers. Each encoding is made once, when it is first needed. */
export class SharedBytes {
  #chunk: Buffer | undefined
  #plain: Buffer | undefined
  #deflated: Deflated | undefined

  constructor(private readonly content: string | Buffer) {}

  get plain(): Buffer {
    const { content } = this
    this.#plain ??= typeof content === 'string' ? Buffer.from(content) : content
    return this.#plain
  }

  /** The bytes as a chunk of HTTP/1.1's chunked coding. @see RFC 9112 7.1 */
  get chunk(): Buffer {
    this.#chunk ??= chunkOf(this.content)
    return this.#chunk
  }

  /** The bytes as a part of a gzip stream. */
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

function chunkOf(content: string | Buffer): Buffer {
  const head = `${Buffer.byteLength(content).toString(16)}\r\n`
  if (typeof content === 'string') return Buffer.from(`${head}${content}\r\n`)
  return Buffer.concat([Buffer.from(head), content, LINE_END])
}
