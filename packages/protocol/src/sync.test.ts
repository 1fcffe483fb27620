import { assert, property, uint8Array } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSyncAnswer, writeSyncAnswer } from './sync.js'

const bytes = (length: number) => new Uint8Array(length).fill(7)

describe('the answer to a sync', () => {
  it('[DO20] is each part after its length, seven bits a byte', () => {
    expect([...writeSyncAnswer({ vector: bytes(0), update: bytes(2), incarnation: '0' })]).toEqual([
      0, 2, 7, 7, 1, 48,
    ])
    const long = writeSyncAnswer({ vector: bytes(300), update: bytes(1), incarnation: 'x' })
    expect([...long.subarray(0, 2)]).toEqual([0xac, 0x02])
    expect(long).toHaveLength(2 + 300 + 1 + 1 + 1 + 1)
  })

  it('[DO20] is decoded to what was encoded', () => {
    assert(
      property(uint8Array({ maxLength: 400 }), uint8Array({ maxLength: 400 }), (vector, update) => {
        const answer = { vector, update, incarnation: 'kX3v-_' }
        expect(readSyncAnswer(writeSyncAnswer(answer))).toEqual(answer)
      }),
    )
  })

  it('[DO20] is undefined if it is cut off or something follows', () => {
    const whole = writeSyncAnswer({ vector: bytes(200), update: bytes(150), incarnation: 'x' })
    for (let length = 0; length < whole.length; length++) {
      expect(readSyncAnswer(whole.subarray(0, length))).toBeUndefined()
    }
    expect(readSyncAnswer(Uint8Array.of(...whole, 0))).toBeUndefined()
  })
})
