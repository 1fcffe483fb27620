import { constants, crc32, deflateRawSync } from 'node:zlib'

/** A smaller frame hardly shrinks, so deflating it doesn't pay. */
const DEFLATE_FROM_BYTES = 1_024
/** A larger frame contains a document, and deflating it would block the event loop. */
const DEFLATE_TO_BYTES = 262_144
/** Higher levels hardly make frames smaller: 100 moves shrink 3.2 times at any level. */
const LEVEL = constants.Z_BEST_SPEED
const STORED_BYTES = 65_535
/** The end of a zlib flush. @see PROTOCOL.md ST18 */
const EMPTY_BLOCK = Buffer.from([0, 0, 0, 0xff, 0xff])

/** The header of a gzip member (RFC 1952 2.3): deflate, no name, no time, unknown system. */
export const GZIP_HEADER: Buffer = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])

/**
 * Returns bytes as complete deflate blocks that refer to nothing before them and end on a byte (RFC
 * 1951 3.2). They can follow anything in a stream, so each frame is deflated once for all readers.
 */
export function deflateBlocks(bytes: Buffer): Buffer {
  if (bytes.length < DEFLATE_FROM_BYTES || bytes.length > DEFLATE_TO_BYTES) return store(bytes)
  return deflateRawSync(bytes, { level: LEVEL, finishFlush: constants.Z_FULL_FLUSH })
}

/**
 * Returns stored (uncompressed) blocks and the end of a flush, without which Go doesn't deliver
 * them.
 */
function store(bytes: Buffer): Buffer {
  const blocks: Buffer[] = []
  for (let from = 0; from < bytes.length; from += STORED_BYTES) {
    const part = bytes.subarray(from, from + STORED_BYTES)
    const head = Buffer.alloc(5)
    head.writeUInt16LE(part.length, 1)
    head.writeUInt16LE(part.length ^ 0xffff, 3)
    blocks.push(head, part)
  }
  return Buffer.concat([...blocks, EMPTY_BLOCK])
}

/** The checksum and length in a gzip trailer, combined from those of the parts. */
export class Checksum {
  #crc = 0
  #length = 0

  add({ crc, length, shift }: PartChecksum): void {
    this.#crc = (multiply(shift, this.#crc) ^ crc) >>> 0
    this.#length = (this.#length + length) % 2 ** 32
  }

  /** Returns an empty last block and the trailer (RFC 1952 2.3.1). */
  end(): Buffer {
    const trailer = Buffer.from([1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0])
    trailer.writeUInt32LE(this.#crc, 5)
    trailer.writeUInt32LE(this.#length, 9)
    return trailer
  }
}

/** The checksum of bytes, and how appending them changes the checksum of what comes before. */
export interface PartChecksum {
  readonly crc: number
  readonly length: number
  /** x^(8·length) modulo the polynomial of CRC-32. */
  readonly shift: number
}

export function checksumOf(bytes: Buffer): PartChecksum {
  return { crc: crc32(bytes), length: bytes.length, shift: shiftBy(bytes.length) }
}

// CRC-32 reads bits from the right: the highest bit is the polynomial 1, the next one x.
const POLYNOMIAL = 0xedb88320
const ONE = 0x80000000
const X = 0x40000000

/** Returns the product of two polynomials over GF(2), modulo that of CRC-32. */
function multiply(a: number, b: number): number {
  let product = 0
  let term = b
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= term
    term = (term & 1) === 0 ? term >>> 1 : (term >>> 1) ^ POLYNOMIAL
  }
  return product
}

function shiftBy(lengthBytes: number): number {
  let shift = ONE
  let power = X
  for (let bits = lengthBytes * 8; bits > 0; bits = Math.floor(bits / 2)) {
    if (bits % 2 === 1) shift = multiply(shift, power)
    power = multiply(power, power)
  }
  return shift
}
