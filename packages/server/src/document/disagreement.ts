import {
  AbstractType,
  ContentAny,
  ContentBinary,
  ContentDeleted,
  ContentDoc,
  ContentEmbed,
  ContentFormat,
  ContentJSON,
  ContentString,
  type ContentType,
  type Doc,
  Item,
  type XmlElement,
  type XmlHook,
} from 'yjs'
import { type Id, PROTOTYPE, type Struct } from './update.js'

/** A known struct and a posted one, and the clocks that both have. */
interface Overlap {
  readonly posted: Item
  readonly known: Item
  readonly from: number
  readonly to: number
}

/**
 * Returns whether posted structs have other content at the same clocks than known ones. They may be
 * split differently, as Yjs splits and merges them. Deleted content is unknown, and agrees with
 * anything.
 *
 * @param posted of one client, in ascending order, without gaps
 * @param known of the same client, in ascending order
 * @param doc resolves the roots that the structs name
 * @see PROTOCOL.md DO15
 */
export function disagree(posted: readonly Struct[], known: readonly Struct[], doc: Doc): boolean {
  let at = 0
  for (const struct of posted) {
    while (at < known.length && endOf(known[at]!) <= struct.id.clock) at += 1
    for (let index = at; index < known.length && known[index]!.id.clock < endOf(struct); index++) {
      if (differ(struct, known[index]!, doc)) return true
    }
  }
  return false
}

/** Returns the index of the struct that contains a clock, or else of the first one after it. */
export function indexAt(structs: readonly Struct[], clock: number): number {
  let low = 0
  let high = structs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (endOf(structs[middle]!) <= clock) low = middle + 1
    else high = middle
  }
  return low
}

export function endOf({ id, length }: Struct): number {
  return id.clock + length
}

function differ(posted: Struct, known: Struct, doc: Doc): boolean {
  if (!(posted instanceof Item) || !(known instanceof Item)) return false
  if (posted.content instanceof ContentDeleted || known.content instanceof ContentDeleted) {
    return false
  }
  const from = Math.max(posted.id.clock, known.id.clock)
  const to = Math.min(endOf(posted), endOf(known))
  const overlap = { posted, known, from, to }
  return !(samePlace(overlap, doc) && sameContent(overlap))
}

/** Compares neighbours, and parents only without neighbours, as the encoding names no parent otherwise. */
function samePlace({ posted, known, from }: Overlap, doc: Doc): boolean {
  const origin = originAt(posted, from)
  if (!sameId(origin, originAt(known, from))) return false
  if (!sameId(posted.rightOrigin, known.rightOrigin)) return false
  if (origin !== null || posted.rightOrigin !== null) return true
  return posted.parentSub === known.parentSub && sameParent(posted.parent, known.parent, doc)
}

/** Returns the origin at a clock; within an item it is the preceding clock. */
export function originAt({ id, origin }: Item, clock: number): Id | null {
  return clock === id.clock ? origin : { client: id.client, clock: clock - 1 }
}

export function sameId(a: Id | null, b: Id | null): boolean {
  return a === b || (a?.client === b?.client && a?.clock === b?.clock)
}

/** Compares parents: a type in an integrated item, an id or the name of a root in a parsed one. */
function sameParent(posted: unknown, known: unknown, doc: Doc): boolean {
  if (typeof posted === 'string') {
    return known === posted || (known instanceof AbstractType && doc.share.get(posted) === known)
  }
  const id = known instanceof AbstractType ? (known._item?.id ?? null) : known
  return typeof id === 'object' && sameId(posted as Id, id as Id | null)
}

function sameContent({ posted, known, from, to }: Overlap): boolean {
  const { content: a } = posted
  const { content: b } = known
  if (a.constructor !== b.constructor) return false
  const [aFrom, bFrom] = [from - posted.id.clock, from - known.id.clock]
  const length = to - from
  if (a instanceof ContentString) {
    return sameText(a.str, aFrom, (b as ContentString).str, bFrom, length)
  }
  if (a instanceof ContentAny || a instanceof ContentJSON) {
    const { arr } = b as ContentAny
    return isSame(a.arr.slice(aFrom, aFrom + length), arr.slice(bFrom, bFrom + length))
  }
  return isSame(valueOf(a), valueOf(b))
}

const SURROGATE_FIRST = 0xd8_00
const SURROGATE_LAST = 0xdf_ff
const REPLACEMENT = 0xff_fd

function sameText(a: string, aFrom: number, b: string, bFrom: number, length: number): boolean {
  if (length === a.length && length === b.length && a === b) return true
  for (let at = 0; at < length; at++) {
    const [x, y] = [a.charCodeAt(aFrom + at), b.charCodeAt(bFrom + at)]
    if (x !== y && !isHalf(x, y) && !isHalf(y, x)) return false
  }
  return true
}

/** Returns whether Yjs replaced half a surrogate pair in only one copy, as it does when it splits text. */
function isHalf(replaced: number, half: number): boolean {
  return replaced === REPLACEMENT && half >= SURROGATE_FIRST && half <= SURROGATE_LAST
}

/** Returns the value of a content with the length of one clock. */
function valueOf(content: Item['content']): unknown {
  if (content instanceof ContentBinary) return content.content
  if (content instanceof ContentEmbed) return content.embed
  if (content instanceof ContentFormat) return [content.key, content.value]
  if (content instanceof ContentDoc) return content.doc.guid
  const { type } = content as ContentType
  const { nodeName, hookName } = type as Partial<XmlElement & XmlHook>
  return [type.constructor, nodeName, hookName]
}

/**
 * Returns whether two values are encoded in the same way. Prototypes aren't encoded, and JSON
 * encodes -0 as 0. Neither is nested deeper than an update may be.
 *
 * @see PROTOCOL.md DO22
 */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true
  if (!isObject(a) || !isObject(b)) return false
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0
  }
  const [keys, others] = [keysOf(a), keysOf(b)]
  if (Array.isArray(a) !== Array.isArray(b) || keys.length !== others.length) return false
  return keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null
}

function keysOf(value: object): string[] {
  return Object.keys(value).filter((key) => key !== PROTOTYPE)
}
