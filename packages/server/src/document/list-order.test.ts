import { Problem } from '@whereabouts/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  applyUpdate,
  Doc,
  encodeStateAsUpdate,
  encodeStateVector,
  mergeUpdates,
  UpdateEncoderV1,
  XmlElement,
} from 'yjs'
import { size } from '../../../../test/size.js'
import { LoadedDocument } from './loaded-document.js'
import { FIRST_INCARNATION } from './store.js'
import { type Id, readUpdate } from './update.js'

const RUNS = size(250, 3_000)

const BASE = Object.assign(new Doc(), { clientID: 1 })
BASE.getText('a').insert(0, 'abcdef')
BASE.getText('b').insert(0, 'uvwxyz')
BASE.getMap('cells').set('k', 1)
BASE.getMap('cells').set('k', 2)
const ALL = encodeStateAsUpdate(BASE)

/** Returns an update with one item of two letters. */
function item(id: Id, origin: Id | null, rightOrigin: Id | null): Uint8Array {
  const encoder = new UpdateEncoderV1()
  for (const value of [1, 1, id.client, id.clock]) encoder.writeLen(value)
  encoder.writeInfo(4 | (origin === null ? 0 : 128) | (rightOrigin === null ? 0 : 64))
  for (const of of [origin, rightOrigin]) {
    if (of !== null) for (const value of [of.client, of.clock]) encoder.writeLen(value)
  }
  if (origin === null && rightOrigin === null) {
    encoder.writeParentInfo(true)
    encoder.writeString('a')
  }
  encoder.writeString('XY')
  encoder.writeLen(0)
  return encoder.toUint8Array()
}

/** A server's document. It is loaded again after an update that couldn't be integrated. */
class Served {
  readonly accepted: Uint8Array[] = []
  readonly refused: unknown[] = []
  #document: LoadedDocument

  constructor(private readonly snapshot: Uint8Array) {
    this.#document = this.#loaded()
  }

  get state(): Uint8Array {
    return this.#document.difference(undefined)
  }

  post(bytes: Uint8Array): void {
    try {
      const { unordered } = this.#document.check(readUpdate(bytes))
      this.#document.apply(bytes, unordered)
      this.accepted.push(bytes)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      this.refused.push(error.extensions.reason)
    }
    if (this.#document.stale) this.#document = this.#loaded()
  }

  #loaded(): LoadedDocument {
    return loaded(this.snapshot, this.accepted)
  }
}

function loaded(snapshot: Uint8Array, updates: readonly Uint8Array[] = []): LoadedDocument {
  return new LoadedDocument('room', {
    incarnation: FIRST_INCARNATION,
    usedAtMs: 0,
    generation: 0,
    last: updates.length,
    snapshot,
    updates: updates.map((bytes, number) => ({ number, bytes })),
  })
}

function shown(...updates: readonly Uint8Array[]) {
  const doc = new Doc()
  for (const update of updates) applyUpdate(doc, update)
  return [doc.getText('a').toDelta(), doc.getText('b').toDelta(), doc.getMap('cells').toJSON()]
}

/** Returns what somebody with the base writes. */
function typed(clientID: number, change: (doc: Doc) => void): Uint8Array {
  const doc = Object.assign(new Doc(), { clientID })
  applyUpdate(doc, ALL)
  change(doc)
  return encodeStateAsUpdate(doc, encodeStateVector(BASE))
}

/** Makes an update of a client that wrote nothing yet. */
type Write = (client: number) => Uint8Array

// Some come before and some after those of the edits.
const CLIENTS = [2, 3, 4, 5, 40, 41, 42, 43].flatMap((client) => [client, client + 10])
const ID = fc.oneof(
  { weight: 3, arbitrary: fc.record({ client: fc.constant(1), clock: fc.nat(14) }) },
  fc.record({ client: fc.constantFrom(...CLIENTS, 10, 30), clock: fc.nat(3) }),
)
const NEIGHBOUR = fc.option(ID, { freq: 8 })
const ITEM = fc.tuple(NEIGHBOUR, NEIGHBOUR).map(
  ([origin, rightOrigin]): Write =>
    (client) =>
      item({ client, clock: 0 }, origin, rightOrigin),
)
const TWO = fc.tuple(ITEM, fc.nat(1), NEIGHBOUR).map(
  ([first, at, rightOrigin]): Write =>
    (client) =>
      mergeUpdates([first(client), item({ client, clock: 2 }, { client, clock: at }, rightOrigin)]),
)
const THREE = fc
  .tuple(ITEM, NEIGHBOUR, NEIGHBOUR, fc.boolean())
  .map(([first, origin, rightOrigin, isLeft]): Write => (client) => {
    const id = { client, clock: isLeft ? 1 : 0 }
    const [left, right] = isLeft ? [id, rightOrigin] : [origin, id]
    return mergeUpdates([
      first(client),
      item({ client: client + 10, clock: 0 }, left ?? null, right ?? null),
    ])
  })
const EDIT = fc.tuple(fc.constantFrom(10, 30), fc.nat(6), fc.nat(2), fc.nat(4)).map(
  ([client, at, length, more]): Write =>
    () =>
      typed(client, (doc) => {
        const text = doc.getText('a')
        text.delete(Math.min(at, 6 - length), length)
        text.insert(Math.min(at, text.length), 'h')
        for (let index = 0; index < more; index++) text.insert((at * index) % text.length, 'i')
      }),
)
const UPDATES = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: ITEM },
      { weight: 1, arbitrary: EDIT },
      { weight: 1, arbitrary: TWO },
      { weight: 1, arbitrary: THREE },
    ),
    { minLength: 3, maxLength: 8 },
  )
  .chain((writes) =>
    fc
      .shuffledSubarray([2, 3, 4, 5, 40, 41, 42, 43], { minLength: writes.length })
      .map((clients) => writes.map((write, index) => write(clients[index]!))),
  )

it('[DO66 DO67] whatever items are posted, readers who get those that were accepted in any order have the same', () => {
  const counts = { accepted: 0, refused: new Set<unknown>() }
  fc.assert(
    fc.property(
      UPDATES,
      fc.array(fc.infiniteStream(fc.nat()), { minLength: 12, maxLength: 12 }),
      (updates, chances) => {
        const served = new Served(ALL)
        for (const update of updates) served.post(update)
        const expected = shown(served.state)
        for (const chance of chances) {
          const shuffled = served.accepted
            .map((update) => ({ update, at: chance.next().value as number }))
            .toSorted((one, other) => one.at - other.at)
          expect(shown(ALL, ...shuffled.map(({ update }) => update))).toEqual(expected)
        }
        counts.accepted += served.accepted.length
        for (const reason of served.refused) counts.refused.add(reason)
      },
    ),
    { numRuns: RUNS, seed: 5 },
  )
  expect(counts.accepted).toBeGreaterThan(RUNS)
  expect(counts.refused).toEqual(new Set(['clock-taken', 'malformed', 'pending']))
})

describe('[DO66] an item between two neighbours', () => {
  const [a, b, c, u] = [0, 1, 2, 6].map((clock) => ({ client: 1, clock })) as [Id, Id, Id, Id]
  const key = { client: 1, clock: 12 }
  const [own, end, next] = [0, 1, 2].map((clock) => ({ client: 9, clock })) as [Id, Id, Id]
  const [other, theirs] = [8, 7].map((client) => ({ client, clock: 0 })) as [Id, Id]

  it.each<[what: string, refused: string[], ...updates: Uint8Array[]]>([
    ['in their order is accepted', [], item(own, a, b)],
    ['that are one', ['malformed'], item(own, a, a)],
    ['in the other order', ['malformed'], item(own, c, a)],
    ['in two types', ['malformed'], item(own, a, u)],
    ['in a text and a map', ['malformed'], item(own, a, key)],
    ['of which one came after what is between', ['malformed'], item(own, a, c)],
    ['and what was before its only neighbour', ['malformed'], item(own, null, b)],
    [
      'and what was after its only neighbour',
      ['malformed'],
      item(own, a, b),
      item(next, end, null),
    ],
    ['before an entry of a map', ['malformed'], item(own, null, key)],
    [
      'of which one comes with it',
      ['malformed'],
      mergeUpdates([item(own, c, null), item(next, end, a)]),
    ],
    [
      'that both come with it',
      ['malformed'],
      mergeUpdates([
        item(own, c, null),
        item(other, end, null),
        item(theirs, { client: 8, clock: 1 }, end),
      ]),
    ],
    ['and comes with one in their order', [], mergeUpdates([item(own, a, b), item(next, end, b)])],
    ['after a deleted part of it', ['malformed'], deletedAt(c), overlapping(a)],
  ])('%s', (_, refused, ...updates) => {
    const served = new Served(ALL)
    for (const update of updates) served.post(update)
    expect(served.refused).toEqual(refused)
    served.post(typed(10, (doc) => doc.getText('a').insert(1, 'more')))
    expect(served.accepted.length, 'others still write').toBe(updates.length + 1 - refused.length)
  })

  /** What was written after an item and deleted again. */
  function deletedAt(origin: Id): Uint8Array {
    const doc = new Doc()
    applyUpdate(doc, ALL)
    applyUpdate(doc, item(own, origin, { client: 1, clock: origin.clock + 1 }))
    doc.getText('a').delete(origin.clock + 1, 2)
    return encodeStateAsUpdate(doc, encodeStateVector(BASE))
  }

  /** The same clocks and two more, before an item. */
  function overlapping(rightOrigin: Id): Uint8Array {
    const encoder = new UpdateEncoderV1()
    for (const value of [1, 1, own.client, own.clock]) encoder.writeLen(value)
    encoder.writeInfo(4 | 64)
    for (const value of [rightOrigin.client, rightOrigin.clock]) encoder.writeLen(value)
    encoder.writeString('EVIL')
    encoder.writeLen(0)
    return encoder.toUint8Array()
  }
})

describe('[DO67] an item with a right neighbour never waits', () => {
  it.each<[what: string, Uint8Array]>([
    [
      'for its left neighbour',
      item({ client: 9, clock: 0 }, { client: 8, clock: 0 }, { client: 1, clock: 2 }),
    ],
    ['for its right neighbour', item({ client: 9, clock: 0 }, null, { client: 8, clock: 0 })],
    [
      'for what its client wrote before',
      item({ client: 9, clock: 3 }, { client: 1, clock: 0 }, { client: 1, clock: 1 }),
    ],
  ])('%s', (_, update) => {
    const served = new Served(ALL)
    served.post(update)
    expect(served.refused).toEqual(['pending'])
  })

  it('and one without waits', () => {
    const served = new Served(ALL)
    served.post(item({ client: 9, clock: 3 }, { client: 8, clock: 0 }, null))
    expect(served.accepted).toHaveLength(1)
  })
})

it('[DO66] many items in the middle of a list are checked in the time of one pass', () => {
  const page = new Doc()
  page.getXmlFragment('page').insert(0, paragraphs(10))
  const document = loaded(encodeStateAsUpdate(page))
  const before = encodeStateVector(page)
  page.getXmlFragment('page').insert(5, paragraphs(60_000))
  const update = readUpdate(encodeStateAsUpdate(page, before))
  const { unordered } = document.check(update)
  expect(unordered).toHaveLength(59_999)
  const appliedMs = timeOf(() => document.apply(update.bytes))
  const checkedMs = timeOf(() => document.apply(update.bytes, unordered))
  // Going through the list for each of them takes many times as long.
  expect(checkedMs).toBeLessThan(3 * appliedMs + 500)
})

function timeOf(work: () => void): number {
  const beganMs = performance.now()
  work()
  return performance.now() - beganMs
}

function paragraphs(count: number): XmlElement[] {
  return Array.from({ length: count }, () => new XmlElement('p'))
}
