import type { Doc, Map as YMap } from 'yjs'
import { isKnownFormat, observeFormat } from '@whereabouts/univer/document'
import { parseRelative, type RelativeJson } from '../../../page-document/places.js'

/** Who wrote a comment. */
export interface Author {
  /** The id of the user; without users a random one of this browser, for this page alone. */
  readonly id: string
  readonly name: string
}

/** The text of a page that a thread is about. */
export interface Anchor {
  readonly start: RelativeJson
  readonly end: RelativeJson
  /** The text when it was commented, cut at {@link LIMITS.quoteCharacters}. */
  readonly quote: string
}

export interface Comment {
  readonly id: string
  readonly author: Author
  /** In ms since 1970, by the clock of the author. */
  readonly atMs: number
  readonly text: string
  /** The names that are mentioned in the text, as `@Name`. */
  readonly mentions: readonly string[]
  /** When the text was changed; `undefined` if it never was. */
  readonly editedMs: number | undefined
}

export interface Thread {
  readonly id: string
  readonly anchor: Anchor
  /** Oldest first, at least one; the one that began the thread may be deleted. */
  readonly comments: readonly Comment[]
  /** Who resolved it; `undefined` while it is open. */
  readonly resolved: { readonly by: string; readonly atMs: number } | undefined
}

/** What somebody wrote. */
export interface Written {
  readonly text: string
  readonly mentions: readonly string[]
}

/** Why a comment isn't stored: it has no text or too much, there are too many, or they are in a newer format. */
export type Refused = 'empty' | 'long' | 'full' | 'newer'

/** What is beyond a limit isn't written, and isn't shown. @see PAGE.md PG67 */
export const LIMITS = {
  threads: 1_000,
  comments: 200,
  characters: 4_000,
  quoteCharacters: 200,
  mentions: 20,
  nameCharacters: 64,
} as const

/** The version of the format. @see PAGE.md PG64 */
const FORMAT = 1
const ROOT = 'comments'
const ID = /^[a-z0-9]{8,32}$/
const CONTROL = /[^\P{Cc}\n\t]/gu

type Fields = { readonly [field: string]: unknown }

/** A thread that is being read. */
interface Begun {
  readonly id: string
  readonly atMs: number
  readonly anchor: Anchor
  readonly comments: Comment[]
}

/**
 * The comments on a page: a map of values that are each replaced as a whole, so that everything that two people
 * do at once merges.
 *
 *     <id>           {author, atMs, anchor} of a comment that begins a thread, {author, atMs, thread} of another
 *     <id>/text      {text, mentions, editedMs}; it is gone once the comment is deleted
 *     <id>/resolved  {author, atMs}, while the thread is resolved
 *
 * Its document isn't that of the page, whose undo doesn't know it.
 *
 * @see PAGE.md PG64
 */
export class CommentsDocument {
  readonly #doc: Doc
  readonly #map: YMap<unknown>
  /** All threads; `undefined` after a change. */
  #threads: readonly Thread[] | undefined

  constructor(doc: Doc) {
    this.#doc = doc
    this.#map = doc.getMap(ROOT)
    this.subscribe(() => (this.#threads = undefined))
  }

  /** Whether this version can read them, and write some. */
  get isKnown(): boolean {
    return isKnownFormat(this.#doc, FORMAT)
  }

  /**
   * All threads that can be read, oldest first. It is the same list until something changes.
   *
   * @see PAGE.md PG67
   */
  get threads(): readonly Thread[] {
    this.#threads ??= this.isKnown ? this.#read() : []
    return this.#threads
  }

  #read(): readonly Thread[] {
    const begun = new Map<string, Begun>()
    const replies: (readonly [thread: string, reply: Comment])[] = []
    for (const [id, value] of this.#map) {
      const head = ID.test(id) ? readHead(value) : undefined
      if (head === undefined) continue
      const comment = this.#readComment(id, head)
      if (head.anchor !== undefined) {
        const comments = comment === undefined ? [] : [comment]
        begun.set(id, { id, atMs: head.atMs, anchor: head.anchor, comments })
      } else if (comment !== undefined) replies.push([head.thread!, comment])
    }
    for (const [thread, reply] of replies.toSorted(([, one], [, other]) => byAge(one, other))) {
      const comments = begun.get(thread)?.comments
      if (comments !== undefined && comments.length < LIMITS.comments) comments.push(reply)
    }
    return [...begun.values()]
      .filter(({ comments }) => comments.length > 0)
      .toSorted(byAge)
      .slice(0, LIMITS.threads)
      .map(({ id, anchor, comments }) => ({ id, anchor, comments, resolved: this.#readEnd(id) }))
  }

  /** Calls back after each change; returns a function that stops it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#map.observe(listener)
    const stop = observeFormat(this.#doc, listener)
    return () => {
      this.#map.unobserve(listener)
      stop()
    }
  }

  /** Begins a thread; returns its id, or why not. */
  begin(author: Author, anchor: Anchor, written: Written): { readonly id: string } | Refused {
    if (this.hasAll) return 'full'
    const quote = clean(cut(anchor.quote, LIMITS.quoteCharacters))
    return this.#add({ author, anchor: { ...anchor, quote } }, written)
  }

  /** Adds a comment to a thread; returns its id, or why not. */
  reply(author: Author, thread: string, written: Written): { readonly id: string } | Refused {
    const { comments } = this.threads.find(({ id }) => id === thread) ?? { comments: [] }
    if (comments.length >= LIMITS.comments) return 'full'
    return this.#add({ author, thread }, written)
  }

  /** Whether a thread has as many comments as it can have. */
  isFull({ comments }: Thread): boolean {
    return comments.length >= LIMITS.comments
  }

  /** Whether there can be no more threads. */
  get hasAll(): boolean {
    return this.threads.length >= LIMITS.threads
  }

  /** Stores where the text of a thread is now. Its quote stays. @see PAGE.md PG90 */
  anchor(thread: string, { start, end }: Anchor): void {
    const head = fieldsOf(this.#map.get(thread))
    const { anchor } = head
    if (readAnchor(anchor) === undefined) return
    this.#write(() =>
      this.#map.set(thread, { ...head, anchor: { ...fieldsOf(anchor), start, end } }),
    )
  }

  /** Changes the text of a comment; returns why not. */
  edit(id: string, written: Written): Refused | undefined {
    const refused = this.#whyNot(written)
    // Somebody may have deleted it in another window.
    if (refused !== undefined || !this.#map.has(`${id}/text`)) return refused
    this.#write(() => this.#map.set(`${id}/text`, { ...cleaned(written), editedMs: Date.now() }))
    return undefined
  }

  /** Deletes a comment; what others replied stays. Returns whether it did. */
  remove(id: string): boolean {
    const isReply = this.#map.has(id) && readHead(this.#map.get(id))?.anchor === undefined
    return this.#write(() => {
      this.#map.delete(`${id}/text`)
      // Where a thread began is needed for replies that are on their way.
      if (isReply) this.#map.delete(id)
    })
  }

  /** Returns whether it did. */
  resolve({ id, name }: Author, thread: string): boolean {
    const author = { id, name }
    return this.#write(() => this.#map.set(`${thread}/resolved`, { author, atMs: Date.now() }))
  }

  /** Returns whether it did. */
  reopen(thread: string): boolean {
    return this.#write(() => this.#map.delete(`${thread}/resolved`))
  }

  #add(head: Fields, written: Written): { readonly id: string } | Refused {
    const refused = this.#whyNot(written)
    if (refused !== undefined) return refused
    const id = newId()
    this.#write(() => {
      this.#map.set(id, { ...head, atMs: Date.now() })
      this.#map.set(`${id}/text`, cleaned(written))
    })
    return { id }
  }

  /** Returns whether it was written. */
  #write(change: () => void): boolean {
    if (!this.isKnown) return false
    this.#doc.transact(change, this)
    return true
  }

  #whyNot(written: Written): Refused | undefined {
    return this.isKnown ? whyNot(written) : 'newer'
  }

  #readComment(id: string, { author, atMs }: Head): Comment | undefined {
    const { text, mentions, editedMs } = fieldsOf(this.#map.get(`${id}/text`))
    if (typeof text !== 'string' || text.length > 2 * LIMITS.characters || text === '') {
      return undefined
    }
    return {
      id,
      author,
      atMs,
      text: cut(clean(text), LIMITS.characters),
      mentions: readMentions(mentions),
      editedMs: readTime(editedMs),
    }
  }

  #readEnd(thread: string): Thread['resolved'] {
    const { author, atMs } = fieldsOf(this.#map.get(`${thread}/resolved`))
    const by = readAuthor(author)?.name
    const time = readTime(atMs)
    return by === undefined || time === undefined ? undefined : { by, atMs: time }
  }
}

/** Who began a comment, when, and either what it is about or the thread that it is in. */
interface Head {
  readonly author: Author
  readonly atMs: number
  readonly anchor?: Anchor
  readonly thread?: string
}

function readHead(value: unknown): Head | undefined {
  const { author, atMs, anchor, thread } = fieldsOf(value)
  const [by, time] = [readAuthor(author), readTime(atMs)]
  if (by === undefined || time === undefined) return undefined
  if (typeof thread === 'string') return { author: by, atMs: time, thread }
  const about = readAnchor(anchor)
  return about && { author: by, atMs: time, anchor: about }
}

function readAnchor(value: unknown): Anchor | undefined {
  const { start, end, quote } = fieldsOf(value)
  const [from, to] = [parseRelative(start), parseRelative(end)]
  if (from === undefined || to === undefined || typeof quote !== 'string') return undefined
  return { start: from, end: to, quote: clean(cut(quote, LIMITS.quoteCharacters)) }
}

function readAuthor(value: unknown): Author | undefined {
  const { id, name } = fieldsOf(value)
  if (typeof id !== 'string' || id.length > 255 || typeof name !== 'string') return undefined
  const read = oneLine(name)
  return read === '' ? undefined : { id, name: read }
}

function readMentions(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  const names = value.slice(0, LIMITS.mentions).filter((each) => typeof each === 'string')
  return names.map(oneLine).filter((name) => name !== '')
}

/** A time that a calendar has. */
function readTime(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= 8.64e15 ? value : undefined
}

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {}

function whyNot({ text }: Written): Refused | undefined {
  if (text.trim() === '') return 'empty'
  return charactersLeft(text) < 0 ? 'long' : undefined
}

/** Returns how many characters a text may still have; fewer than 0 if it is too long. */
export const charactersLeft = (text: string): number =>
  LIMITS.characters - Array.from(text.trim()).length

const cleaned = ({ text, mentions }: Written) => ({
  text: clean(text.trim()),
  mentions: mentions.slice(0, LIMITS.mentions).map(oneLine),
})

const clean = (text: string): string => text.toWellFormed().replaceAll(CONTROL, '\uFFFD')

const oneLine = (text: string): string =>
  cut(clean(text.slice(0, 2 * LIMITS.nameCharacters)), LIMITS.nameCharacters)
    .replaceAll(/\s+/g, ' ')
    .trim()

/** Cuts no character in two. */
function cut(text: string, characters: number): string {
  if (text.length <= characters) return text
  return Array.from(text.slice(0, 2 * characters))
    .slice(0, characters)
    .join('')
}

type Aged = { readonly id: string; readonly atMs: number }

/** The same order for everybody, whatever their clocks. */
const byAge = (one: Aged, other: Aged): number =>
  one.atMs - other.atMs || (one.id < other.id ? -1 : 1)

function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10))
  return Array.from(bytes, (byte) => byte.toString(36).padStart(2, '0')).join('')
}
