import {
  compareIDs,
  ContentAny,
  ContentDeleted,
  ContentJSON,
  ContentString,
  ContentType,
  createID,
  type Doc,
  findIndexSS,
  GC,
  type ID,
  Item,
  UpdateEncoderV1,
} from 'yjs'

/** A unit of a document: consecutive clocks of one client. */
export type Struct = Item | GC
/** A state vector: the next clock of each client. */
export type Clocks = ReadonlyMap<number, number>

export function endOf({ id, length }: Struct): number {
  return id.clock + length
}

/** Returns a client's structs between two clocks, cut to fit; without an end, all from the first clock on. */
export function structsOf({ store }: Doc, client: number, start: number, end = Infinity): Struct[] {
  const structs = store.clients.get(client)
  if (structs === undefined || endOf(structs.at(-1)!) <= start || start >= end) return []
  const found: Struct[] = []
  for (let at = findIndexSS(structs, start); at < structs.length; at++) {
    const struct = structs[at]!
    const { clock } = struct.id
    if (clock >= end) break
    found.push(cut(struct, Math.max(clock, start), Math.min(endOf(struct), end)))
  }
  return found
}

/** Returns the struct of a document that contains an id. */
export function structAt({ store }: Doc, { client, clock }: ID): Struct | undefined {
  const structs = store.clients.get(client)
  if (structs === undefined || endOf(structs.at(-1)!) <= clock) return undefined
  return structs[findIndexSS(structs, clock)]
}

/** Returns the part of a struct between two clocks as a struct; the struct itself if those are its own. */
export function cut(struct: Struct, start: number, end: number): Struct {
  const { client, clock } = struct.id
  if (start === clock && end === endOf(struct)) return struct
  const id = createID(client, start)
  if (!(struct instanceof Item)) return new GC(id, end - start)
  const origin = start === clock ? struct.origin : createID(client, start - 1)
  const { rightOrigin, parent, parentSub } = struct
  const content = cutContent(struct.content, start - clock, end - clock)
  const part = new Item(id, null, origin, null, rightOrigin, parent, parentSub, content)
  if (struct.deleted) part.markDeleted()
  return part
}

function cutContent(content: Item['content'], start: number, end: number): Item['content'] {
  if (content instanceof ContentString) return new ContentString(content.str.slice(start, end))
  if (content instanceof ContentAny) return new ContentAny(content.arr.slice(start, end))
  if (content instanceof ContentJSON) return new ContentJSON(content.arr.slice(start, end))
  if (content instanceof ContentDeleted) return new ContentDeleted(end - start)
  throw new TypeError('one piece has no parts')
}

/**
 * Cuts a struct into pieces that are no larger than a size, as far as it can be cut. A text is never cut
 * within a surrogate pair.
 */
export function pieces(struct: Struct, maxBytes: number): Struct[] {
  if (bytesOf(struct) <= maxBytes) return [struct]
  const middle = middleOf(struct)
  if (middle === undefined) return [struct]
  const { clock } = struct.id
  return [cut(struct, clock, middle), cut(struct, middle, endOf(struct))].flatMap((half) =>
    pieces(half, maxBytes),
  )
}

/** Returns a clock at which a struct can be cut in two, if there is one. */
function middleOf(struct: Struct): number | undefined {
  const half = Math.floor(struct.length / 2)
  const text = struct instanceof Item && struct.content instanceof ContentString
  const isInPair = text && isWithinPair((struct.content as ContentString).str, half)
  const middle = isInPair ? half + 1 : half
  return middle > 0 && middle < struct.length ? struct.id.clock + middle : undefined
}

/** Returns whether a clock of a document is within a surrogate pair. */
export function isWithinPairAt(doc: Doc, client: number, clock: number): boolean {
  const struct = structAt(doc, createID(client, clock))
  if (!(struct instanceof Item) || !(struct.content instanceof ContentString)) return false
  return isWithinPair(struct.content.str, clock - struct.id.clock)
}

/** Returns the first character or element of a struct, encoded. */
export function beginningOf(struct: Struct): Uint8Array {
  if (!(struct instanceof Item)) return new Uint8Array()
  const { content } = struct
  const isText = content instanceof ContentString
  const length = isText && isWithinPair(content.str, 1) ? 2 : 1
  return encoded(length < content.getLength() ? cutContent(content, 0, length) : content)
}

function isWithinPair(text: string, at: number): boolean {
  return at > 0 && /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(at - 1, at + 1))
}

/** Drops the content of a deleted struct, which Yjs keeps while it can be undone; its length stays. */
export function withoutDeleted(struct: Struct): Struct {
  const hasContent = struct instanceof Item && struct.deleted && !isGone(struct)
  return hasContent && !(struct.content instanceof ContentType) ? withoutContent(struct) : struct
}

function withoutContent({ id, origin, rightOrigin, parent, parentSub, length }: Item): Item {
  const content = new ContentDeleted(length)
  return new Item(id, null, origin, null, rightOrigin, parent, parentSub, content)
}

export function bytesOf(struct: Struct): number {
  return encoded(struct).length
}

/** Compares two structs with the same clocks; `unknown` if the content of one is gone. */
export function compare(a: Struct, b: Struct): 'same' | 'different' | 'unknown' {
  if (!(a instanceof Item) || !(b instanceof Item))
    return a.deleted && b.deleted ? 'same' : 'unknown'
  if (!isSamePlace(a, b)) return 'different'
  if (isGone(a) || isGone(b)) return isGone(a) && isGone(b) ? 'same' : 'unknown'
  const isEqualContent =
    a.content.getRef() === b.content.getRef() && isEqual(encoded(a.content), encoded(b.content))
  return isEqualContent ? 'same' : 'different'
}

function isSamePlace(a: Item, b: Item): boolean {
  if (!compareIDs(a.origin, b.origin) || !compareIDs(a.rightOrigin, b.rightOrigin)) return false
  // A decoded item has a parent only if it has no neighbors.
  if (a.origin !== null || a.rightOrigin !== null) return true
  return isEqual(encoded(withoutContent(a)), encoded(withoutContent(b)))
}

function isGone({ content }: Item): boolean {
  return content instanceof ContentDeleted
}

function encoded(content: Struct | Item['content']): Uint8Array {
  const encoder = new UpdateEncoderV1()
  content.write(encoder, 0)
  return encoder.toUint8Array()
}

function isEqual(bytes: Uint8Array, others: Uint8Array): boolean {
  return bytes.length === others.length && bytes.every((byte, at) => byte === others[at])
}

/** Returns the ids that a struct depends on. */
function needsOf(struct: Struct): ID[] {
  if (!(struct instanceof Item)) return []
  const { origin, rightOrigin } = struct
  return [origin, rightOrigin, parentOf(struct)].filter((id) => id !== null)
}

/** Returns the id of an item's parent; `null` for a root, or if only its neighbors tell. */
export function parentOf({ parent }: Item): ID | null {
  if (parent === null || typeof parent === 'string') return null
  if ('clock' in parent) return parent
  return parent._item?.id ?? null
}

/** Structs in causal order, and those that wait for others. */
export interface Ordered {
  readonly placed: Struct[]
  readonly waiting: Struct[]
}

/**
 * Puts structs in causal order: each comes after everything that it depends on.
 *
 * @param clocks the state vector to begin with; advanced by the structs that are placed
 */
export function inOrder(structs: Iterable<Struct>, clocks: Map<number, number>): Ordered {
  const queues = queuesOf(structs)
  const placed: Struct[] = []
  const isThere = ({ client, clock }: ID) => clock < (clocks.get(client) ?? 0)
  const isNext = (struct: Struct) =>
    struct.id.clock <= (clocks.get(struct.id.client) ?? 0) && needsOf(struct).every(isThere)
  for (let before = -1; before < placed.length;) {
    before = placed.length
    for (const queue of queues) {
      for (let next = queue.at(-1); next !== undefined && isNext(next); next = queue.at(-1)) {
        queue.pop()
        placed.push(next)
        clocks.set(next.id.client, Math.max(endOf(next), clocks.get(next.id.client) ?? 0))
      }
    }
  }
  return { placed, waiting: queues.flatMap((queue) => queue.toReversed()) }
}

/** Groups structs by client, the first clock last. */
export function queuesOf(structs: Iterable<Struct>): Struct[][] {
  const queues = new Map<number, Struct[]>()
  for (const struct of structs) {
    const queue = queues.get(struct.id.client)
    if (queue === undefined) queues.set(struct.id.client, [struct])
    else queue.push(struct)
  }
  return [...queues.values()].map((queue) => queue.toSorted((a, b) => b.id.clock - a.id.clock))
}
