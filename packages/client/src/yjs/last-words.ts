import { randomKey } from '../random-key.js'

const PREFIX = 'whereabouts:last:'

/** What a page had edited and not stored when it went away. */
export interface LastWords {
  readonly key: string
  /** Which document of the room it edited, if it knew. */
  readonly incarnation: string | null
  readonly update: Uint8Array
}

/**
 * Stores an update of a page that goes away. `localStorage` takes it at once, where IndexedDB drops
 * whatever it has not completed by then. Returns `null` if it is full or forbidden.
 */
export function sayLastWords(
  name: string,
  incarnation: string | null,
  update: Uint8Array,
): LastWords | null {
  const key = `${PREFIX}${randomKey()}:${name}`
  try {
    localStorage.setItem(key, `${incarnation ?? ''} ${asCharacters(update)}`)
    return { key, incarnation, update }
  } catch {
    return null
  }
}

/** Returns what pages that went away have left of a document. */
export function readLastWords(name: string): LastWords[] {
  try {
    const keys = Object.keys(localStorage).filter((key) => nameOf(key) === name)
    return keys.map((key) => parse(key, localStorage.getItem(key) ?? ''))
  } catch {
    return []
  }
}

/** Removes what is stored elsewhere by now. */
export function forgetLastWords(words: readonly LastWords[]): void {
  for (const { key } of words) localStorage.removeItem(key)
}

function nameOf(key: string): string | undefined {
  return key.startsWith(PREFIX) ? key.slice(key.indexOf(':', PREFIX.length) + 1) : undefined
}

function parse(key: string, text: string): LastWords {
  const space = text.indexOf(' ')
  const incarnation = text.slice(0, space)
  const update = Uint8Array.from(text.slice(space + 1), (character) => character.charCodeAt(0))
  return { key, incarnation: incarnation === '' ? null : incarnation, update }
}

/** A character for each byte. */
function asCharacters(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
