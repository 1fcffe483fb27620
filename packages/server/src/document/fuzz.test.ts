import { Problem } from '@whereabouts/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  applyUpdate,
  Doc,
  encodeStateAsUpdate,
  encodeStateAsUpdateV2,
  encodeStateVector,
  Map as YMap,
  mergeUpdates,
  Text as YText,
  UpdateEncoderV1,
  XmlElement,
} from 'yjs'
import { size } from '../../../../test/size.js'
import { LoadedDocument } from './loaded-document.js'
import { FIRST_INCARNATION } from './store.js'
import { MAX_ROOTS, readUpdate } from './update.js'

const UPDATES_A_RUN = 8
const RUNS = size(650, 2_500)
/** Long enough for a busy machine that runs other tests too. */
const PATIENCE_MS = RUNS * 500
const HUNG_MS = 10_000

const BASES = [typed(1), typed(2), formatted(3), nested(4)]
const VECTOR = encodeStateVector(docOf(BASES[0]!))

/** Valid updates with changed bytes, some of them cut off. */
const DAMAGED = fc
  .record({
    base: fc.constantFrom(...BASES),
    changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
    length: fc.oneof({ weight: 4, arbitrary: fc.constant(Infinity) }, fc.nat(200)),
  })
  .map(({ base, changes, length }) => {
    const bytes = Uint8Array.from(base.subarray(0, length))
    for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte
    return bytes
  })

type Write = (encoder: UpdateEncoderV1) => void

interface Struct {
  readonly content: readonly [info: number, write: Write]
  readonly origin: readonly number[] | null
  readonly rightOrigin: readonly number[] | null
  readonly parent: string | readonly number[]
  readonly key: string | null
}

/** Generates well-formed updates or, if `isWild`, updates with odd fields here and there. */
function made(isWild: boolean): fc.Arbitrary<Uint8Array> {
  const orOdd = <T>(usual: fc.Arbitrary<T>, ...odd: T[]) =>
    isWild ? fc.oneof({ weight: 20, arbitrary: usual }, fc.constantFrom(...odd)) : usual
  // With few clients and clocks, generated structs overlap with existing ones.
  const client = orOdd(fc.integer({ min: 1, max: 5 }), 0, 2 ** 32, 2 ** 53 - 1, 2 ** 60)
  const clock = orOdd(fc.nat(12), 1_000_000, 2 ** 31, 2 ** 47, 2 ** 53, 2 ** 70)
  const length = orOdd(fc.integer({ min: 1, max: 4 }), 0, 1_000_000, 2 ** 47, 2 ** 53)
  const depth = orOdd(fc.nat(3), 99, 100, 101, 5_000)
  const name = orOdd(fc.constantFrom('text', 'cells', 'page', '__proto__', ''), 'x'.repeat(2_000))
  const id = fc.tuple(client, clock)
  const structs = fc.record<Struct>({
    content: contents({ isWild, length, depth, name }),
    origin: fc.option(id),
    rightOrigin: fc.option(id, { freq: 2 }),
    parent: fc.oneof({ weight: 3, arbitrary: name }, id),
    key: fc.option(name),
  })
  const count = isWild
    ? fc.option(fc.constantFrom(0, 7, 2 ** 31, 2 ** 40), { freq: 20 })
    : fc.constant(null)
  const section = fc.record({
    client,
    clock: fc.oneof(fc.constant(0), clock),
    structs: fc.array(structs, { minLength: isWild ? 0 : 1, maxLength: 6 }),
    count,
  })
  const ranges = fc.array(fc.tuple(clock, length), { maxLength: isWild ? 3 : 1 })
  return fc
    .record({
      sections: isWild
        ? fc.array(section, { maxLength: 3 })
        : fc.uniqueArray(section, { maxLength: 4, selector: (each) => each.client }),
      isSorted: isWild ? fc.boolean() : fc.constant(true),
      deletes: fc.array(fc.tuple(client, ranges), { maxLength: isWild ? 2 : 1 }),
      count,
    })
    .map(({ sections, isSorted, deletes, count: claimed }) => {
      const encoder = new UpdateEncoderV1()
      const ordered = isSorted ? sections.toSorted((a, b) => b.client - a.client) : sections
      encoder.writeLen(claimed ?? ordered.length)
      for (const each of ordered) {
        encoder.writeLen(each.count ?? each.structs.length)
        encoder.writeClient(each.client)
        encoder.writeLen(each.clock)
        for (const struct of each.structs) writeStruct(encoder, struct)
      }
      encoder.writeLen(deletes.length)
      for (const [of, all] of deletes) {
        encoder.writeLen(of)
        encoder.writeLen(all.length)
        for (const range of all) for (const part of range) encoder.writeLen(part)
      }
      return encoder.toUint8Array()
    })
}

interface Fields {
  readonly isWild: boolean
  readonly length: fc.Arbitrary<number>
  readonly depth: fc.Arbitrary<number>
  readonly name: fc.Arbitrary<string>
}

function contents({ isWild, length, depth, name }: Fields): fc.Arbitrary<Struct['content']> {
  const of = <T>(values: fc.Arbitrary<T>, info: number, write: (value: T) => Write) =>
    values.map((value): Struct['content'] => [info, write(value)])
  const lengths =
    (value: number): Write =>
    (to) =>
      to.writeLen(value)
  const options = [null, {}, { guid: null }, { guid: 5, gc: false }, 7, { meta: [1] }]
  const texts = fc.constantFrom('a', 'bc', '😀', 'd\ud800', ...(isWild ? [''] : []))
  return fc.oneof(
    of(length, 1, lengths),
    of(fc.tuple(length, depth), 2, ([count, deep]) => json(count, deep)),
    of(fc.uint8Array({ maxLength: 5 }), 3, (bytes) => (to) => to.writeBuf(bytes)),
    { weight: 3, arbitrary: of(texts, 4, (text) => (to) => to.writeString(text)) },
    of(depth, 5, (deep) => (to) => to.writeString(brackets(deep))),
    of(fc.tuple(name, depth), 6, ([key, deep]) => format(key, deep)),
    {
      weight: 3,
      arbitrary: of(fc.tuple(fc.nat(isWild ? 8 : 6), name), 7, ([ref, tag]) => type(ref, tag)),
    },
    of(fc.tuple(length, depth), 8, ([count, deep]) => any(count, deep)),
    of(fc.constantFrom<unknown>(...(isWild ? options : [{}, { meta: [1] }])), 9, subdocument),
    of(length, 10, lengths),
    of(length, 0, lengths),
    ...(isWild ? [of(fc.integer({ min: 11, max: 31 }), 0, () => () => {})] : []),
  )
}

const OTHER = fc.constantFrom(
  encodeStateAsUpdateV2(docOf(BASES[0]!)),
  nestedTypes(99),
  nestedTypes(101),
  nestedTypes(3_000),
  docWithRoots(1, 'x'.repeat(2_000)),
  docWithRoots(300, 'root'),
  docWithRoots(MAX_ROOTS + 1, 'root'),
  new Uint8Array(),
  new Uint8Array(40).fill(255),
)

const ANY_UPDATE = fc.oneof(
  { weight: 4, arbitrary: DAMAGED },
  { weight: 4, arbitrary: made(true) },
  { weight: 6, arbitrary: made(false) },
  { weight: 1, arbitrary: fc.constantFrom(...BASES) },
  { weight: 1, arbitrary: OTHER },
)

it(
  `[DO12 DO39] of ${RUNS * UPDATES_A_RUN} updates of all kinds, each is either refused or readable by every client`,
  () => {
    const counts = { accepted: 0, waiting: 0, refused: new Map<unknown, number>() }
    const updates = fc.array(ANY_UPDATE, { minLength: UPDATES_A_RUN, maxLength: UPDATES_A_RUN })
    fc.assert(
      fc.property(updates, (all) => {
        const document = new LoadedDocument('fuzz', {
          incarnation: FIRST_INCARNATION,
          usedAtMs: 0,
          generation: 0,
          snapshot: BASES[0]!,
          updates: [],
        })
        const accepted = [BASES[0]!]
        for (const update of all) {
          const beganMs = performance.now()
          const outcome = take(document, update)
          if (outcome instanceof Problem) {
            const { reason = outcome.problem } = outcome.extensions
            counts.refused.set(reason, (counts.refused.get(reason) ?? 0) + 1)
          } else {
            accepted.push(update)
            counts.accepted += 1
            if (outcome) counts.waiting += 1
          }
          expect(document.stale, 'a checked update can be applied').toBe(false)
          checkReadable(document, accepted)
          expect(performance.now() - beganMs).toBeLessThan(HUNG_MS)
        }
      }),
      { numRuns: RUNS, seed: 20_261_128 },
    )
    // Every possible outcome occurred.
    expect(counts.accepted).toBeGreaterThan(500)
    expect(counts.waiting).toBeGreaterThan(50)
    const reasons = ['clock-taken', 'document-full', 'malformed', 'too-costly', 'too-deep']
    expect(new Set(counts.refused.keys())).toEqual(new Set(reasons))
  },
  PATIENCE_MS,
)

/** Returns whether part of the update is pending, or the problem if it is refused. */
function take(document: LoadedDocument, update: Uint8Array): boolean | Problem {
  try {
    const pending = document.check(readUpdate(update))
    document.apply(update)
    return pending
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

/** Checks that the document, its updates, and all of them merged can be read. */
function checkReadable(document: LoadedDocument, accepted: readonly Uint8Array[]): void {
  const model = docOf(...accepted)
  const whole = document.difference(undefined)
  expectSame(whole, encodeStateAsUpdate(model))
  const rest = document.difference(VECTOR)
  expectSame(rest, encodeStateAsUpdate(model, VECTOR))
  const merged = mergeUpdates([...accepted])
  for (const update of [whole, merged, rest]) {
    const reader = docOf(BASES[0]!, update)
    encodeStateAsUpdate(reader)
    encodeStateAsUpdate(reader, VECTOR)
  }
}

/** Asserts equality; calls the slow `toEqual` only to report a difference. */
function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(actual, expected) !== 0) expect(actual).toEqual(expected)
}

function docOf(...updates: readonly Uint8Array[]): Doc {
  // A fixed guid, because generating a random one is slow.
  const doc = new Doc({ guid: 'fuzz' })
  for (const update of updates) applyUpdate(doc, update)
  return doc
}

function typed(clientID: number): Uint8Array {
  const doc = Object.assign(new Doc(), { clientID })
  doc.getText('text').insert(0, 'Hello, 世界')
  doc.getText('text').delete(2, 3)
  doc.getMap('cells').set('r1:c1', { v: 1, f: '=A1', nested: [null, true, 'x'] })
  return encodeStateAsUpdate(doc)
}

function formatted(clientID: number): Uint8Array {
  const doc = Object.assign(docOf(typed(1)), { clientID })
  doc.getText('text').insert(3, 'bold 😀', { bold: true })
  doc.getText('text').insertEmbed(1, { image: 'x' })
  return encodeStateAsUpdate(doc)
}

function nested(clientID: number): Uint8Array {
  const doc = Object.assign(new Doc(), { clientID })
  doc.getMap('cells').set('deep', new YMap([['text', new YText('in it')]]))
  doc.getXmlFragment('page').insert(0, [new XmlElement('p'), new XmlElement('h1')])
  doc.getXmlFragment('page').delete(0, 1)
  return encodeStateAsUpdate(doc)
}

function nestedTypes(depth: number): Uint8Array {
  const doc = Object.assign(new Doc(), { clientID: 6 })
  let map = doc.getMap<YMap<unknown>>('cells')
  doc.transact(() => {
    for (let level = 0; level < depth; level++) {
      const inner = new YMap<YMap<unknown>>()
      map.set('in', inner as YMap<unknown>)
      map = inner
    }
  })
  return encodeStateAsUpdate(doc)
}

function docWithRoots(count: number, name: string): Uint8Array {
  const doc = Object.assign(new Doc(), { clientID: 7 })
  for (let root = 0; root < count; root++) doc.getText(`${name} ${root}`).insert(0, 'x')
  return encodeStateAsUpdate(doc)
}

function writeStruct(
  to: UpdateEncoderV1,
  { content, origin, rightOrigin, parent, key }: Struct,
): void {
  const [info, write] = content
  if (info === 0 || info === 10) {
    to.writeInfo(info)
    write(to)
    return
  }
  const bits =
    (origin === null ? 0 : 128) | (rightOrigin === null ? 0 : 64) | (key === null ? 0 : 32)
  to.writeInfo(info | bits)
  for (const id of [origin, rightOrigin]) for (const part of id ?? []) to.writeLen(part)
  if (origin === null && rightOrigin === null) {
    to.writeParentInfo(typeof parent === 'string')
    if (typeof parent === 'string') to.writeString(parent)
    else for (const part of parent) to.writeLen(part)
    if (key !== null) to.writeString(key)
  }
  write(to)
}

function brackets(depth: number): string {
  return '['.repeat(depth) + '1' + ']'.repeat(depth)
}

function json(count: number, depth: number): Write {
  return (to) => {
    to.writeLen(count)
    for (let index = 0; index < Math.min(count, 4); index++) to.writeString(brackets(depth))
  }
}

function format(key: string, depth: number): Write {
  return (to) => {
    to.writeKey(key)
    to.writeString(brackets(depth))
  }
}

function type(ref: number, name: string): Write {
  return (to) => {
    to.writeTypeRef(ref)
    if (ref === 3 || ref === 5) to.writeKey(name)
  }
}

function any(count: number, depth: number): Write {
  let value: unknown = 1
  for (let level = 0; level < Math.min(depth, 500); level++)
    value = level % 2 ? [value] : { in: value }
  return (to) => {
    to.writeLen(count)
    for (let index = 0; index < Math.min(count, 4); index++) to.writeAny(value)
  }
}

function subdocument(options: unknown): Write {
  return (to) => {
    to.writeString('guid')
    to.writeAny(options)
  }
}
