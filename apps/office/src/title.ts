import { ContentString, type Doc } from 'yjs'
import { isNamedByChance } from './route.js'

const ABOUT = 'about'
const TITLE = 'title'
const MAX_CHARACTERS = 100
/** The root of a page's text. @see PAGE.md PF2 */
const TEXT = 'text'
// These would break the line that shows the title: control characters, lone surrogates, line
// separators and characters that change the text direction. The same as in a user's name (NM10).
const UNSHOWABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u
const UNSHOWABLE_OR_SPACE = new RegExp(`(?:${UNSHOWABLE.source}|\\s)+`, 'gu')

/**
 * Parses a title; returns `undefined` if the value isn't one, since a stranger may have written the
 * document.
 *
 * @see OFFICE.md PG2
 */
export function parseTitle(value: unknown): string | undefined {
  if (typeof value !== 'string' || UNSHOWABLE.test(value)) return undefined
  const title = value.trim()
  return title !== '' && Array.from(title).length <= MAX_CHARACTERS ? title : undefined
}

/**
 * Returns the title for typed or pasted text, as one line and cut to the maximum length.
 *
 * @example cleanTitle(' Budget\n2027 ') // 'Budget 2027'
 */
export function cleanTitle(typed: string): string {
  const line = typed.replaceAll(UNSHOWABLE_OR_SPACE, ' ').trim()
  return Array.from(line).slice(0, MAX_CHARACTERS).join('').trim()
}

/** Returns the document's title; `undefined` if it has none. @see OFFICE.md PG1 */
export function readTitle(doc: Doc): string | undefined {
  return parseTitle(doc.getMap(ABOUT).get(TITLE))
}

/**
 * Returns what a document is called: its title or, of a page in a room with a random name, its first
 * line; `undefined` if it has none of these.
 *
 * @see OFFICE.md PG53
 */
export function readName(doc: Doc, room: string): string | undefined {
  return readTitle(doc) ?? (isNamedByChance(room) ? firstLine(doc) : undefined)
}

/** Returns the text of the first block that has any. It reads no further, as pages can be long. */
function firstLine(doc: Doc): string | undefined {
  let line = ''
  for (let item = doc.getText(TEXT)._start; item !== null; item = item.right) {
    if (item.deleted || !item.countable) continue
    if (item.content instanceof ContentString) line += item.content.str
    else if (cleanTitle(line) !== '') break
    else line = ''
  }
  return parseTitle(cleanTitle(line))
}

/** Sets the document's title; an empty one removes it. */
export function writeTitle(doc: Doc, typed: string): void {
  const title = cleanTitle(typed)
  if (title === (readTitle(doc) ?? '')) return
  const about = doc.getMap(ABOUT)
  if (title === '') about.delete(TITLE)
  else about.set(TITLE, title)
}

/** Calls back when the title or the name may have changed; returns a function that stops it. */
export function observeName(doc: Doc, listener: () => void): () => void {
  const about = doc.getMap(ABOUT)
  const text = doc.getText(TEXT)
  about.observe(listener)
  text.observe(listener)
  return () => {
    about.unobserve(listener)
    text.unobserve(listener)
  }
}
