import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Doc, encodeStateAsUpdate, encodeStateAsUpdateV2 } from 'yjs'
import { checkUpdate } from './update.js'

function sample(): Doc {
  const doc = new Doc()
  doc.getText('page').insert(0, 'Hello, 世界 😀')
  doc.getText('page').delete(2, 3)
  doc.getMap('cells').set('r1:c1', { v: 1, f: '=A1', nested: [null, true, 'x'] })
  doc.getArray('rows').push(['r1', 'r2', new Uint8Array([1, 2, 3])])
  return doc
}

const refused = expect.objectContaining({ problem: 'bad-update' })

it('[DO7] what Yjs encodes is an update, the empty one included', () => {
  expect(() => checkUpdate(encodeStateAsUpdate(sample()))).not.toThrow()
  expect(() => checkUpdate(encodeStateAsUpdate(new Doc()))).not.toThrow()
})

it('[DO7] one that is cut off anywhere, or has something after it, is none', () => {
  const update = encodeStateAsUpdate(sample())
  for (let length = 0; length < update.length; length++) {
    expect(() => checkUpdate(update.subarray(0, length)), `${length} bytes`).toThrow(refused)
  }
  expect(() => checkUpdate(Uint8Array.of(...update, 0))).toThrow(refused)
})

it('[DO7] one in the other encoding is none', () => {
  expect(() => checkUpdate(encodeStateAsUpdateV2(sample()))).toThrow(refused)
  expect(() => checkUpdate(encodeStateAsUpdateV2(new Doc()))).toThrow(refused)
})

it.each(['', 'hello', '{}', '\0', '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff', '[1,2]'])(
  '[DO7] %j is none',
  (text) => expect(() => checkUpdate(Buffer.from(text, 'latin1'))).toThrow(refused),
)

it('[DO7] whatever bytes come, it is one or it is refused', () => {
  const update = encodeStateAsUpdate(sample())
  const damaged = fc
    .array(fc.tuple(fc.nat(update.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 })
    .map((changes) => {
      const bytes = Uint8Array.from(update)
      for (const [at, byte] of changes) bytes[at] = byte
      return bytes
    })
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 64 })), (bytes) => {
      try {
        checkUpdate(bytes)
      } catch (error) {
        expect(error).toEqual(refused)
      }
    }),
    { numRuns: 2_000 },
  )
})
