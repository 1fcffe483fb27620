import { describe, expect, it } from 'vitest'
import { applyUpdate, Doc, encodeStateAsUpdate, Map as YMap } from 'yjs'
import { seedsOf, size } from '../../../../../../test/size.js'
import { Random } from '../../../../../../test/simulation/random.js'
import { PageDocument } from '../../../page-document/page-document.js'
import { TEXT, toRelative } from '../../../page-document/places.js'
import { makeUndo } from '../../../page-document/undo.js'
import { CommentsDocument, LIMITS, type Anchor, type Comment } from './comments-document.js'
import { PlaceIndex } from './place-index.js'

/** The text that a thread is about; `undefined` where there is none. */
function rangeOf(doc: Doc, anchor: Anchor) {
  const found = new PlaceIndex(doc).find(anchor)
  return typeof found === 'object' ? found : undefined
}

const ann = { id: 'ann', name: 'Ann' }
const bob = { id: 'bob', name: 'Bob' }
const said = (text: string, mentions: readonly string[] = []) => ({ text, mentions })

/** A page with one paragraph. */
function pageOf(text: string): Doc {
  const doc = new Doc()
  doc.getText(TEXT).insert(0, text)
  doc.getText(TEXT).insertEmbed(text.length, new YMap(), {})
  doc.getMap('about').set('format', 2)
  return doc
}

function anchorOf(doc: Doc, words: string): Anchor {
  const index = doc.getText(TEXT).toString().indexOf(words)
  const at = (offset: number) => ({ flow: TEXT, index: index + offset })
  const end = toRelative(doc, at(words.length), 'before')
  return { start: toRelative(doc, at(0), 'after'), end, quote: words }
}

function wordsAt(doc: Doc, anchor: Anchor): string | undefined {
  const range = rangeOf(doc, anchor)
  return range && doc.getText(TEXT).toString().slice(range.from, range.to)
}

const ANCHOR = anchorOf(pageOf('some words'), 'words')

function begun(doc = new Doc(), text = 'first') {
  const comments = new CommentsDocument(doc)
  const begin = comments.begin(ann, ANCHOR, said(text)) as { readonly id: string }
  return { doc, comments, id: begin.id }
}

function merge(...docs: readonly Doc[]): void {
  for (const from of docs) for (const to of docs) applyUpdate(to, encodeStateAsUpdate(from))
}

const textsOf = ({ threads }: CommentsDocument) =>
  threads.map(({ comments }) => comments.map(({ text }) => text))

describe('a thread', () => {
  it('[PG64] has comments, which can be changed and deleted, and is resolved and reopened', () => {
    const { comments, id } = begun()
    const reply = comments.reply(bob, id, said('  hello @Ann ', ['Ann'])) as { id: string }
    expect(comments.threads).toMatchObject([
      {
        id,
        anchor: { quote: 'words' },
        comments: [
          { author: ann, text: 'first', editedMs: undefined },
          { author: bob, text: 'hello @Ann', mentions: ['Ann'] },
        ],
        resolved: undefined,
      },
    ])
    comments.edit(reply.id, said('bye'))
    comments.resolve(bob, id)
    expect(comments.threads).toMatchObject([
      {
        comments: [{}, { text: 'bye', editedMs: expect.any(Number) as number }],
        resolved: { by: 'Bob' },
      },
    ])
    comments.reopen(id)
    comments.remove(reply.id)
    expect(textsOf(comments)).toEqual([['first']])
    expect(comments.threads[0]!.resolved).toBeUndefined()
    comments.remove(id)
    expect(comments.threads).toEqual([])
  })

  it('[PG65] keeps a reply that was written while its first comment was deleted', () => {
    const anns = begun()
    const bobs = new CommentsDocument(new Doc())
    const doc = new Doc()
    merge(anns.doc, doc)
    const theirs = new CommentsDocument(doc)
    theirs.reply(bob, anns.id, said('reply'))
    anns.comments.remove(anns.id)
    expect(anns.comments.threads).toEqual([])
    merge(anns.doc, doc)
    expect(textsOf(anns.comments)).toEqual([['reply']])
    expect(theirs.threads).toEqual(anns.comments.threads)
    expect(bobs.threads).toEqual([])
  })

  it('[PG66] is about the same words wherever they are, until they are deleted', () => {
    const doc = pageOf('We pay in advance.')
    const other = new Doc()
    merge(doc, other)
    const anchor = anchorOf(doc, 'pay')
    doc.getText(TEXT).insert(0, 'Today ')
    other.getText(TEXT).insert(4, 'ew')
    merge(doc, other)
    expect(wordsAt(other, anchor)).toBe(wordsAt(doc, anchor))
    expect(wordsAt(doc, anchor)).toBe('pewway'.replace('way', 'ay'))
    const text = doc.getText(TEXT)
    const { from, to } = rangeOf(doc, anchor)!
    // What is written at its edges isn't about it.
    text.insert(to, '!')
    text.insert(from, '?')
    expect(wordsAt(doc, anchor)).not.toMatch(/[!?]/)
    text.delete(from, to - from + 2)
    expect(rangeOf(doc, anchor)).toBeUndefined()
  })

  it('[PG66] is about words that come back by undo', () => {
    const doc = pageOf('We pay in advance.')
    const page = new PageDocument(doc)
    const undo = makeUndo(page)
    const anchor = anchorOf(doc, 'pay')
    doc.transact(() => doc.getText(TEXT).delete(0, 8), page.origin)
    expect(rangeOf(doc, anchor)).toBeUndefined()
    undo.undo()
    expect(wordsAt(doc, anchor)).toBe('pay')
  })

  it('[PG90] is about its words for all others as well, once the window that brought them back says where', () => {
    const doc = pageOf('We pay in advance.')
    const page = new PageDocument(doc)
    const undo = makeUndo(page)
    const other = new Doc()
    const comments = new CommentsDocument(new Doc())
    const { id } = comments.begin(ann, anchorOf(doc, 'pay'), said('x')) as { id: string }
    const { anchor } = comments.threads[0]!
    doc.transact(() => doc.getText(TEXT).delete(0, 8), page.origin)
    undo.undo()
    merge(doc, other)
    expect(wordsAt(other, anchor)).toBeUndefined()
    expect(rangeOf(doc, anchor)).toMatchObject({ isBroughtBack: true })
    comments.anchor(id, anchorOf(doc, 'pay'))
    const [thread] = comments.threads
    expect(thread).toMatchObject({ id, anchor: { quote: 'pay' }, comments: [{ author: ann }] })
    expect(wordsAt(other, thread!.anchor)).toBe('pay')
    expect(rangeOf(doc, thread!.anchor)).toMatchObject({ isBroughtBack: false })
  })

  it('[PG66] in text that isn’t loaded yet isn’t deleted', () => {
    expect(new PlaceIndex(new Doc()).find(ANCHOR)).toBe('pending')
    const doc = pageOf('some words')
    const anchor = anchorOf(doc, 'words')
    doc.getText(TEXT).delete(0, 10)
    expect(new PlaceIndex(doc).find(anchor)).toBe('gone')
  })

  it('[PG66] is about nothing in a page that hasn’t its words', () => {
    expect(rangeOf(new Doc(), ANCHOR)).toBeUndefined()
    expect(rangeOf(pageOf('other'), ANCHOR)).toBeUndefined()
  })
})

describe('limits', () => {
  it('[PG67] what is too long or too many isn’t written', () => {
    const { comments, id } = begun()
    expect(comments.reply(bob, id, said(' \n '))).toBe('empty')
    expect(comments.reply(bob, id, said('字'.repeat(LIMITS.characters + 1)))).toBe('long')
    expect(comments.edit(id, said('字'.repeat(LIMITS.characters + 1)))).toBe('long')
    expect(comments.reply(bob, id, said('😀'.repeat(LIMITS.characters)))).toHaveProperty('id')
    for (let at = 2; at < LIMITS.comments; at++) comments.reply(bob, id, said(`${at}`))
    expect(comments.reply(bob, id, said('one more'))).toBe('full')
    expect(comments.threads[0]!.comments).toHaveLength(LIMITS.comments)
    // Those of one millisecond are in any order.
    const lengths = comments.threads[0]!.comments.map(({ text }) => Array.from(text).length)
    expect(Math.max(...lengths)).toBe(LIMITS.characters)
  })

  it('[PG67] threads beyond the limit are neither written nor shown', () => {
    const { doc, comments } = begun()
    const map = doc.getMap('comments')
    const author = { id: 'eve', name: 'Eve' }
    for (let at = 0; at < LIMITS.threads; at++) {
      map.set(`thread${1_000 + at}`, { author, atMs: at, anchor: ANCHOR })
      map.set(`thread${1_000 + at}/text`, { text: 'x' })
    }
    expect(comments.threads).toHaveLength(LIMITS.threads)
    expect(comments.begin(ann, ANCHOR, said('more'))).toBe('full')
  })

  it.each([
    ['no object', 'text', { text: 'x' }],
    ['no author', { atMs: 1, anchor: ANCHOR }, { text: 'x' }],
    [
      'an author without a name',
      { author: { id: 'a', name: ' ' }, atMs: 1, anchor: ANCHOR },
      { text: 'x' },
    ],
    ['no time', { author: ann, anchor: ANCHOR }, { text: 'x' }],
    ['a time that no calendar has', { author: ann, atMs: 1e300, anchor: ANCHOR }, { text: 'x' }],
    ['no anchor', { author: ann, atMs: 1 }, { text: 'x' }],
    [
      'an anchor elsewhere',
      { author: ann, atMs: 1, anchor: { ...ANCHOR, start: { tname: 'about' } } },
      { text: 'x' },
    ],
    ['no quote', { author: ann, atMs: 1, anchor: { ...ANCHOR, quote: 7 } }, { text: 'x' }],
    ['no text', { author: ann, atMs: 1, anchor: ANCHOR }, undefined],
    ['a text that is none', { author: ann, atMs: 1, anchor: ANCHOR }, { text: ['x'] }],
    ['a huge text', { author: ann, atMs: 1, anchor: ANCHOR }, { text: 'x'.repeat(1e6) }],
    ['a reply to nothing', { author: ann, atMs: 1, thread: 'nothing1' }, { text: 'x' }],
  ])('[PG67] a comment with %s is ignored', (_what, head, text) => {
    const { doc, comments, id } = begun()
    const map = doc.getMap('comments')
    map.set('abcdefgh', head)
    map.set('abcdefgh/text', text)
    map.set('<img src=x>', { author: ann, atMs: 1, anchor: ANCHOR })
    map.set('<img src=x>/text', { text: 'x' })
    map.set(`${id}/resolved`, 'yes')
    expect(textsOf(comments)).toEqual([['first']])
    expect(comments.threads[0]!.resolved).toBeUndefined()
  })

  it('[PG67] names are one line, and texts have no control characters', () => {
    const { doc, comments, id } = begun()
    const map = doc.getMap('comments')
    map.set(id, { author: { id: 'eve', name: `E\nve${'x'.repeat(1e5)}` }, atMs: 1, anchor: ANCHOR })
    map.set(`${id}/text`, {
      text: 'a\0\x01b\nc\uD800',
      mentions: [7, 'Ann', ...Array(99).fill('x')],
    })
    const [{ author, text, mentions }] = comments.threads[0]!.comments as [Comment]
    expect(author.name).toMatch(/^E vex{60}$/)
    expect(text).toBe('a\uFFFDb\nc\uFFFD')
    expect(mentions.length).toBeLessThanOrEqual(LIMITS.mentions)
  })

  it('[CM11] are read once, and the texts of those that aren’t shown never', () => {
    const { doc, comments, id } = begun()
    const map = doc.getMap('comments')
    const texts = new Set<string>()
    const textOf = (own: string) => ({
      get text() {
        texts.add(own)
        return 'by a stranger'
      },
    })
    const write = (own: string, head: object) => {
      map.set(own, { author: ann, ...head })
      map.set(`${own}/text`, textOf(own))
    }
    doc.transact(() => {
      for (let at = 0; at < LIMITS.threads; at += 1)
        write(`thread${1_000 + at}`, { atMs: 1, anchor: ANCHOR })
      for (let at = 0; at < 2 * LIMITS.comments; at += 1)
        write(`reply${1_000 + at}`, { atMs: 1 + at, thread: 'thread1000' })
    })
    const before = comments.threads
    expect(before).toHaveLength(LIMITS.threads)
    expect(before.map((thread) => thread.id)).not.toContain(id)
    expect(before[0]!.comments).toHaveLength(LIMITS.comments)
    expect(texts.size).toBe(LIMITS.threads + LIMITS.comments - 1)
    texts.clear()

    map.set('thread1500/text', { text: 'another' })
    map.delete('reply1000')
    const after = comments.threads
    expect(after[500]!.comments[0]!.text).toBe('another')
    expect(after[1]!.comments[0]).toBe(before[1]!.comments[0])
    expect(texts).toEqual(new Set([`reply${1_000 + LIMITS.comments - 1}`]))
    map.delete('thread1000/text')
    expect(comments.threads[0]!.comments[0]!.id).toBe('reply1001')
  })

  it('[PG64] in a newer format are neither shown nor changed', () => {
    const { doc, comments, id } = begun()
    doc.getMap('about').set('format', 2)
    expect(comments.isKnown).toBe(false)
    expect(comments.threads).toEqual([])
    const before = encodeStateAsUpdate(doc)
    expect(comments.remove(id)).toBe(false)
    expect(comments.resolve(bob, id)).toBe(false)
    expect(comments.reopen(id)).toBe(false)
    expect(comments.begin(ann, ANCHOR, said('x'))).toBe('newer')
    expect(comments.reply(ann, id, said('x'))).toBe('newer')
    expect(comments.edit(id, said('x'))).toBe('newer')
    comments.anchor(id, ANCHOR)
    expect(encodeStateAsUpdate(doc)).toEqual(before)
    doc.getMap('about').set('format', 1)
    expect(textsOf(comments)).toEqual([['first']])
  })
})

// COMMENTS_SEED=17 runs that seed alone.
const SEEDS = seedsOf('COMMENTS_SEED', size(100, 3_000))

/** Somebody with a page and its comments, who may be offline. */
class Person {
  readonly page: Doc = new Doc()
  readonly doc = new Doc()
  readonly comments = new CommentsDocument(this.doc)
  readonly author: { readonly id: string; readonly name: string }

  constructor(
    number: number,
    private readonly random: Random,
  ) {
    this.page.clientID = 100 + number
    this.doc.clientID = 200 + number
    this.author = { id: `person${number}`, name: `Person ${number}` }
  }

  act(written: string[]): void {
    const { random, comments, author } = this
    const { threads } = comments
    const text = this.page.getText(TEXT)
    const thread = threads.length === 0 ? undefined : random.pick(threads)
    const dice = random.below(100)
    if (dice < 30) text.insert(random.below(text.length), random.pick(['aa', 'b', 'cc c']))
    else if (dice < 45) this.#delete()
    else if (dice < 60 || thread === undefined) this.#begin(written)
    else if (dice < 80) written.push(this.#note(comments.reply(author, thread.id, this.#words())))
    else if (dice < 88) comments.edit(random.pick(thread.comments).id, this.#words())
    else if (dice < 94) comments.resolve(author, thread.id)
    else comments.reopen(thread.id)
  }

  #words = () => said(`${this.author.id} ${this.random.below(1_000_000)}`)

  #note(added: ReturnType<CommentsDocument['reply']>): string {
    return typeof added === 'object' ? added.id : ''
  }

  #delete(): void {
    const text = this.page.getText(TEXT)
    const from = this.random.below(text.length)
    const length = Math.min(this.random.below(6), text.length - 1 - from)
    if (length > 0) text.delete(from, length)
  }

  #begin(written: string[]): void {
    const text = this.page.getText(TEXT)
    if (text.length < 4) return
    const from = this.random.below(text.length - 3)
    const at = (index: number) => ({ flow: TEXT, index })
    const anchor = {
      start: toRelative(this.page, at(from), 'after'),
      end: toRelative(this.page, at(from + 2), 'before'),
      quote: 'quote',
    }
    written.push(this.#note(this.comments.begin(this.author, anchor, this.#words())))
  }
}

/** What somebody sees: all threads, and where they are. */
const shownTo = ({ comments, page }: Person) =>
  comments.threads.map((thread) => ({ ...thread, at: rangeOf(page, thread.anchor) ?? 'deleted' }))

describe.each([2, 3])('%i people who edit and comment, offline at times', (count) => {
  it('[PG65 PG66] end with the same threads at the same places, and no comment is lost', () => {
    for (const seed of SEEDS) {
      const random = new Random(seed)
      const people = Array.from({ length: count }, (_each, number) => new Person(number, random))
      const written: string[] = []
      applyUpdate(people[0]!.page, encodeStateAsUpdate(pageOf('The first words of a page')))
      merge(...people.map(({ page }) => page))
      for (let step = 0; step < 60; step++) {
        random.pick(people).act(written)
        // One of the two documents may arrive long before the other.
        const [from, to] = [random.pick(people), random.pick(people)]
        if (random.chance(0.2)) applyUpdate(to.doc, encodeStateAsUpdate(from.doc))
        if (random.chance(0.2)) applyUpdate(to.page, encodeStateAsUpdate(from.page))
      }
      merge(...people.map(({ page }) => page))
      merge(...people.map(({ doc }) => doc))
      const [first, ...others] = people.map(shownTo)
      for (const other of others) expect(other, `seed ${seed}`).toEqual(first)
      const ids = first!.flatMap(({ comments }) => comments.map(({ id }) => id))
      expect(ids.toSorted(), `seed ${seed}`).toEqual(written.filter(Boolean).toSorted())
    }
    expect(SEEDS).not.toHaveLength(0)
  })
})
