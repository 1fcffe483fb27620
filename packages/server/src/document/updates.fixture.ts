import fc from 'fast-check'
import {
  applyUpdate,
  Doc,
  encodeStateAsUpdate,
  encodeStateAsUpdateV2,
  Map as YMap,
  Text as YText,
  UpdateEncoderV1,
  XmlElement,
} from 'yjs'
import { MAX_ROOTS } from './update.js'

/** The documents that generated updates are based on. */
export const BASES = [typed(1), typed(2), formatted(3), nested(4)]
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

/** Updates that are whole, damaged, or made up field by field. */
export const ANY_UPDATE = fc.oneof(
  { weight: 4, arbitrary: DAMAGED },
  { weight: 4, arbitrary: made(true) },
  { weight: 6, arbitrary: made(false) },
  { weight: 1, arbitrary: fc.constantFrom(...BASES) },
  { weight: 1, arbitrary: OTHER },
)

/** Returns a document with these updates. */
export function docOf(...updates: readonly Uint8Array[]): Doc {
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

/** Returns updates of all kinds, the same ones for the same seed. */
export function sampleUpdates(count: number, seed: number): Uint8Array[] {
  return fc.sample(ANY_UPDATE, { numRuns: count, seed })
}
