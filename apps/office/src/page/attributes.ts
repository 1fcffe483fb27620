import { isShownImage } from '../page-document/image-source.js'
import { isSafeLink } from '../page-document/links.js'

type Attributes = { readonly [name: string]: unknown }
type Read = (value: unknown) => unknown

const MAX_SPAN = 100
const MAX_TEXT_CHARACTERS = 1_000
const MAX_LIST_START = 1_000_000_000

const within =
  (min: number, max: number, otherwise: number): Read =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      ? value
      : otherwise
const text: Read = (value) =>
  typeof value === 'string' && value.length <= MAX_TEXT_CHARACTERS ? value : null

const cell = { colspan: within(1, MAX_SPAN, 1), rowspan: within(1, MAX_SPAN, 1) }

// What isn't named here is as it is by itself: nothing else that a stranger wrote gets through.
const KNOWN: { readonly [type: string]: { readonly [attribute: string]: Read } } = {
  heading: { level: within(1, 3, 3) },
  orderedList: { start: within(0, MAX_LIST_START, 1) },
  taskItem: { checked: (value) => value === true },
  codeBlock: { language: text },
  image: { src: (value) => (isShownImage(value) ? value : null), alt: text, title: text },
  tableCell: cell,
  tableHeader: cell,
  link: { href: (value) => (isSafeLink(value) ? value : null) },
}

/**
 * What of a stranger's attributes a node or mark is made with.
 *
 * @example readAttributes('heading', { level: 9, onclick: 'x' }) // { level: 3 }
 * @see PROTOCOL.md PG7
 */
export function readAttributes(
  type: string,
  attributes: Attributes | null | undefined,
): Attributes {
  const known = Object.hasOwn(KNOWN, type) ? Object.entries(KNOWN[type]!) : []
  return Object.fromEntries(
    known
      .filter(([name]) => Object.hasOwn(attributes ?? {}, name))
      .map(([name, read]) => [name, read(attributes?.[name])]),
  )
}
