import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  applyUpdate,
  decodeUpdate,
  Doc,
  encodeStateAsUpdate,
  encodeStateAsUpdateV2,
  UpdateEncoderV1,
} from 'yjs'
import { readUpdate } from './update.js'

function sample(): Doc {
  const doc = new Doc()
  doc.getText('page').insert(0, 'Hello, 世界 😀')
  doc.getText('page').delete(2, 3)
  doc.getMap('cells').set('r1:c1', { v: 1, f: '=A1', nested: [null, true, 'x'] })
  doc.getArray('rows').push(['r1', 'r2', new Uint8Array([1, 2, 3])])
  return doc
}

const because = (reason: string) =>
  expect.objectContaining({ problem: 'bad-update', extensions: { reason } })
const refused = expect.objectContaining({ problem: 'bad-update' })

it('[DO7] whatever Yjs encodes is an update, including the empty one', () => {
  expect(() => readUpdate(encodeStateAsUpdate(sample()))).not.toThrow()
  expect(() => readUpdate(encodeStateAsUpdate(new Doc()))).not.toThrow()
})

it('[DO7] an update that is cut off anywhere, or followed by more bytes, is refused', () => {
  const update = encodeStateAsUpdate(sample())
  for (let length = 0; length < update.length; length++) {
    expect(() => readUpdate(update.subarray(0, length)), `${length} bytes`).toThrow(refused)
  }
  expect(() => readUpdate(Uint8Array.of(...update, 0))).toThrow(refused)
})

it('[DO7] an update in the other encoding (V2) is refused', () => {
  expect(() => readUpdate(encodeStateAsUpdateV2(sample()))).toThrow(refused)
  expect(() => readUpdate(encodeStateAsUpdateV2(new Doc()))).toThrow(refused)
})

it.each(['', 'hello', '{}', '\0', '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff', '[1,2]'])(
  '[DO7] %j is not an update',
  (text) => expect(() => readUpdate(Buffer.from(text, 'latin1'))).toThrow(refused),
)

it('[DO7] any bytes are either an update or refused', () => {
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
        readUpdate(bytes)
      } catch (error) {
        expect(error).toEqual(refused)
      }
    }),
    { numRuns: 2_000 },
  )
})

/** Makes an update of several clients with several structs each, and deleted ranges of one client. */
function counted(clients: number, structs: number, deletes = 0): Uint8Array {
  const encoder = new UpdateEncoderV1()
  encoder.writeLen(clients)
  for (let client = clients; client > 0; client--) {
    for (const value of [structs, client, 0]) encoder.writeLen(value)
    for (let struct = 0; struct < structs; struct++)
      for (const value of [0, 1]) encoder.writeLen(value)
  }
  encoder.writeLen(deletes > 0 ? 1 : 0)
  if (deletes > 0) for (const value of [1, deletes]) encoder.writeLen(value)
  for (let range = 0; range < deletes; range++) {
    for (const value of [range * 2, 1]) encoder.writeLen(value)
  }
  return encoder.toUint8Array()
}

it('[DO14] a document of thousands of clients, or of a hundred thousand cells, is within the budget', () => {
  expect(() => readUpdate(counted(20_000, 11))).not.toThrow()
  expect(() => readUpdate(counted(1, 125_000, 125_000))).not.toThrow()
})

it.each<[what: string, update: Uint8Array]>([
  ['too many structs', counted(1, 250_001)],
  ['too many deleted ranges', counted(1, 1, 250_000)],
  ['too many clients', counted(20_001, 1)],
  ['a root with too long a name', rooted('x'.repeat(1_025))],
  ['too many subdocuments', subdocuments(501)],
  ['a list that would be merged value by value', list(250_000)],
])('[DO14] %s is too-costly', (_, update) => {
  expect(() => readUpdate(update)).toThrow(because('too-costly'))
})

it('[DO14] short lists and a few subdocuments are within the budget', () => {
  expect(() => readUpdate(list(5_000))).not.toThrow()
  expect(() => readUpdate(subdocuments(500))).not.toThrow()
})

it('[DO14] reading stops as soon as the budget is exceeded', () => {
  // The rest is malformed, which would be reported if it were read.
  const cut = (update: Uint8Array) => update.subarray(0, update.byteLength - 20)
  expect(() => readUpdate(cut(subdocuments(600)))).toThrow(because('too-costly'))
  expect(() => readUpdate(cut(subdocuments(400)))).toThrow(because('malformed'))
})

it('[DO14] a large count in an update takes no time if the content is missing', () => {
  for (const count of [2 ** 31, 2 ** 40, 2 ** 53 - 1]) {
    const encoder = new UpdateEncoderV1()
    for (const value of [count, count, 1, 0]) encoder.writeLen(value)
    expect(() => readUpdate(encoder.toUint8Array())).toThrow(because('malformed'))
  }
})

/** Encodes these numbers in order, as an update of collected structs and deleted ranges. */
function written(...numbers: number[]): Uint8Array {
  const encoder = new UpdateEncoderV1()
  for (const number of numbers) encoder.writeLen(number)
  return encoder.toUint8Array()
}

it.each<[what: string, update: Uint8Array]>([
  ['clients in ascending order', written(2, 1, 1, 0, 0, 1, 1, 2, 0, 0, 1, 0)],
  ['one client twice', written(2, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0)],
  ['an empty struct', written(1, 1, 1, 0, 0, 0, 0)],
  ['an empty deleted range', written(0, 1, 1, 1, 0, 0)],
  ['deleted ranges in descending order', written(0, 1, 1, 2, 5, 1, 0, 1)],
])('[DO40] %s is malformed', (_, update) => {
  expect(() => readUpdate(update)).toThrow(because('malformed'))
})

it('[DO40] the same content in the order that Yjs writes is an update', () => {
  expect(() => readUpdate(written(2, 1, 2, 0, 0, 1, 1, 1, 0, 0, 1, 0))).not.toThrow()
  expect(() => readUpdate(written(0, 1, 1, 2, 0, 1, 5, 1))).not.toThrow()
})

it.each<[kind: string, write: (doc: Doc, value: unknown) => void]>([
  ['a value', (doc, value) => doc.getMap('cells').set('a', value)],
  ['an embed', (doc, value) => doc.getText('page').insertEmbed(0, value as object)],
  ['a format', (doc, value) => doc.getText('page').insert(0, 'x', { mark: value })],
])('[DO13] JSON in %s can be nested at most 100 deep', (_, write) => {
  const update = (depth: number) => {
    const doc = new Doc()
    let value: unknown = 1
    for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { in: value }
    write(doc, value)
    return encodeStateAsUpdate(doc)
  }
  expect(() => readUpdate(update(100))).not.toThrow()
  for (const depth of [101, 1_000])
    expect(() => readUpdate(update(depth))).toThrow(because('too-deep'))
})

function rooted(name: string): Uint8Array {
  const doc = new Doc()
  doc.getText(name).insert(0, 'x')
  return encodeStateAsUpdate(doc)
}

/** Makes an update of a list whose values were inserted one by one and not merged. */
function list(count: number): Uint8Array {
  const encoder = new UpdateEncoderV1()
  for (const value of [1, count, 1, 0]) encoder.writeLen(value)
  for (let clock = 0; clock < count; clock++) {
    encoder.writeInfo(clock === 0 ? 8 : 8 | 128)
    if (clock === 0) {
      encoder.writeParentInfo(true)
      encoder.writeString('list')
    } else {
      for (const value of [1, clock - 1]) encoder.writeLen(value)
    }
    encoder.writeLen(1)
    encoder.writeAny(1)
  }
  encoder.writeLen(0)
  return encoder.toUint8Array()
}

function subdocuments(count: number): Uint8Array {
  const doc = new Doc()
  doc.getArray('all').push(Array.from({ length: count }, () => new Doc()))
  return encodeStateAsUpdate(doc)
}

describe('[DO65] a deleted struct deletes', () => {
  it('what other readers have at its clocks', () => {
    const author = sample()
    const reader = copyOf(author)
    author.getText('page').delete(0, 4)
    const silent = withoutDeletions(encodeStateAsUpdate(author))
    const read = readUpdate(silent)
    expect(read.deletes).toEqual(readUpdate(encodeStateAsUpdate(author)).deletes)
    applyUpdate(reader, read.bytes)
    expect(reader.getText('page').toString()).toBe(author.getText('page').toString())
  })

  it('in an update that Yjs passes on from another one', () => {
    const author = new Doc()
    const items = author.getArray<Doc | string>('rows')
    items.push(['kept', 'gone'])
    const reader = copyOf(author)
    items.delete(1)
    const relay = new Doc()
    relay.on('update', (passedOn: Uint8Array) => applyUpdate(reader, readUpdate(passedOn).bytes))
    applyUpdate(relay, withoutDeletions(encodeStateAsUpdate(author)))
    expect(reader.getArray('rows').toJSON()).toEqual(['kept'])
  })

  it('and an update whose delete set has all of it stays as it is', () => {
    const author = sample()
    author.getText('page').delete(0, 3)
    author.getMap('cells').delete('r1:c1')
    for (const bytes of [encodeStateAsUpdate(author), encodeStateAsUpdate(new Doc())]) {
      expect(readUpdate(bytes).bytes).toBe(bytes)
    }
  })

  it('whichever part of it the delete set has', () => {
    const author = new Doc()
    author.clientID = 7
    author.getText('page').insert(0, '0123456789')
    author.getText('page').delete(0, 10)
    const update = encodeStateAsUpdate(author)
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 5 }))), (some) => {
        const read = readUpdate(withDeletions(update, new Map([[7, inOrder(some)]])))
        const all = [...Array(10).keys()]
        const isDeleted = (clock: number) =>
          read.deletes
            .get(7)!
            .some((range) => range.clock <= clock && clock < range.clock + range.len)
        expect(all.filter(isDeleted)).toEqual(all)
      }),
    )
  })
})

type Ranges = readonly { readonly clock: number; readonly len: number }[]

/** Returns ranges that neither overlap nor come before an earlier one, as a delete set has them. */
function inOrder(ranges: readonly (readonly [clock: number, len: number])[]): Ranges {
  const sorted: { clock: number; len: number }[] = []
  let end = 0
  for (const [from, len] of ranges.toSorted(([one], [other]) => one - other)) {
    const clock = Math.max(from, end)
    if (clock >= 10) break
    end = Math.min(clock + len, 10)
    sorted.push({ clock, len: end - clock })
  }
  return sorted
}

function copyOf(doc: Doc): Doc {
  const copy = new Doc()
  applyUpdate(copy, encodeStateAsUpdate(doc))
  return copy
}

function withoutDeletions(update: Uint8Array): Uint8Array {
  return withDeletions(update, new Map())
}

/** Returns an update of one client with other deleted ranges. */
function withDeletions(update: Uint8Array, deletes: ReadonlyMap<number, Ranges>): Uint8Array {
  const { structs } = decodeUpdate(update)
  const encoder = new UpdateEncoderV1()
  encoder.writeLen(1)
  encoder.writeLen(structs.length)
  encoder.writeClient(structs[0]!.id.client)
  encoder.writeLen(structs[0]!.id.clock)
  for (const struct of structs) struct.write(encoder, 0)
  encoder.writeLen(deletes.size)
  for (const [client, ranges] of deletes) {
    encoder.resetDsCurVal()
    encoder.writeClient(client)
    encoder.writeLen(ranges.length)
    for (const { clock, len } of ranges) {
      encoder.writeDsClock(clock)
      encoder.writeDsLen(len)
    }
  }
  return encoder.toUint8Array()
}
