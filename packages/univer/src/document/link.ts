import { scanFormula, type A1Reference } from './a1.js'
import { isFields } from './cells.js'
import {
  printFormula,
  readFormula,
  storeFormula,
  type Formula,
  type StoredFormula,
} from './formula.js'
import { LIMITS } from './limits.js'
import type { Lines, Sheets } from './references.js'

/** Where the link of a cell leads: to an address, or to a place of the workbook, as a formula. @example { place: "='Sheet 2'!B3:C4" } */
export type Link = { readonly url: string } | { readonly place: string }

/** A link of the document, wherever its place is now. */
export type StoredLink = { readonly url: string } | { readonly place: Formula }

/** Characters that are not seen, or reorder others, would let an address look like another one. */
const ADDRESS = /^(?:https?:\/\/|mailto:)[^\s\p{Cc}\p{Cf}]+$/iu
const PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:'])

/** Returns whether a text is an address to which a cell may lead: of the web, or of a mailbox. @see SHEET.md SH148 */
export function isAddress(text: string): boolean {
  if (text.length > LIMITS.linkCharacters) return false
  try {
    const { protocol, username } = new URL(text)
    // In `https://bank.com@example.com`, all before `@` is a user's name.
    return ADDRESS.test(text) && PROTOCOLS.has(protocol) && username === ''
  } catch {
    return false
  }
}

/** Reads a link that a stranger may have written; `undefined` if it isn't one. @see SHEET.md SH148 */
export function readLink(value: unknown): StoredLink | undefined {
  if (!isFields(value)) return undefined
  const { url } = value
  if (url !== undefined)
    return typeof url === 'string' && isAddress(url) ? { url: url.toWellFormed() } : undefined
  const place = readFormula(value['place'])
  if (place?.length !== 3 || place[0] !== '=' || place[2] !== '') return undefined
  const [, reference] = place
  if (typeof reference !== 'object' || reference === null || 'name' in reference) return undefined
  return reference.sheet === undefined ? undefined : { place }
}

/** Returns a link as it is stored; `undefined` if it leads nowhere. */
export function storeLink(
  link: Link,
  home: Lines,
  sheets: Sheets,
): { readonly url: string } | { readonly place: StoredFormula } | undefined {
  if ('url' in link) return isAddress(link.url) ? link : undefined
  const [before = '', reference = '', ...after] = storeFormula(link.place, home, sheets)
  // Elsewhere, a copied or moved link leads to the same cells.
  const place = [before, reference.includes('!') ? reference : `${home.id}!${reference}`, ...after]
  return readLink({ place }) === undefined ? undefined : { place }
}

/** Returns where a link leads now; `undefined` if its place is gone. */
export function printLink(link: StoredLink, home: string, sheets: Sheets): Link | undefined {
  if ('url' in link) return link
  const place = printFormula(link.place, home, sheets)
  return place.includes('#REF!') ? undefined : { place }
}

/** Returns the reference that the place of a link is; `undefined` if it isn't one. */
export function placeIn(place: string): A1Reference | undefined {
  const [before, reference, after, ...more] = scanFormula(place)
  const isOne = before === '=' && after === '' && more.length === 0
  return isOne && typeof reference === 'object' ? reference : undefined
}
