import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { Doc, encodeStateAsUpdate } from 'yjs'
import { LoadedDocument } from './loaded-document.js'
import { FIRST_INCARNATION } from './store.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const COUNT = 100_000
const numbered = (count: number) => Array.from({ length: count }, (_, index) => index)

const KINDS: { readonly [kind: string]: (doc: Doc) => void } = {
  'empty bytes': (doc) => doc.getArray('a').push([numbered(COUNT).map(() => new Uint8Array(0))]),
  'short texts': (doc) => doc.getArray('a').push(numbered(COUNT).map((index) => `é${index % 10}`)),
  'broken numbers': (doc) => doc.getArray('a').push([numbered(COUNT).map((index) => index / 7)]),
  'empty lists': (doc) => doc.getArray('a').push([numbered(COUNT).map(() => [])]),
  cells: (doc) => doc.getArray('a').push([numbered(COUNT).map((index) => ({ v: index, s: 'x' }))]),
  'an object with many names': (doc) =>
    doc.getArray('a').push([Object.fromEntries(numbered(COUNT).map((index) => [`n${index}`, 1]))]),
  'entries of a map': (doc) => {
    for (const index of numbered(COUNT / 10)) doc.getMap('m').set(`n${index}`, 1)
  },
}

/** Buffers are given back after the turn in which they are found to be garbage. */
async function memoryBytes(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    collectGarbage()
    await setImmediate()
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

it.each(Object.keys(KINDS))(
  '[DO70] the memory of a document is estimated by what is in it: %s',
  async (kind) => {
    const doc = new Doc()
    KINDS[kind]!(doc)
    const update = encodeStateAsUpdate(doc)
    doc.destroy()
    const stored = { incarnation: FIRST_INCARNATION, usedAtMs: 0, generation: 0, last: 1 }
    const beforeBytes = await memoryBytes()
    const loaded = new LoadedDocument('room', {
      ...stored,
      snapshot: new Uint8Array(0),
      updates: [{ number: 1, bytes: update }],
    })
    const takenBytes = (await memoryBytes()) - beforeBytes
    expect(loaded.weight).toBeGreaterThan(takenBytes / 2)
    expect(loaded.weight).toBeLessThan(takenBytes * 5)
  },
)
