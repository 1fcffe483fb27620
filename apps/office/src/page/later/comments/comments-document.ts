import type { Doc, Map as YMap } from 'yjs'
import { isKnownFormat, observeFormat } from '@whereabouts/univer/document'
import {
  type Anchor,
  type Author,
  clean,
  cut,
  type Fields,
  fieldsOf,
  LIMITS,
  oneLine,
  readAnchor,
  readHead,
  type Thread,
  type Written,
} from './comment.js'
import { CommentEntries } from './entries.js'

export {
  LIMITS,
  type Anchor,
  type Author,
  type Comment,
  type Thread,
  type Written,
} from './comment.js'

/** Why a comment isn't stored: it has no text or too much, there are too many, or they are in a newer format. */
export type Refused = 'empty' | 'long' | 'full' | 'newer'

/** The version of the format. @see PAGE.md PG64 */
const FORMAT = 1
const ROOT = 'comments'

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
  readonly #entries: CommentEntries
  /** All threads; `undefined` after a change. */
  #threads: readonly Thread[] | undefined

  constructor(doc: Doc) {
    this.#doc = doc
    this.#map = doc.getMap(ROOT)
    this.#entries = new CommentEntries(this.#map)
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
    this.#threads ??= this.isKnown ? this.#entries.threads() : []
    return this.#threads
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
    const isReply = this.#map.has(id) && readHead(id, this.#map.get(id))?.anchor === undefined
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
}

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

function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10))
  return Array.from(bytes, (byte) => byte.toString(36).padStart(2, '0')).join('')
}
