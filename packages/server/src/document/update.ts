import { type BadUpdateReason, Problem } from '@whereabouts/protocol'
import {
  ContentAny,
  ContentDoc,
  ContentEmbed,
  ContentFormat,
  ContentJSON,
  decodeUpdateV2,
  type GC,
  Item,
  type Skip,
  UpdateDecoderV1,
} from 'yjs'

/** A part of an update that adds to the document. */
export type Struct = GC | Item | Skip

/** The structs that an update has of one client: each begins where the one before it ends. */
export interface Run {
  readonly client: number
  readonly structs: readonly Struct[]
}

/** An update as it was read, before any document sees it. */
export interface ReadUpdate {
  readonly runs: readonly Run[]
  /** What it deletes, by client: clock and length, in ascending order. */
  readonly deletes: ReadonlyMap<number, readonly { readonly clock: number; readonly len: number }[]>
  readonly roots: ReadonlySet<string>
  /** Where it has subdocuments. */
  readonly subdocuments: readonly Id[]
}

type Decoder = ConstructorParameters<typeof UpdateDecoderV1>[0]

/** How deep JSON may be nested, and types in types: `JSON.stringify` and Yjs recurse. */
export const MAX_DEPTH = 100
/**
 * Structs and deleted ranges of one update. A sheet of 100,000 cells has as many; the smallest struct
 * is 2 bytes, so that 1 MiB could hold 500,000.
 */
const MAX_PIECES = 250_000
/** Clients of one update; each time a page is opened makes one. What waits costs Yjs their square. */
const MAX_CLIENTS = 20_000
/**
 * Types at the root of one update or document. A page has one for each cell of its tables, of which it
 * shows 10,000; Yjs takes half a second to write so many down, and the square of that for more.
 */
export const MAX_ROOTS = 12_000
const MAX_ROOT_NAME = 1_024
/**
 * Subdocuments of one update or document: each takes 3 kB of memory, and Yjs goes through all clients
 * of the document when one is deleted. Nothing of ours makes any.
 */
export const MAX_SUBDOCUMENTS = 500
/**
 * How often Yjs may copy values to merge the structs of a list into one, which costs it the square of
 * how many they are, in memory as well. It merges what it encodes itself.
 */
const MAX_COPIES = 20_000_000
/** Yjs's other encoding, in which it keeps what waits, doubles a clock; 2^53 is what a number can hold. */
const CLOCK_END = 2 ** 48

const DETAILS: Record<BadUpdateReason, string> = {
  malformed:
    'The body is not a whole update of Yjs 13 in encoding version 1. Send what Y.encodeStateAsUpdate() returns.',
  'too-deep': `The update nests JSON values or types too deep. Nest them at most ${MAX_DEPTH} deep.`,
  'too-costly': 'The update takes too much work to apply. Post it in smaller parts.',
  'clock-taken':
    'The document has other content under the same client id and clocks. Make the edit again under a new client id.',
  pending:
    'Too much of the document waits for missing updates. Post the updates that this one depends on first.',
}

/** What refuses an update. */
export function badUpdate(reason: BadUpdateReason): Problem {
  return new Problem('bad-update', DETAILS[reason], { reason })
}

/**
 * Reads an update within its budget, whole and with nothing after it, before a document sees it: one
 * that is cut off would be taken in by half, and one in Yjs's other encoding reads as an empty one
 * with something after it.
 *
 * @throws {Problem} bad-update: `malformed`, `too-deep`, `too-costly`
 * @see PROTOCOL.md DO12, DO13, DO40
 */
export function readUpdate(bytes: Uint8Array): ReadUpdate {
  let decoder: Decoder | undefined
  class Version1 extends BoundedDecoder {
    constructor(given: Decoder) {
      super(given)
      decoder = given
    }
  }
  try {
    const { structs, ds } = decodeUpdateV2(bytes, Version1)
    if (decoder?.pos !== bytes.byteLength) throw badUpdate('malformed')
    checkStructs(structs)
    for (const [client, ranges] of ds.clients) checkRanges(client, ranges)
    return {
      runs: runsOf(structs),
      deletes: ds.clients,
      roots: rootsOf(structs),
      subdocuments: structs.filter(isSubdocument).map(({ id }) => id),
    }
  } catch (error) {
    // Whatever Yjs stumbled over, it says no more than that this can't be read.
    throw error instanceof Problem ? error : badUpdate('malformed')
  }
}

/** Stops before it has made more of an update than its budget allows. */
class BoundedDecoder extends UpdateDecoderV1 {
  #pieces = 0
  #clients = 0
  #subdocuments = 0
  #lastClient = Infinity

  /** Merging needs each client once, the highest first, as Yjs writes them. */
  override readClient(): number {
    const client = super.readClient()
    if (!(client < this.#lastClient) || !Number.isSafeInteger(client)) throw badUpdate('malformed')
    this.#lastClient = client
    if (++this.#clients > MAX_CLIENTS) throw badUpdate('too-costly')
    return client
  }

  override readInfo(): number {
    this.#count(1)
    const info = super.readInfo()
    // Before it is made.
    const isOneMore = (info & CONTENT_BITS) === SUBDOCUMENT
    if (isOneMore && ++this.#subdocuments > MAX_SUBDOCUMENTS) throw badUpdate('too-costly')
    return info
  }

  override readDsClock(): number {
    this.#count(1)
    return super.readDsClock()
  }

  override readAny(): unknown {
    return this.#any(0)
  }

  #count(pieces: number): void {
    this.#pieces += pieces
    if (this.#pieces > MAX_PIECES) throw badUpdate('too-costly')
  }

  /** As lib0 reads it, which recurses without a bound. */
  #any(depth: number): unknown {
    const { arr, pos } = this.restDecoder
    const isObject = arr[pos] === ANY_OBJECT
    if (!isObject && arr[pos] !== ANY_ARRAY) return super.readAny()
    if (depth >= MAX_DEPTH) throw badUpdate('too-deep')
    this.restDecoder.pos += 1
    const length = this.readLen()
    const values: unknown[] = []
    const object: { [key: string]: unknown } = {}
    for (let index = 0; index < length; index++) {
      if (isObject) this.#field(object, depth + 1)
      else values.push(this.#any(depth + 1))
    }
    return isObject ? object : values
  }

  /** lib0 makes the value of `__proto__` the object's prototype, so that it is no content of anybody's. */
  #field(object: { [key: string]: unknown }, depth: number): void {
    const key = this.readString()
    const value = this.#any(depth)
    if (key !== PROTOTYPE) object[key] = value
    // What has bytes as its prototype passes for bytes, and nobody could encode the document again.
    else if (value instanceof Uint8Array) throw badUpdate('malformed')
  }
}

/** How Yjs marks a struct's content as a subdocument. */
const CONTENT_BITS = 31
const SUBDOCUMENT = 9
/** How lib0 marks a value as an object, or an array. */
const ANY_OBJECT = 118
const ANY_ARRAY = 117
/** The key that readers don't keep. @see PROTOCOL.md DO22 */
export const PROTOTYPE = '__proto__'

/** The structs of an update by client. */
export function runsOf(structs: readonly Struct[]): Run[] {
  const runs: { client: number; structs: Struct[] }[] = []
  for (const struct of structs) {
    const { client } = struct.id
    const last = runs.at(-1)
    if (last?.client === client) last.structs.push(struct)
    else runs.push({ client, structs: [struct] })
  }
  return runs
}

function checkStructs(structs: readonly Struct[]): void {
  let copies = 0
  let merged = 0
  for (const [index, struct] of structs.entries()) {
    checkStruct(struct)
    merged = isMerged(structs[index - 1], struct) ? merged + 1 : 0
    copies += merged * struct.length
    if (copies > MAX_COPIES) throw badUpdate('too-costly')
  }
}

/** Whether Yjs may make one of both, and copies the values of all that it has made one so far. */
function isMerged(left: Struct | undefined, right: Struct): boolean {
  if (!(left instanceof Item && right instanceof Item)) return false
  const { origin, content } = right
  const isList = content instanceof ContentAny || content instanceof ContentJSON
  if (!isList || left.content.constructor !== content.constructor) return false
  const end = left.id.clock + left.length
  const { client, clock } = right.id
  const follows = origin?.client === client && origin.clock === clock - 1
  return follows && left.id.client === client && end === clock
}

/** Whether it is a document in the document. */
export function isSubdocument(struct: Struct): boolean {
  return struct instanceof Item && struct.content instanceof ContentDoc
}

function checkStruct(struct: Struct): void {
  checkRange(struct.id.clock, struct.length)
  if (!(struct instanceof Item)) return
  const { id, origin, rightOrigin, parent, content } = struct
  const refersOk = isBefore(origin, id) && isBefore(rightOrigin, id)
  const parentOk = parent === null || typeof parent === 'string' || isBefore(parent as Id, id)
  if (!refersOk || !parentOk) throw badUpdate('malformed')
  if (content instanceof ContentJSON) checkDepth(content.arr, -1)
  else if (content instanceof ContentEmbed) checkDepth(content.embed, 0)
  else if (content instanceof ContentFormat) checkDepth(content.value, 0)
  // It is written down again as text.
  else if (content instanceof ContentDoc && typeof content.doc.guid !== 'string') {
    throw badUpdate('malformed')
  }
}

/** The client and the clock of a part of the document. */
export interface Id {
  readonly client: number
  readonly clock: number
}

/** Nobody can have referred to what they had not made yet; what others made may come later. */
function isBefore(reference: Id | null, id: Id): boolean {
  if (reference === null) return true
  const { client, clock } = reference
  if (!Number.isSafeInteger(client) || clock >= CLOCK_END) return false
  return client !== id.client || clock < id.clock
}

/** Yjs makes none that is empty, and stumbles over those that are. */
function checkRange(clock: number, length: number): void {
  if (length > 0 && clock + length <= CLOCK_END) return
  throw badUpdate('malformed')
}

/** Yjs writes them sorted and merged, and can't keep others while they wait. */
function checkRanges(client: number, ranges: readonly { clock: number; len: number }[]): void {
  if (!Number.isSafeInteger(client)) throw badUpdate('malformed')
  let end = 0
  for (const { clock, len } of ranges) {
    checkRange(clock, len)
    if (clock < end) throw badUpdate('malformed')
    end = clock + len
  }
}

function checkDepth(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  if (depth >= MAX_DEPTH) throw badUpdate('too-deep')
  for (const inner of Object.values(value)) checkDepth(inner, depth + 1)
}

/** The roots that structs say they are in. */
export function rootsOf(structs: readonly Struct[]): ReadonlySet<string> {
  const roots = new Set<string>()
  for (const struct of structs) {
    const parent: unknown = struct instanceof Item ? struct.parent : undefined
    if (typeof parent !== 'string') continue
    if (parent.length > MAX_ROOT_NAME) throw badUpdate('too-costly')
    roots.add(parent)
  }
  return roots
}
