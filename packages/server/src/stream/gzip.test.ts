import { createGunzip, gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { Checksum, checksumOf, deflateBlocks, GZIP_HEADER } from './gzip.js'
import { SharedBytes } from './shared-bytes.js'

const text = (length: number) => 'id: e:1\nevent: patch\n'.repeat(length).slice(0, length)

/** A gzip stream of these parts. */
function gzip(parts: readonly Buffer[]): Buffer {
  const checksum = new Checksum()
  for (const part of parts) checksum.add(checksumOf(part))
  return Buffer.concat([GZIP_HEADER, ...parts.map(deflateBlocks), checksum.end()])
}

describe('a gzip stream', () => {
  it.each([
    [[]],
    [[0]],
    [[1]],
    [[1, 5, 1_023, 1_024, 1_025]],
    [[70_000, 3, 200_000]],
    [[262_144, 262_145, 1_000_000]],
    [Array.from({ length: 300 }, (_, index) => index * 7)],
  ])('[ST14] of parts of %j bytes decompresses to all of them', (lengths) => {
    const parts = lengths.map((length) => Buffer.from(text(length)))
    expect(gunzipSync(gzip(parts)).equals(Buffer.concat(parts))).toBe(true)
  })

  it('[ST14] can be decompressed part by part as it arrives', async () => {
    const gunzip = createGunzip()
    gunzip.write(GZIP_HEADER)
    for (const length of [20, 3_000, 100_000]) {
      const part = Buffer.from(text(length))
      gunzip.write(deflateBlocks(part))
      let shown = Buffer.alloc(0)
      for await (const chunk of gunzip.iterator({ destroyOnReturn: false })) {
        shown = Buffer.concat([shown, chunk as Buffer])
        if (shown.length >= length) break
      }
      expect(shown.equals(part)).toBe(true)
    }
  })

  it.each([1, 500, 1_024, 100_000, 262_145])(
    '[ST18] ends a part of %i bytes with an empty stored block',
    (length) => {
      const blocks = deflateBlocks(Buffer.from(text(length)))
      expect([...blocks.subarray(-5)]).toEqual([0, 0, 0, 0xff, 0xff])
    },
  )

  it('[ST22] is much smaller if frames are large', () => {
    expect(deflateBlocks(Buffer.from(text(10_000))).length).toBeLessThan(1_000)
    expect(deflateBlocks(Buffer.from(text(500))).length).toBe(510)
  })
})

describe('bytes shared by many readers', () => {
  it('[FR3 ST22] are encoded once in each form', () => {
    const bytes = new SharedBytes(text(5_000))
    expect(bytes.chunk).toBe(bytes.chunk)
    expect(bytes.deflated.blocks.chunk).toBe(bytes.deflated.blocks.chunk)
  })

  it('are a chunk of HTTP/1.1', () => {
    expect(new SharedBytes('é 345678901234567').chunk.toString()).toBe(
      '12\r\né 345678901234567\r\n',
    )
  })
})
