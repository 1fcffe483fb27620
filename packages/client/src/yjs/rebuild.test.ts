import { assert, array, constantFrom, integer, property, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  applyUpdate,
  decodeStateVector,
  Doc,
  encodeStateAsUpdate,
  encodeStateVector,
  getState,
  XmlElement,
  XmlText,
} from 'yjs'
import { Ranges } from './ranges.js'
import { rebuild } from './rebuild.js'
import { ServerCopy } from './server-copy.js'
import { encodeUpdate, readUpdate } from './update.js'

const AUTHOR = 7
const OWN = 0x3400
const THEIRS = 0x1f600
const ADDING = ['type', 'list', 'block'] as const
const KINDS = [...ADDING, 'delete', 'set'] as const

const ownIn = (content: unknown) => JSON.stringify(content).match(/[\u{3400}-\u{34FF}]/gu)
const theirsIn = (content: unknown) => JSON.stringify(content).match(/[\u{1F600}-\u{1F6FF}]/gu)

/** Makes a document with this client id from an update. */
function docOf(client: number, update?: Uint8Array): Doc {
  const doc = new Doc()
  if (update !== undefined) applyUpdate(doc, update)
  doc.clientID = client
  return doc
}

interface Edit {
  readonly kind: 'type' | 'delete' | 'set' | 'list' | 'block'
  readonly at: number
  readonly text: string
}

function edit(doc: Doc, { kind, at, text }: Edit): void {
  const body = doc.getText('body')
  const list = doc.getArray('list')
  const page = doc.getXmlFragment('page')
  if (kind === 'type') body.insert(at % (body.length + 1), text)
  if (kind === 'delete' && body.length > 0) body.delete(at % body.length, 1)
  if (kind === 'set') doc.getMap('sheet').set(`cell ${at % 3}`, text)
  if (kind === 'list') list.insert(at % (list.length + 1), [text, at])
  if (kind === 'block') {
    const block = new XmlElement('paragraph')
    page.insert(at % (page.length + 1), [block])
    block.insert(0, [new XmlText(text)])
  }
}

const contentsOf = (doc: Doc) => ({
  body: doc.getText('body').toJSON(),
  sheet: doc.getMap('sheet').toJSON(),
  list: doc.getArray('list').toJSON(),
  page: doc.getXmlFragment('page').toJSON(),
})

const edits = (maxLength: number, kinds: readonly Edit['kind'][] = KINDS) =>
  array(
    record({
      kind: constantFrom(...kinds),
      at: integer({ min: 0, max: 50 }),
      text: constantFrom('a', 'bc', 'déf', '👨‍👩‍👧'),
    }),
    { maxLength },
  )

/** Makes content of a client that begins at a clock, and follows nothing before it. */
function contentAt(client: number, clock: number): Uint8Array {
  const doc = docOf(client)
  doc.getText('before').insert(0, ' '.repeat(clock))
  const before = encodeStateVector(doc)
  doc.getMap('ahead').set('key', 'value')
  return encodeStateAsUpdate(doc, before)
}

/** Makes a document of an author whose next clocks another client has used at the server. */
function fork(before: readonly Edit[], own: readonly Edit[], theirs: readonly Edit[]) {
  const author = docOf(AUTHOR)
  for (const each of before) edit(author, each)
  const common = encodeStateAsUpdate(author)
  const server = docOf(AUTHOR, common)
  const copy = new ServerCopy(author)
  copy.answered(decodeStateVector(encodeStateVector(server)), readUpdate(common))
  // Each edit has its own character, which shows that none is missing, repeated or out of order.
  own.forEach((each, at) => edit(author, { ...each, text: String.fromCodePoint(OWN + at) }))
  theirs.forEach((each, at) => edit(server, { ...each, text: String.fromCodePoint(THEIRS + at) }))
  return { author, server, copy }
}

function rebuildFrom(author: Doc, server: Doc, copy: ServerCopy): Doc {
  const update = encodeStateAsUpdate(server)
  const clocks = decodeStateVector(encodeStateVector(server))
  const forks = copy.forks(readUpdate(update))
  const refused = new Ranges()
  return rebuild({ doc: author, server: update, clocks, forks, refused }).doc
}

describe('a document whose clocks another client used', () => {
  it('[CL46] is rebuilt with the edits of its author and of the others, each once', () => {
    const { author, server, copy } = fork(
      [{ kind: 'type', at: 0, text: 'a' }],
      [{ kind: 'type', at: 1, text: 'own' }],
      [{ kind: 'type', at: 1, text: 'their' }],
    )
    const rebuilt = rebuildFrom(author, server, copy)
    const text = rebuilt.getText('body').toJSON()
    expect([...text].toSorted()).toEqual(['a', '㐀', '😀'])
    expect(rebuilt.clientID).not.toBe(AUTHOR)
  })

  it('[CL23 CL46] is rebuilt without loss, and can be sent to the server', () => {
    assert(
      property(edits(10), edits(15), edits(15, ADDING), (before, own, theirs) => {
        const { author, server, copy } = fork(before, own, theirs)
        const hasDeleted = own.some(({ kind }) => kind === 'delete' || kind === 'set')
        const theirContents = contentsOf(server)
        const expected = contentsOf(author)
        const rebuilt = rebuildFrom(author, server, copy)
        expect(rebuilt.store.pendingStructs).toBeNull()
        applyUpdate(server, encodeStateAsUpdate(rebuilt, encodeStateVector(server)))
        const contents = contentsOf(rebuilt)
        expect(contentsOf(server)).toEqual(contents)
        for (const kind of ['body', 'list', 'page'] as const) {
          expect(ownIn(contents[kind])).toEqual(ownIn(expected[kind]))
          // A deletion under the same clocks may hit their content.
          if (!hasDeleted) expect(theirsIn(contents[kind])).toEqual(theirsIn(theirContents[kind]))
        }
      }),
      { numRuns: 300 },
    )
    expect.hasAssertions()
  })

  it('[CL130] keeps its ids up to content that waits at the server, and can be sent', () => {
    assert(
      property(integer({ min: 0, max: 12 }), edits(6, ADDING), (ahead, more) => {
        const { author, server, copy } = fork([{ kind: 'type', at: 0, text: 'a' }], [], [])
        applyUpdate(server, contentAt(AUTHOR, getState(author.store, AUTHOR) + ahead))
        author.transact(() => {
          author.getText('body').insert(1, 'b😀word😀')
          for (const each of more) edit(author, each)
        })
        const rebuilt = rebuildFrom(author, server, copy)
        expect(contentsOf(rebuilt)).toEqual(contentsOf(author))
        expect(new ServerCopy(rebuilt).forks(readUpdate(encodeStateAsUpdate(server))).size).toBe(0)
        applyUpdate(server, encodeStateAsUpdate(rebuilt, encodeStateVector(server)))
        expect(contentsOf(server)).toEqual(contentsOf(author))
      }),
      { numRuns: 300 },
    )
    expect.hasAssertions()
  })

  it('[CL46] is rebuilt identically in two tabs with the same contents, without duplicates', () => {
    const { author, server, copy } = fork(
      [{ kind: 'type', at: 0, text: 'a' }],
      [{ kind: 'type', at: 1, text: 'own' }],
      [{ kind: 'type', at: 0, text: 'their' }],
    )
    const [one, two] = [rebuildFrom(author, server, copy), rebuildFrom(author, server, copy)]
    applyUpdate(one, encodeStateAsUpdate(two))
    expect(contentsOf(one)).toEqual(contentsOf(two))
  })
})

describe('an edit that the server refuses for good', () => {
  it('[CL43] blocks no other edit, and the others keep the value that it replaced', () => {
    const author = docOf(AUTHOR)
    author.getMap('sheet').set('cell 0', 'before')
    const server = docOf(1, encodeStateAsUpdate(author))
    const known = encodeStateVector(author)
    author.getMap('sheet').set('cell 0', 'too much')
    author.getMap('sheet').set('cell 1', 'other')
    author.getText('body').insert(0, 'text')
    const refused = new Ranges()
    refused.add(AUTHOR, 1, 2)
    const clocks = decodeStateVector(known)
    const update = encodeStateAsUpdate(server)
    const rebuilt = rebuild({ doc: author, server: update, clocks, forks: new Map(), refused })
    const copy = new ServerCopy(rebuilt.doc, rebuilt.refused)
    copy.answered(clocks, readUpdate(update))
    expect(contentsOf(rebuilt.doc)).toEqual(contentsOf(author))
    const { structs, deleted, isBlocked } = copy.lacking()
    expect(isBlocked).toBe(false)
    applyUpdate(server, encodeUpdate(structs, deleted))
    expect(server.getMap('sheet').toJSON()).toEqual({ 'cell 0': 'before', 'cell 1': 'other' })
    expect(server.getText('body').toJSON()).toBe('text')
    expect(copy.refused.ranges.isEmpty).toBe(false)
    rebuilt.doc.getMap('sheet').delete('cell 0')
    expect(copy.refused.ranges.isEmpty).toBe(true)
  })
})
