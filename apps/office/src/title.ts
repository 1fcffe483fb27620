import type { Doc } from 'yjs'

const ABOUT = 'about'
const TITLE = 'title'
const MAX_CHARACTERS = 100
// What would break the line it is shown in: control characters, lone surrogates, separators of lines,
// and what turns the direction of the text around it. The same as in a user's name (NM10).
const UNSHOWABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u
const UNSHOWABLE_OR_SPACE = new RegExp(`(?:${UNSHOWABLE.source}|\\s)+`, 'gu')

/**
 * The title that a value says; `undefined` if it is none, since a document is whatever a stranger
 * wrote.
 *
 * @see OFFICE.md PG2
 */
export function parseTitle(value: unknown): string | undefined {
  if (typeof value !== 'string' || UNSHOWABLE.test(value)) return undefined
  const title = value.trim()
  return title !== '' && Array.from(title).length <= MAX_CHARACTERS ? title : undefined
}

/**
 * The title to write for what somebody typed or pasted: in one line, cut to what a title may be.
 *
 * @example cleanTitle(' Budget\n2027 ') // 'Budget 2027'
 */
export function cleanTitle(typed: string): string {
  const line = typed.replaceAll(UNSHOWABLE_OR_SPACE, ' ').trim()
  return Array.from(line).slice(0, MAX_CHARACTERS).join('').trim()
}

/** The document's title; `undefined` if it has none. @see OFFICE.md PG1 */
export function readTitle(doc: Doc): string | undefined {
  return parseTitle(doc.getMap(ABOUT).get(TITLE))
}

/** Gives the document a title; an empty one takes it away. */
export function writeTitle(doc: Doc, typed: string): void {
  const title = cleanTitle(typed)
  if (title === (readTitle(doc) ?? '')) return
  const about = doc.getMap(ABOUT)
  if (title === '') about.delete(TITLE)
  else about.set(TITLE, title)
}

/** Calls back when the title may be another one; returns how to stop that. */
export function observeTitle(doc: Doc, listener: () => void): () => void {
  const about = doc.getMap(ABOUT)
  about.observe(listener)
  return () => about.unobserve(listener)
}
