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

/** What is beyond a limit isn't written, and isn't shown. @see PAGE.md PG67 */
export const LIMITS = {
  threads: 1_000,
  comments: 200,
  characters: 4_000,
  quoteCharacters: 200,
  mentions: 20,
  nameCharacters: 64,
} as const

const ID = /^[a-z0-9]{8,32}$/
/** A run of them counts as one, or a text of nothing else takes long to read. */
const CONTROL = /[^\P{Cc}\n\t]+/gu

export type Fields = { readonly [field: string]: unknown }

/** Who began a comment, when, and either what it is about or the thread that it is in. */
export interface Head {
  readonly id: string
  readonly author: Author
  readonly atMs: number
  readonly anchor?: Anchor
  readonly thread?: string
}

/** Reads the beginning of a comment, which a stranger may have written; `undefined` if it isn't one. */
export function readHead(id: string, value: unknown): Head | undefined {
  if (!ID.test(id)) return undefined
  const { author, atMs, anchor, thread } = fieldsOf(value)
  const [by, time] = [readAuthor(author), readTime(atMs)]
  if (by === undefined || time === undefined) return undefined
  if (typeof thread === 'string') return { id, author: by, atMs: time, thread }
  const about = readAnchor(anchor)
  return about && { id, author: by, atMs: time, anchor: about }
}

/** Reads the rest of a comment; `undefined` without a text. */
export function readComment({ id, author, atMs }: Head, value: unknown): Comment | undefined {
  const { text, mentions, editedMs } = fieldsOf(value)
  if (typeof text !== 'string' || text.length > 2 * LIMITS.characters || text === '') {
    return undefined
  }
  return {
    id,
    author,
    atMs,
    text: clean(cut(text, LIMITS.characters)),
    mentions: readMentions(mentions),
    editedMs: readTime(editedMs),
  }
}

/** Reads who resolved a thread, and when; `undefined` if nobody did. */
export function readEnd(value: unknown): Thread['resolved'] {
  const { author, atMs } = fieldsOf(value)
  const by = readAuthor(author)?.name
  const time = readTime(atMs)
  return by === undefined || time === undefined ? undefined : { by, atMs: time }
}

/** Reads what a thread is about; `undefined` if it is nothing. */
export function readAnchor(value: unknown): Anchor | undefined {
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

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {}

export const clean = (text: string): string => text.toWellFormed().replaceAll(CONTROL, '\uFFFD')

export const oneLine = (text: string): string =>
  cut(clean(text.slice(0, 2 * LIMITS.nameCharacters)), LIMITS.nameCharacters)
    .replaceAll(/\s+/g, ' ')
    .trim()

/** Cuts no character in two. */
export function cut(text: string, characters: number): string {
  if (text.length <= characters) return text
  return Array.from(text.slice(0, 2 * characters))
    .slice(0, characters)
    .join('')
}
