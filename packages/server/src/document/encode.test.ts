import { describe, expect, it } from 'vitest'
import {
  applyUpdate,
  Doc,
  encodeStateAsUpdate,
  encodeStateVector,
  Text as YText,
  UpdateEncoderV1,
} from 'yjs'
import { encodeDocument } from './encode.js'

/** Makes a document by two clients, with texts, maps, nested types and deletions in many roots. */
function docOf(roots: number): Doc {
  const docs = [new Doc(), new Doc()] as const
  for (const [index, doc] of docs.entries()) {
    doc.clientID = index + 1
    for (let root = 0; root < roots; root++) {
      doc.getText(`cell:${root}`).insert(0, `${index} 😀 of ${root}`)
      if (root % 3 === 0) doc.getText(`cell:${root}`).delete(0, 3)
      if (root % 7 === 0) doc.getMap('cells').set(`${root}`, new YText('inner'))
      doc.getMap('cells').set(`${root % 5}`, root)
    }
  }
  applyUpdate(docs[0], encodeStateAsUpdate(docs[1]))
  return docs[0]
}

describe('a document', () => {
  it.each([1, 64, 65, 300])('[DO27] with %i roots is encoded as Yjs encodes it', (roots) => {
    const doc = docOf(roots)
    expect(encodeDocument(doc)).toEqual(encodeStateAsUpdate(doc))
    const vector = encodeStateVector(doc)
    expect(encodeDocument(doc, vector)).toEqual(encodeStateAsUpdate(doc, vector))
    const some = new Doc()
    applyUpdate(some, encodeStateAsUpdate(doc))
    some.clientID = 9
    some.getText('cell:0').insert(0, 'more')
    for (const clock of [1, 5, 50]) {
      const partial = Uint8Array.from([1, 1, clock])
      expect(encodeDocument(some, partial)).toEqual(encodeStateAsUpdate(some, partial))
    }
  })

  it('[DO27] is encoded together with its pending content', () => {
    const doc = docOf(70)
    const late = new Doc()
    late.clientID = 5
    late.getText('cell:1').insert(0, 'missing')
    const before = encodeStateVector(late)
    late.getText('cell:1').insert(3, 'waits')
    applyUpdate(doc, encodeStateAsUpdate(late, before))
    expect(doc.store.pendingStructs).not.toBeNull()
    expect(encodeDocument(doc)).toEqual(encodeStateAsUpdate(doc))
  })

  it('[DO27] is not changed by encoding', () => {
    const doc = docOf(70)
    const before = doc.getText('cell:1').toString()
    encodeDocument(doc)
    doc.getText('cell:1').insert(0, 'still ')
    expect(doc.getText('cell:1').toString()).toBe(`still ${before}`)
  })

  it('[DO27] with many roots and many keys is encoded without searching for each', () => {
    const doc = new Doc()
    applyUpdate(doc, manyKeys(3_000, 30_000))
    const beganMs = performance.now()
    encodeDocument(doc)
    const ownMs = performance.now() - beganMs
    encodeStateAsUpdate(doc)
    const yjsMs = performance.now() - beganMs - ownMs
    expect(ownMs).toBeLessThan(yjsMs / 2)
  })
})

/** Makes an update with many roots of one letter each, and one more root with many keys. */
function manyKeys(roots: number, keys: number): Uint8Array {
  const encoder = new UpdateEncoderV1()
  for (const value of [1, roots + keys, 5, 0]) encoder.writeLen(value)
  for (let index = 0; index < roots; index++) {
    encoder.writeInfo(4)
    encoder.writeParentInfo(true)
    encoder.writeString(`${index}`)
    encoder.writeString('a')
  }
  for (let index = 0; index < keys; index++) {
    encoder.writeInfo(8 | 32)
    encoder.writeParentInfo(true)
    encoder.writeString('keys')
    encoder.writeString(`${index}`)
    encoder.writeLen(1)
    encoder.writeAny(index)
  }
  encoder.writeLen(0)
  return encoder.toUint8Array()
}
