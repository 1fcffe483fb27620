import {
  array,
  assert,
  bigInt,
  constant,
  constantFrom,
  dictionary,
  double,
  integer,
  letrec,
  oneof,
  property,
  record,
  string,
  uint8Array,
} from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  applyUpdate,
  Array as YArray,
  decodeStateVector,
  Doc,
  encodeStateAsUpdate,
  encodeStateVector,
  Map as YMap,
  Text as YText,
  XmlElement,
  XmlFragment,
  XmlHook,
  XmlText,
} from 'yjs'
import { Ranges } from './ranges.js'
import { rebuild } from './rebuild.js'
import { ServerCopy } from './server-copy.js'
import { readUpdate } from './update.js'

const AUTHOR = 7
const KEYS = ['a', 'b', '__proto__x', '']

/** A value or a type with its content, to be put into a list or a map. */
interface Content {
  readonly kind: 'value' | 'map' | 'list' | 'text' | 'element' | 'fragment' | 'hook' | 'doc'
  readonly value: unknown
  readonly at: number
  readonly inner: readonly Content[]
}

const { plain } = letrec<{ plain: unknown }>((tie) => ({
  plain: oneof(
    { maxDepth: 2 },
    constantFrom(null, undefined, true, false, Number.NaN, -0, 0, Infinity, -Infinity, 2 ** 53),
    integer(),
    double(),
    bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    string({ unit: 'grapheme' }),
    uint8Array({ maxLength: 9 }),
    array(tie('plain'), { maxLength: 3 }),
    dictionary(constantFrom(...KEYS), tie('plain'), { maxKeys: 3 }),
  ),
}))

const { content } = letrec<{ content: Content }>((tie) => ({
  content: record({
    kind: constantFrom('value', 'map', 'list', 'text', 'element', 'fragment', 'hook', 'doc'),
    value: plain,
    at: integer({ min: 0, max: 50 }),
    inner: oneof({ maxDepth: 2 }, constant([]), array(tie('content'), { maxLength: 3 })),
  }),
}))

function made({ kind, value, at, inner }: Content): unknown {
  switch (kind) {
    case 'value':
      // A list takes no big integer as it is, and nothing undefined.
      return { value }
    case 'map':
      return new YMap(inner.map((each, index) => [KEYS[index]!, made(each)]))
    case 'list':
      return YArray.from(inner.map(made) as object[])
    case 'text':
      return typed(new YText(), at)
    case 'element':
      return withChildren(new XmlElement(`e${at}`), inner)
    case 'fragment':
      return withChildren(new XmlFragment(), inner)
    case 'hook':
      return new XmlHook(`hook ${at}`)
    case 'doc':
      return new Doc({ guid: `doc ${at}`, meta: { at }, autoLoad: at % 2 === 0, gc: at % 3 > 0 })
  }
}

function typed<Text extends YText>(text: Text, at: number): Text {
  text.insert(0, 'Hällo 👨‍👩‍👧 wörld', { bold: at % 2 === 0 })
  text.insertEmbed(3, { image: at })
  text.format(2, 2, { color: { of: 'red', at: -0 } })
  return text
}

function withChildren<Type extends XmlFragment>(parent: Type, inner: readonly Content[]): Type {
  const children = inner.map(({ kind, at, inner: within }) => {
    if (kind === 'text') return typed(new XmlText(), at)
    if (kind === 'hook') return new XmlHook(`hook ${at}`)
    return withChildren(new XmlElement(`e${at}`), within)
  })
  parent.insert(0, children as XmlElement[])
  if (parent instanceof XmlElement) parent.setAttribute('level', 'one')
  return parent
}

function write(doc: Doc, contents: readonly Content[]): void {
  for (const each of contents) {
    const list = doc.getArray('list')
    const map = doc.getMap('map')
    const value = made(each)
    if (each.at % 4 === 0) map.set(KEYS[each.at % KEYS.length]!, value)
    else if (each.at % 7 === 0 && list.length > 0) list.delete(each.at % list.length)
    else list.insert(each.at % (list.length + 1), [value])
  }
}

/** Describes the content of a type, including distinctions that its own JSON doesn't make. */
function described(value: unknown): unknown {
  if (value instanceof Doc) {
    const { guid, meta, autoLoad, gc } = value
    return { doc: { guid, meta, autoLoad, gc } }
  }
  if (value instanceof XmlHook) return { hook: value.hookName, has: entries(value) }
  if (value instanceof YMap) return { map: entries(value) }
  if (value instanceof YArray) return { list: value.toArray().map(described) }
  if (value instanceof YText) return { text: value.toDelta() as unknown }
  if (value instanceof XmlElement) {
    return { element: value.nodeName, has: value.getAttributes(), in: children(value) }
  }
  if (value instanceof XmlFragment) return { fragment: children(value) }
  return value
}

const entries = (map: YMap<unknown>) =>
  [...map].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, described(each)])
const children = (parent: XmlFragment): unknown[] => parent.toArray().map(described)

const contentsOf = (doc: Doc) => ({
  list: described(doc.getArray('list')),
  map: described(doc.getMap('map')),
})

function docOf(client: number, update?: Uint8Array): Doc {
  const doc = new Doc()
  if (update !== undefined) applyUpdate(doc, update)
  doc.clientID = client
  return doc
}

/** Rebuilds the document of an author all of whose clocks another client has used. */
function rebuildOver(author: Doc, server: Doc): Doc {
  const copy = new ServerCopy(author)
  const update = encodeStateAsUpdate(server)
  const clocks = decodeStateVector(encodeStateVector(server))
  const forks = copy.forks(readUpdate(update))
  const refused = new Ranges()
  return rebuild({ doc: author, server: update, clocks, forks, refused }).doc
}

describe('a rebuilt document', () => {
  it('[CL31] has all contents of the old one, of every kind', () => {
    assert(
      property(array(content, { minLength: 1, maxLength: 12 }), (contents) => {
        const author = docOf(AUTHOR)
        write(author, contents)
        // Compares with what Yjs itself can transfer.
        const expected = contentsOf(docOf(1, encodeStateAsUpdate(author)))
        const server = docOf(AUTHOR)
        server.getText('other').insert(0, 'x'.repeat(author.store.clients.size + 40))
        const rebuilt = rebuildOver(author, server)
        expect(contentsOf(rebuilt)).toStrictEqual(expected)
        expect(rebuilt.store.pendingStructs).toBeNull()
        expect(rebuilt.getText('other').length).toBeGreaterThan(0)
        applyUpdate(server, encodeStateAsUpdate(rebuilt))
        expect(contentsOf(server)).toStrictEqual(expected)
      }),
      { numRuns: 500 },
    )
    expect.hasAssertions()
  })

  it.each<[string, unknown, unknown]>([
    ['a big integer', 1n, 2n],
    ['undefined', undefined, null],
    ['NaN', Number.NaN, 0],
    ['minus zero', -0, 0],
    ['bytes', new Uint8Array([1]), new Uint8Array([2])],
    ['a hook', new XmlHook('one'), new XmlHook('two')],
    ['a subdocument', new Doc({ guid: 'one' }), new Doc({ guid: 'two' })],
  ])('[CL46] keeps %s whose clock another client has used', (_kind, own, theirs) => {
    const [author, server] = [docOf(AUTHOR), docOf(AUTHOR)]
    author.getMap('map').set('own', own)
    server.getMap('map').set('theirs', theirs)
    const rebuilt = rebuildOver(author, server).getMap('map')
    expect(described(rebuilt)).toEqual({
      map: [
        ['own', described(own)],
        ['theirs', described(theirs)],
      ],
    })
  })

  it('[CL31] is built quickly, however many structs it has', () => {
    const size = 100_000
    const [author, server] = [docOf(AUTHOR), docOf(AUTHOR)]
    author.transact(() => {
      const map = author.getMap('map')
      for (let at = 0; at < size; at++) map.set(`key ${at % (size / 2)}`, at)
    })
    server.getText('body').insert(0, 'their')
    const beganMs = performance.now()
    expect(rebuildOver(author, server).getMap('map').size).toBe(size / 2)
    // It takes a second or two, but minutes if each struct is searched for among all.
    expect(performance.now() - beganMs).toBeLessThan(15_000)
  })
})
