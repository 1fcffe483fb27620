import { ContentString, type Doc } from 'yjs'
import { isNamedByChance } from './route.js'
import { cleanTitle, parseTitle } from './title.js'

const ABOUT = 'about'
const TITLE = 'title'
/** The root of a page's text. @see PAGE.md PF2 */
const TEXT = 'text'

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
