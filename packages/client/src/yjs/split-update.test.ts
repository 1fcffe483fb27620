import fc from 'fast-check'
import { expect, it } from 'vitest'
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import { splitUpdate } from './split-update.js'

const anyEdit = fc.record({
  client: fc.integer({ min: 1, max: 3 }),
  key: fc.constantFrom('a', 'b', 'c'),
  text: fc.string({ maxLength: 40 }),
  remove: fc.nat({ max: 9 }),
})
type Edit = typeof anyEdit extends fc.Arbitrary<infer T> ? T : never

/** A document that several have edited, one after the other. */
function edited(edits: readonly Edit[]): Doc {
  const doc = new Doc()
  for (const { client, key, text, remove } of edits) {
    doc.clientID = client
    doc.getMap('map').set(key, text)
    const body = doc.getText('body')
    body.delete(0, Math.min(remove, body.length))
    body.insert(Math.floor(body.length / 2), text)
  }
  return doc
}

it('[CL12] the parts of an update are together as good as the whole, in whatever order', () => {
  fc.assert(
    fc.property(fc.array(anyEdit, { maxLength: 30 }), fc.boolean(), (edits, backwards) => {
      const doc = edited(edits)
      const parts = splitUpdate(encodeStateAsUpdate(doc), 150)
      const other = new Doc()
      for (const part of backwards ? parts.toReversed() : parts) applyUpdate(other, part)
      expect(other.getText('body').toJSON()).toBe(doc.getText('body').toJSON())
      expect(other.getMap('map').toJSON()).toEqual(doc.getMap('map').toJSON())
      expect(encodeStateAsUpdate(other)).toEqual(encodeStateAsUpdate(doc))
      for (const part of parts) expect(part.length).toBeLessThanOrEqual(150 + 64)
    }),
  )
})

it('[CL12] an update that is small enough stays what it is', () => {
  const update = encodeStateAsUpdate(edited([{ client: 1, key: 'a', text: 'x', remove: 0 }]))
  expect(splitUpdate(update, update.length)).toEqual([update])
})

it('[CL12] many small things go in full parts, and a large one by itself', () => {
  const doc = new Doc()
  const map = doc.getMap('map')
  doc.transact(() => {
    for (let at = 0; at < 1_000; at++) map.set(`key ${at}`, 'x'.repeat(at === 500 ? 5_000 : 80))
  })
  const update = encodeStateAsUpdate(doc)
  const sizes = splitUpdate(update, 4_000).map(({ length }) => length)
  expect(sizes.filter((size) => size > 4_000)).toHaveLength(1)
  expect(sizes.length).toBeLessThan((update.length / 4_000) * 1.2 + 3)
})
