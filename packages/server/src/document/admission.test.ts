import { Problem } from '@whereabouts/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  applyUpdate,
  Array as YArray,
  createID,
  decodeUpdate,
  diffUpdate,
  Doc,
  encodeStateAsUpdate,
  encodeStateVector,
  getState,
  Map as YMap,
  mergeUpdates,
  Text as YText,
  UpdateEncoderV1,
  XmlElement,
  XmlText,
} from 'yjs'
import { Admission, CrowdedDocument } from './admission.js'
import { readUpdate } from './update.js'

/** A document that applies only the updates that were admitted. */
class Guarded {
  readonly doc = new Doc()
  readonly #admission = new Admission(this.doc)

  /** Returns whether part of the update is pending. */
  take(update: Uint8Array, grantedClients?: number): boolean {
    const { isPending } = this.#admission.check(readUpdate(update), grantedClients)
    applyUpdate(this.doc, update)
    return isPending
  }

  /** Returns `undefined` for an update that has to be posted again later. @see PROTOCOL.md DO67 */
  takeIfReady(update: Uint8Array): boolean | undefined {
    try {
      return this.take(update)
    } catch (error) {
      if (error instanceof Problem && error.extensions.reason === 'pending') return undefined
      throw error
    }
  }

  get json() {
    return jsonOf(this.doc)
  }
}

function jsonOf(doc: Doc) {
  const page = doc.getXmlFragment('page')
  return {
    text: doc.getText('text').toDelta(),
    list: doc.getArray('list').toJSON(),
    cells: doc.getMap('cells').toJSON(),
    page: page.toJSON(),
  }
}

const because = (reason: string) =>
  expect.objectContaining({ problem: 'bad-update', extensions: { reason } })
const full = (of: string, limit: number) =>
  expect.objectContaining({ problem: 'document-full', extensions: { limit, of } })
const taken = because('clock-taken')
const TEXTS = ['a', 'bc', '😀', 'd😀e', '世界', 'x'.repeat(20)]

type Step = readonly [who: number, what: number, where: number, which: number]

/** Makes one random edit to a copy, whatever it contains. */
function edit(doc: Doc, [, what, where, which]: Step): void {
  const [text, list] = [doc.getText('text'), doc.getArray('list')]
  const [cells, page] = [doc.getMap('cells'), doc.getXmlFragment('page')]
  const at = (length: number) => where % (length + 1)
  const word = TEXTS[which % TEXTS.length]!
  const steps = [
    () => text.insert(at(text.length), word),
    () => text.insert(at(text.length), word, { bold: true }),
    () => text.format(at(text.length), Math.min(2, text.length - at(text.length)), { color: word }),
    () => text.delete(at(text.length), Math.min(3, text.length - at(text.length))),
    () => text.insertEmbed(at(text.length), { image: word }),
    () => list.insert(at(list.length), [which, { word, deep: [null, true, 1.5] }]),
    () => list.insert(at(list.length), [new YMap([[word, new YText(word)]])]),
    () => list.insert(at(list.length), [Uint8Array.of(1, 2, which)]),
    () => list.delete(at(list.length), Math.min(2, list.length - at(list.length))),
    () => cells.set(`r${where % 5}`, { v: word }),
    () => cells.set(`r${where % 5}`, new YArray()),
    () => cells.delete(`r${where % 5}`),
    () => page.insert(at(page.length), [new XmlElement('p'), new XmlText(word)]),
    () => page.delete(at(page.length), Math.min(1, page.length - at(page.length))),
    () => inside(cells.get(`r${where % 5}`), word),
  ]
  steps[what % steps.length]!()
}

function inside(type: unknown, word: string): void {
  if (type instanceof YArray) type.push([word, new YMap()])
}

/** Makes the edits of three people who sync now and then; returns their documents and updates. */
function written(steps: readonly Step[], gc: boolean) {
  const docs = [1, 2, 3].map((clientID) => Object.assign(new Doc({ gc }), { clientID }))
  const updates: Uint8Array[] = []
  for (const doc of docs) {
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== 'others') updates.push(update)
    })
  }
  for (const step of steps) {
    const doc = docs[step[0] % docs.length]!
    edit(doc, step)
    if (step[2] % 3 > 0) continue
    for (const other of docs) applyUpdate(other, encodeStateAsUpdate(doc), 'others')
  }
  return { docs, updates }
}

/** Returns whether part of an update is pending in a document that received it. */
function waits(update: Uint8Array, { store }: Doc): boolean {
  const { structs, ds } = decodeUpdate(update)
  const ranges = [...ds.clients].flatMap(([client, deletes]) =>
    deletes.map(({ clock, len }) => ({ client, end: clock + len })),
  )
  const ends = structs.map(({ id, length }) => ({ client: id.client, end: id.clock + length }))
  return [...ends, ...ranges].some(({ client, end }) => end > getState(store, client))
}

const STEP = fc.tuple(fc.nat(2), fc.nat(14), fc.nat(50), fc.nat(5))
const STEPS = fc.array(STEP, { minLength: 5, maxLength: 60 })

describe('[DO15] an update that the document already has is never refused', () => {
  it('whether it is posted in order, repeated, merged, as a diff or as the whole document', () => {
    fc.assert(
      fc.property(STEPS, fc.boolean(), fc.nat(100), (steps, gc, cut) => {
        const { docs, updates } = written(steps, gc)
        const guarded = new Guarded()
        for (const update of updates) guarded.take(update)
        const middle = new Doc()
        for (const update of updates.slice(0, cut)) applyUpdate(middle, update)
        const vector = encodeStateVector(middle)
        for (const again of [
          ...updates,
          ...updates.map((update, index) => mergeUpdates([update, ...updates.slice(index, cut)])),
          mergeUpdates(updates),
          diffUpdate(mergeUpdates(updates), vector),
          ...docs.flatMap((doc) => [
            encodeStateAsUpdate(doc),
            encodeStateAsUpdate(doc, vector),
            diffUpdate(encodeStateAsUpdate(doc), vector),
          ]),
        ]) {
          expect(guarded.take(again)).toBe(false)
        }
        const model = new Doc()
        for (const update of updates) applyUpdate(model, update)
        expect(guarded.json).toEqual(jsonOf(model))
      }),
      { numRuns: 400, seed: 1 },
    )
  })

  it('[DO16 DO67] whatever order the updates arrive in, and in the end none is pending', () => {
    fc.assert(
      fc.property(STEPS, fc.boolean(), fc.infiniteStream(fc.nat()), (steps, gc, chance) => {
        const { docs, updates } = written(steps, gc)
        const next = () => chance.next().value as number
        const shuffled = updates
          .map((update) => ({ update, at: next() }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ update }) => update)
        const guarded = new Guarded()
        const accepted: Uint8Array[] = []
        for (let update = shuffled.shift(); update !== undefined; update = shuffled.shift()) {
          const pending = guarded.takeIfReady(update)
          if (pending === undefined) {
            shuffled.push(update)
            continue
          }
          accepted.push(update)
          // Yjs may leave what waited where it is until more arrives, but not if all arrives at once.
          const together = new Doc()
          applyUpdate(together, mergeUpdates(accepted))
          expect(pending, 'the check predicts what Yjs does').toBe(waits(update, together))
          expect(guarded.take(update)).toBe(pending)
          if (next() % 4 === 0) guarded.take(encodeStateAsUpdate(guarded.doc))
        }
        expect(guarded.doc.store).toMatchObject({ pendingStructs: null, pendingDs: null })
        for (const doc of docs) expect(guarded.take(encodeStateAsUpdate(doc))).toBe(false)
        const model = new Doc()
        for (const update of updates) applyUpdate(model, update)
        expect(guarded.json).toEqual(jsonOf(model))
      }),
      { numRuns: 400, seed: 1 },
    )
  })
})

describe.each<[where: string, write: (doc: Doc, value: object) => void]>([
  ['a value', (doc, value) => doc.getMap('cells').set('__proto__', value)],
  ['a list', (doc, value) => doc.getArray('list').push([value, [value]])],
  ['an embed', (doc, value) => doc.getText('text').insertEmbed(doc.getText('text').length, value)],
  [
    'a format',
    (doc, value) => doc.getText('text').insert(doc.getText('text').length, 'x', { mark: value }),
  ],
])('[DO22] an odd key in %s', (_, write) => {
  it.each([
    '{"__proto__":{"a":1},"b":2}',
    '{"__proto__":null}',
    '{"__proto__":[1]}',
    '{"__proto__":7,"in":{"__proto__":{"__proto__":{}}}}',
    '{"in":{"constructor":{"prototype":{}},"toString":1,"hasOwnProperty":null}}',
    '{"zero":-0}',
  ])('%s is recognized when it is posted again', (text) => {
    const mine = new Doc()
    mine.getText('text').insert(0, 'first')
    const before = encodeStateVector(mine)
    mine.transact(() => write(mine, JSON.parse(text) as object))
    const [whole, later] = [encodeStateAsUpdate(mine), encodeStateAsUpdate(mine, before)]
    const guarded = new Guarded()
    for (const waiting of [later, later]) expect(guarded.take(waiting)).toBe(true)
    for (const update of [whole, later]) expect(guarded.take(update)).toBe(false)
    const reader = new Doc()
    applyUpdate(reader, encodeStateAsUpdate(guarded.doc))
    for (const doc of [guarded.doc, reader]) {
      expect(guarded.take(encodeStateAsUpdate(doc))).toBe(false)
    }
  })
})

it('[DO22] bytes under the key `__proto__` are refused, as the document could not be encoded', () => {
  const bytes: unknown = Object.fromEntries([['__proto__', Uint8Array.of(1)]])
  for (const value of [bytes, [bytes], { in: bytes }]) {
    const doc = new Doc()
    doc.getMap('cells').set('a', value)
    expect(() => new Guarded().take(encodeStateAsUpdate(doc))).toThrow(because('malformed'))
  }
})

describe('[DO15] other content under the same client and clocks is refused', () => {
  const by = (clientID: number, change: (doc: Doc) => void, from?: Uint8Array) => {
    const doc = Object.assign(new Doc(), { clientID })
    if (from !== undefined) applyUpdate(doc, from)
    const before = encodeStateVector(doc)
    doc.transact(() => change(doc))
    return encodeStateAsUpdate(doc, before)
  }
  const text =
    (word: string, at = 0) =>
    (doc: Doc) =>
      doc.getText('text').insert(at, word)
  const base = by(9, (doc) => {
    doc.getText('text').insert(0, 'base')
    doc.getMap('cells').set('a', 1)
  })

  it.each<[what: string, known: (doc: Doc) => void, other: (doc: Doc) => void]>([
    ['text', text('mine'), text('evil')],
    ['longer text', text('mine'), text('mind and more')],
    ['another place', text('mine', 1), text('mine', 2)],
    ['another root', text('mine'), (doc) => doc.getText('other').insert(0, 'mine')],
    ['another kind', text('m'), (doc) => doc.getText('text').insertEmbed(0, { a: 1 })],
    ['a value', (doc) => doc.getMap('cells').set('b', 1), (doc) => doc.getMap('cells').set('b', 2)],
    ['a key', (doc) => doc.getMap('cells').set('b', 1), (doc) => doc.getMap('cells').set('c', 1)],
    [
      'a type',
      (doc) => doc.getMap('cells').set('b', new YMap()),
      (doc) => doc.getMap('cells').set('b', new YText()),
    ],
    [
      'an element',
      (doc) => doc.getXmlFragment('page').insert(0, [new XmlElement('p')]),
      (doc) => doc.getXmlFragment('page').insert(0, [new XmlElement('h1')]),
    ],
    [
      'a format',
      (doc) => doc.getText('text').format(0, 1, { bold: true }),
      (doc) => doc.getText('text').format(0, 1, { italic: true }),
    ],
  ])('%s', (_, known, other) => {
    const guarded = new Guarded()
    guarded.take(base)
    const mine = by(1, known, base)
    guarded.take(mine)
    const before = encodeStateAsUpdate(guarded.doc)
    expect(() => guarded.take(by(1, other, base))).toThrow(taken)
    expect(encodeStateAsUpdate(guarded.doc)).toEqual(before)
    expect(guarded.take(mine)).toBe(false)
  })

  it('even if the known content is still pending', () => {
    const guarded = new Guarded()
    const mine = by(1, text('mine', 4), base)
    expect(guarded.take(mine)).toBe(true)
    expect(() => guarded.take(by(1, text('evil', 4), base))).toThrow(taken)
    expect(guarded.take(mine)).toBe(true)
    guarded.take(base)
    expect(guarded.doc.getText('text').toString()).toBe('basemine')
  })

  it('unless the known content was deleted, as it cannot be compared any more', () => {
    const guarded = new Guarded()
    const mine = by(1, text('mine'))
    const doc = new Doc()
    applyUpdate(doc, mine)
    doc.getText('text').delete(0, 4)
    guarded.take(encodeStateAsUpdate(doc))
    expect(guarded.take(mine)).toBe(false)
    expect(guarded.doc.getText('text').toString()).toBe('')
  })
})

describe('[DO13] types can be nested at most 100 deep', () => {
  /** Nested maps, each in its own update. */
  function nested(depth: number): Uint8Array[] {
    const doc = new Doc()
    const updates: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => updates.push(update))
    let map = doc.getMap<unknown>('root')
    for (let level = 0; level < depth; level++) {
      const inner = new YMap<unknown>()
      map.set('in', inner)
      map = inner
    }
    return updates
  }

  it('in one update', () => {
    expect(new Guarded().take(mergeUpdates(nested(100)))).toBe(false)
    expect(() => new Guarded().take(mergeUpdates(nested(101)))).toThrow(because('too-deep'))
    expect(() => new Guarded().take(mergeUpdates(nested(5_000)))).toThrow(because('too-deep'))
  })

  it('over several updates', () => {
    const guarded = new Guarded()
    const updates = nested(101)
    for (const update of updates.slice(0, 100)) expect(guarded.take(update)).toBe(false)
    expect(() => guarded.take(updates[100]!)).toThrow(because('too-deep'))
  })

  it('even if the outer types arrive last', () => {
    const guarded = new Guarded()
    const updates = nested(101)
    for (const update of updates.slice(1).toReversed()) expect(guarded.take(update)).toBe(true)
    expect(() => guarded.take(updates[0]!)).toThrow(because('too-deep'))
    const before = encodeStateAsUpdate(guarded.doc)
    expect(() => guarded.take(updates[0]!)).toThrow(because('too-deep'))
    expect(encodeStateAsUpdate(guarded.doc)).toEqual(before)
  })
})

describe('[DO23] a document has at most 12,000 roots', () => {
  const rooted = (from: number, count: number) => {
    const doc = new Doc()
    for (let root = from; root < from + count; root++) doc.getText(`root ${root}`).insert(0, 'x')
    return encodeStateAsUpdate(doc)
  }

  it('in a single update, and in all updates together', () => {
    const guarded = new Guarded()
    expect(() => guarded.take(rooted(0, 12_001))).toThrow(because('too-costly'))
    guarded.take(rooted(0, 12_000))
    guarded.take(rooted(0, 10))
    expect(() => guarded.take(rooted(12_000, 1))).toThrow(full('roots', 12_000))
  })

  it('[DO42] including roots whose content was deleted, and pending roots', () => {
    const guarded = new Guarded()
    const doc = Object.assign(new Doc(), { clientID: 1 })
    applyUpdate(doc, rooted(0, 11_990))
    for (const root of doc.share.keys()) doc.getText(root).delete(0, 1)
    guarded.take(encodeStateAsUpdate(doc))
    const before = encodeStateVector(doc)
    doc.getText('first').insert(0, 'x')
    const first = encodeStateAsUpdate(doc, before)
    const later = encodeStateVector(doc)
    for (let root = 0; root < 9; root++) doc.getText(`late ${root}`).insert(0, 'x')
    const waits = encodeStateAsUpdate(doc, later)
    for (let times = 0; times < 2; times++) expect(guarded.take(waits)).toBe(true)
    expect(() => guarded.take(rooted(20_000, 2))).toThrow(full('roots', 12_000))
    guarded.take(first)
    expect(guarded.take(encodeStateAsUpdate(doc))).toBe(false)
    expect(guarded.doc.share.size).toBe(12_000)
  })
})

/** An update in which each of many clients inserts one letter at the given clock. */
function peoples(from: number, count: number, clock = 0): Uint8Array {
  const encoder = new UpdateEncoderV1()
  encoder.writeLen(count)
  for (let client = from + count - 1; client >= from; client--) {
    for (const value of [1, client, clock]) encoder.writeLen(value)
    encoder.writeInfo(4)
    encoder.writeParentInfo(true)
    encoder.writeString('text')
    encoder.writeString('x')
  }
  encoder.writeLen(0)
  return encoder.toUint8Array()
}

describe('[DO23] a document has at most 25,000 clients', () => {
  it('in all updates together; a client in several updates counts once', () => {
    const guarded = new Guarded()
    for (const from of [1, 10_001]) guarded.take(garbage(from, 10_000))
    guarded.take(garbage(20_001, 4_999))
    guarded.take(garbage(15_000, 9_999))
    expect(guarded.take(peoples(30_000, 1, 5))).toBe(true)
    expect(() => guarded.take(peoples(40_000, 1))).toThrow(full('clients', 25_000))
    expect(() => guarded.take(peoples(40_000, 1, 5))).toThrow(full('clients', 25_000))
    expect(guarded.take(garbage(1, 1, 1))).toBe(false)
  })

  it('[DO63] of which those beyond 12,500 have to be granted', () => {
    const guarded = new Guarded()
    guarded.take(garbage(1, 12_499), 0)
    expect(guarded.take(garbage(20_000, 1), 0)).toBe(false)
    expect(() => guarded.take(garbage(30_000, 3), 2)).toThrow(new CrowdedDocument(3))
    expect(() => guarded.take(peoples(40_000, 1, 5), 0)).toThrow(new CrowdedDocument(1))
    expect(guarded.take(garbage(1, 2, 1), 0)).toBe(false)
    expect(guarded.take(garbage(30_000, 3), 3)).toBe(false)
    expect(guarded.take(garbage(30_000, 3, 1), 0)).toBe(false)
    const copy = new Guarded()
    expect(copy.take(garbage(1, 20_000), 0)).toBe(false)
    expect(() => copy.take(garbage(30_000, 1), 0)).toThrow(new CrowdedDocument(1))
  })

  /** An update with one collected struct per client, the kind that is applied fastest. */
  function garbage(from: number, count: number, clock = 0): Uint8Array {
    const encoder = new UpdateEncoderV1()
    encoder.writeLen(count)
    for (let client = from + count - 1; client >= from; client--) {
      for (const value of [1, client, clock, 0, 1]) encoder.writeLen(value)
    }
    encoder.writeLen(0)
    return encoder.toUint8Array()
  }
})

describe('[DO23 DO42] a document has at most 500 subdocuments', () => {
  const by = (clientID: number, count: number) => {
    const doc = Object.assign(new Doc(), { clientID })
    const updates: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => updates.push(update))
    const list = doc.getArray('list')
    list.push(['first'])
    list.push(Array.from({ length: count }, () => new Doc()))
    const [first, subdocuments] = updates as [Uint8Array, Uint8Array]
    return { first, subdocuments, all: encodeStateAsUpdate(doc), list, updates }
  }

  it('in all updates together; a known or pending subdocument counts once', () => {
    const guarded = new Guarded()
    const [one, two, three] = [by(1, 300), by(2, 200), by(3, 1)]
    guarded.take(one.all)
    guarded.take(one.all)
    for (let times = 0; times < 2; times++) expect(guarded.take(two.subdocuments)).toBe(true)
    expect(() => guarded.take(three.all)).toThrow(full('subdocuments', 500))
    guarded.take(two.first)
    expect(guarded.doc.subdocs.size).toBe(500)
    expect(() => guarded.take(three.all)).toThrow(full('subdocuments', 500))
    two.list.delete(1, 1)
    guarded.take(two.updates.at(-1)!)
    guarded.take(three.all)
    expect(guarded.doc.subdocs.size).toBe(500)
  })
})

describe('[DO16] pending content is bounded', () => {
  /** Makes an update that depends on another, and that other one. */
  function waiting(length: number): { waits: Uint8Array; first: Uint8Array } {
    const doc = new Doc()
    doc.getText('text').insert(0, 'first')
    const first = encodeStateAsUpdate(doc)
    const vector = encodeStateVector(doc)
    doc.getText('text').insert(5, 'x'.repeat(length))
    return { first, waits: encodeStateAsUpdate(doc, vector) }
  }

  it('in bytes, and updates that complete it are still accepted', () => {
    const guarded = new Guarded()
    const all = Array.from({ length: 4 }, () => waiting(80_000))
    for (const { waits } of all.slice(0, 3)) expect(guarded.take(waits)).toBe(true)
    expect(() => guarded.take(all[3]!.waits)).toThrow(because('pending'))
    for (const { waits } of all.slice(0, 3)) expect(guarded.take(waits)).toBe(true)
    expect(guarded.take(waiting(0).first)).toBe(false)
    for (const { first } of all) expect(guarded.take(first)).toBe(false)
    expect(guarded.take(all[3]!.waits)).toBe(false)
    expect(guarded.doc.store.pendingStructs).toBeNull()
  })

  it('in deleted ranges of unknown content', () => {
    const guarded = new Guarded()
    const deletes = (client: number, count: number) => {
      const encoder = new UpdateEncoderV1()
      for (const value of [0, 1, client, count]) encoder.writeLen(value)
      for (let at = 0; at < count; at++) for (const value of [at * 2, 1]) encoder.writeLen(value)
      return encoder.toUint8Array()
    }
    expect(guarded.take(deletes(1, 1_200))).toBe(true)
    expect(() => guarded.take(deletes(2, 1_200))).toThrow(because('pending'))
    expect(guarded.take(deletes(2, 400))).toBe(true)
  })
  it('in clients', () => {
    const guarded = new Guarded()
    expect(guarded.take(peoples(1, 150, 5))).toBe(true)
    expect(() => guarded.take(peoples(200, 51, 5))).toThrow(because('pending'))
    expect(guarded.take(peoples(200, 50, 5))).toBe(true)
    expect(guarded.take(peoples(100, 51, 5))).toBe(true)
  })

  it('by the pending part of an update only', () => {
    const guarded = new Guarded()
    const { waits } = waiting(1)
    expect(guarded.take(mergeUpdates([waits, waiting(0).first, large(600_000)]))).toBe(true)
    expect(guarded.doc.getText('text').length).toBeGreaterThan(600_000)
  })

  function large(length: number): Uint8Array {
    const doc = new Doc()
    doc.getText('text').insert(0, 'x'.repeat(length))
    return encodeStateAsUpdate(doc)
  }
})

describe('the work that a document causes its readers', () => {
  it('[DO28 DO46] is bounded by the number of structs in roots times the number of roots', () => {
    const guarded = new Guarded()
    guarded.take(entries(1, 11_999, 0))
    guarded.take(entries(2, 0, 4_000))
    const searches = full('root-searches', 200_000_000)
    expect(() => guarded.take(entries(3, 0, 1_000))).toThrow(searches)
    expect(() => new Guarded().take(entries(1, 11_999, 50_000))).toThrow(searches)
    guarded.take(entries(4, 0, 600))
  })

  it('[DO28] allows a page of 10,000 cells with edits in each', () => {
    const doc = new Doc()
    doc.transact(() => {
      for (let cell = 0; cell < 10_000; cell++) {
        const text = doc.getText(`cell:table:${cell}:0`)
        for (const [at, letters] of [
          [0, 'in'],
          [1, 'with'],
          [0, 'be'],
          [0, 'to'],
        ] as const) {
          text.insert(at, letters)
        }
        text.format(1, 3, { bold: true })
      }
    })
    expect(new Guarded().take(encodeStateAsUpdate(doc))).toBe(false)
  })

  it('[DO28] allows a sheet of 100,000 cells', () => {
    expect(new Guarded().take(entries(1, 20, 100_000))).toBe(false)
  })

  it('[DO28] is bounded by the number of structs times the number of format names', () => {
    const copies = full('format-copies', 25_000_000)
    expect(() => new Guarded().take(formats(1, 6_000, 6_000))).toThrow(copies)
    new Guarded().take(formats(1, 50_000, 10))
    const guarded = new Guarded()
    guarded.take(formats(1, 3_000, 3_000))
    expect(() => guarded.take(formats(2, 3_000, 3_000))).toThrow(copies)
    guarded.take(formats(3, 100, 100))
  })

  it('[DO28] is the same after the document is loaded', () => {
    const writer = new Guarded()
    writer.take(formats(1, 3_000, 3_000))
    const reader = new Guarded()
    reader.take(encodeStateAsUpdate(writer.doc))
    for (const document of [writer, reader]) {
      expect(() => document.take(formats(2, 3_000, 1))).toThrow(full('format-copies', 25_000_000))
    }
  })
})

it('[DO29] a document has at most 1,000,000 structs, objects and arrays', () => {
  const pieces = full('pieces', 1_000_000)
  const nested = (count: number) => Array.from({ length: count }, () => ({ a: [] }))
  const doc = new Doc()
  doc.getArray('list').push(nested(300_000))
  const guarded = new Guarded()
  guarded.take(encodeStateAsUpdate(doc))
  const other = new Doc()
  other.getArray('list').push(nested(200_000))
  const more = encodeStateAsUpdate(other)
  expect(() => guarded.take(more)).toThrow(pieces)
  const before = encodeStateVector(doc)
  doc.getArray('list').delete(0, 200_000)
  guarded.take(encodeStateAsUpdate(doc, before))
  guarded.take(more)
  const structs = new Guarded()
  for (let client = 1; client <= 4; client++) structs.take(entries(client, 0, 240_000))
  expect(() => structs.take(entries(5, 0, 40_001))).toThrow(pieces)
  expect(structs.take(entries(5, 0, 40_000))).toBe(false)
})

/** Makes an update with `roots` roots of one letter each, and one more root with `keys` keys. */
function entries(client: number, roots: number, keys: number): Uint8Array {
  const encoder = begun(client, roots + keys)
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
    encoder.writeString(`${client}:${index}`)
    encoder.writeLen(1)
    encoder.writeAny(index)
  }
  encoder.writeLen(0)
  return encoder.toUint8Array()
}

/** Makes an update of a text with a format before each letter, under `names` different names. */
function formats(client: number, letters: number, names: number): Uint8Array {
  const encoder = begun(client, 2 * letters)
  for (let clock = 0; clock < 2 * letters; clock++) {
    const isFormat = clock % 2 === 0
    encoder.writeInfo((isFormat ? 6 : 4) | (clock === 0 ? 0 : 128))
    if (clock > 0) encoder.writeLeftID(createID(client, clock - 1))
    else {
      encoder.writeParentInfo(true)
      encoder.writeString('text')
    }
    if (isFormat) {
      encoder.writeKey(`${client}:${(clock / 2) % names}`)
      encoder.writeJSON(clock)
    } else encoder.writeString('a')
  }
  encoder.writeLen(0)
  return encoder.toUint8Array()
}

function begun(client: number, structs: number): UpdateEncoderV1 {
  const encoder = new UpdateEncoderV1()
  for (const value of [1, structs, client, 0]) encoder.writeLen(value)
  return encoder
}
