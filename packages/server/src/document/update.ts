import { type BadUpdateReason, Problem } from '@whereabouts/protocol'
import {
  ContentAny,
  ContentDeleted,
  ContentDoc,
  ContentEmbed,
  ContentFormat,
  ContentJSON,
  decodeUpdateV2,
  GC,
  Item,
  mergeUpdates,
  type Skip,
  UpdateDecoderV1,
  UpdateDecoderV2,
  UpdateEncoderV1,
} from 'yjs'

/** A part of an update that adds to the document. */
export type Struct = GC | Item | Skip

/** The structs of one client in an update, without gaps. */
export interface Run {
  readonly client: number
  readonly structs: readonly Struct[]
}

/** A parsed update, before it is applied to a document. */
export interface ReadUpdate {
  /** The update, with the deletions of its deleted structs. @see PROTOCOL.md DO65 */
  readonly bytes: Uint8Array
  readonly runs: readonly Run[]
  /** The deleted ranges by client, in ascending order of their clocks. */
  readonly deletes: ReadonlyMap<number, readonly { readonly clock: number; readonly len: number }[]>
  readonly roots: ReadonlySet<string>
  /** The ids of its subdocuments. */
  readonly subdocuments: readonly Id[]
}

type Decoder = ConstructorParameters<typeof UpdateDecoderV1>[0]

/**
 * The maximum depth of JSON values, and of types within types: `JSON.stringify` and Yjs recurse.
 */
export const MAX_DEPTH = 100
/**
 * The maximum number of structs, deleted ranges and values of bytes in one update. A sheet of 100,000 cells has as
 * many; the smallest struct has 2 bytes, so 1 MiB could hold 500,000.
 */
const MAX_PIECES = 250_000
/**
 * The maximum number of clients in one update; opening a page makes one. Pending updates cost Yjs
 * the square of them.
 */
const MAX_CLIENTS = 20_000
/**
 * The maximum number of root types in one update or document. A page has one for each cell of its
 * tables, of which it shows 10,000; Yjs takes half a second to encode this many, and quadratic time
 * for more.
 */
export const MAX_ROOTS = 12_000
const MAX_ROOT_NAME = 1_024
/**
 * The maximum number of subdocuments in one update or document: each takes 3 kB of memory, and when
 * one is deleted, Yjs goes through all clients of the document. Our applications use none.
 */
export const MAX_SUBDOCUMENTS = 500
/**
 * The maximum number of values that Yjs copies to merge the structs of a list. Yjs merges structs when
 * it encodes, in quadratic time and memory.
 */
const MAX_COPIES = 20_000_000
/**
 * The end of all clocks: Yjs's encoding for pending updates doubles them, and numbers end at 2^53.
 */
const CLOCK_END = 2 ** 48

const DETAILS: Record<BadUpdateReason, string> = {
  malformed:
    'The body is not a whole update of Yjs 13 in encoding version 1. Send what Y.encodeStateAsUpdate() returns.',
  'too-deep': `The update nests JSON values or types too deep. Nest them at most ${MAX_DEPTH} deep.`,
  'too-costly': 'The update takes too much work to apply. Post it in smaller parts.',
  'clock-taken':
    'The document has other content under the same client id and clocks. Make the edit again under a new client id.',
  pending:
    'The update depends on others that are missing, and can’t wait for them. Post those first.',
}

const IS_VERSION_2 =
  'This is an update in encoding version 2 of Yjs. Convert it with Y.convertUpdateFormatV2ToV1(), or import the file with --v2.'

/** Returns the problem that refuses an update. */
export function badUpdate(reason: BadUpdateReason): Problem {
  return new Problem('bad-update', DETAILS[reason], { reason })
}

/**
 * Parses an update within its limits, before it is applied to a document. It must be complete with
 * nothing after it: Yjs would apply a truncated update in part, and reads an update in its other
 * encoding as an empty one.
 *
 * @throws {Problem} bad-update: `malformed`, `too-deep`, `too-costly`
 * @see PROTOCOL.md DO12, DO13, DO40, DO65
 */
export function readUpdate(bytes: Uint8Array): ReadUpdate {
  try {
    const { structs, ds } = decodeWhole(bytes, BoundedDecoder)
    checkStructs(structs)
    for (const [client, ranges] of ds.clients) checkRanges(client, ranges)
    const silent = structs.filter((struct) => isDeleted(struct) && !covers(ds.clients, struct))
    if (silent.length > 0) return readUpdate(mergeUpdates([bytes, deletionOf(silent)]))
    return {
      bytes,
      runs: runsOf(structs),
      deletes: ds.clients,
      roots: rootsOf(structs),
      subdocuments: structs.filter(isSubdocument).map(({ id }) => id),
    }
  } catch (error) {
    // An exception of Yjs only means that the update can't be parsed.
    throw error instanceof Problem ? error : badUpdate('malformed')
  }
}

/**
 * Checks that bytes from a trusted source are a whole update and nothing more. Its cost isn't bounded.
 *
 * @throws {Problem} bad-update: `malformed`
 * @see PROTOCOL.md AD26
 */
export function checkWhole(bytes: Uint8Array): void {
  if (isWhole(bytes, UpdateDecoderV1)) return
  if (!isWhole(bytes, UpdateDecoderV2)) throw badUpdate('malformed')
  throw new Problem('bad-update', IS_VERSION_2, { reason: 'malformed' })
}

function isWhole(bytes: Uint8Array, Base: typeof UpdateDecoderV1): boolean {
  try {
    decodeWhole(bytes, Base)
    return true
  } catch {
    return false
  }
}

/** Parses an update. @throws {Problem} bad-update: `malformed` if anything comes after it */
function decodeWhole(
  bytes: Uint8Array,
  Base: typeof UpdateDecoderV1,
): ReturnType<typeof decodeUpdateV2> {
  let decoder: Decoder | undefined
  class Whole extends Base {
    constructor(given: Decoder) {
      super(given)
      decoder = given
    }
  }
  const update = decodeUpdateV2(bytes, Whole)
  if (decoder?.pos !== bytes.byteLength) throw badUpdate('malformed')
  return update
}

function isDeleted(struct: Struct): boolean {
  return (
    struct instanceof GC || (struct instanceof Item && struct.content instanceof ContentDeleted)
  )
}

/** Returns whether a delete set, whose ranges may touch, has all clocks of a struct. */
function covers(
  deletes: ReadUpdate['deletes'],
  { id: { client, clock }, length }: Struct,
): boolean {
  const ranges = deletes.get(client) ?? []
  let from = clock
  for (let at = firstAfter(ranges, clock); at < ranges.length; at++) {
    if (from >= clock + length || ranges[at]!.clock > from) break
    from = ranges[at]!.clock + ranges[at]!.len
  }
  return from >= clock + length
}

/** Returns the index of the first range that ends after a clock. */
function firstAfter(ranges: readonly { clock: number; len: number }[], clock: number): number {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ranges[middle]!.clock + ranges[middle]!.len <= clock) low = middle + 1
    else high = middle
  }
  return low
}

/** Returns an update that deletes structs, which are in the order of an update. */
function deletionOf(structs: readonly Struct[]): Uint8Array {
  const encoder = new UpdateEncoderV1()
  const runs = runsOf(structs)
  const clientsWithStructs = 0
  encoder.writeLen(clientsWithStructs)
  encoder.writeLen(runs.length)
  for (const { client, structs: deleted } of runs) {
    encoder.resetDsCurVal()
    encoder.writeClient(client)
    encoder.writeLen(deleted.length)
    for (const { id, length } of deleted) {
      encoder.writeDsClock(id.clock)
      encoder.writeDsLen(length)
    }
  }
  return encoder.toUint8Array()
}

/** Stops decoding when an update exceeds its limits. */
class BoundedDecoder extends UpdateDecoderV1 {
  #pieces = 0
  #clients = 0
  #subdocuments = 0
  #lastClient = Infinity

  /** Merging needs each client once, in descending order, as Yjs writes them. */
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
    // This must come before the subdocument is created.
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

  /** Reads a value as lib0 does, but with a limited depth. */
  #any(depth: number): unknown {
    const { arr, pos } = this.restDecoder
    const isObject = arr[pos] === ANY_OBJECT
    if (arr[pos] === ANY_BYTES) this.#count(1)
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

  /**
   * Drops the value of `__proto__`, which lib0 makes the object's prototype, so that it isn't
   * content.
   */
  #field(object: { [key: string]: unknown }, depth: number): void {
    const key = this.readString()
    const value = this.#any(depth)
    if (key !== PROTOTYPE) object[key] = value
    // An object with bytes as its prototype looks like bytes, and then the document can't be
    // encoded.
    else if (value instanceof Uint8Array) throw badUpdate('malformed')
  }
}

/** The mark of a subdocument in a struct's content. */
const CONTENT_BITS = 31
const SUBDOCUMENT = 9
/** The marks of bytes, objects and arrays in lib0's encoding. */
const ANY_BYTES = 116
const ANY_OBJECT = 118
const ANY_ARRAY = 117
/** The key that readers drop. @see PROTOCOL.md DO22 */
export const PROTOTYPE = '__proto__'

/** Groups the structs of an update by client. */
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

/** Returns whether Yjs may merge two structs, which copies all values merged so far. */
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

/** Returns whether a struct is a subdocument. */
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
  // The guid is encoded as text again.
  else if (content instanceof ContentDoc && typeof content.doc.guid !== 'string') {
    throw badUpdate('malformed')
  }
}

/** The client and clock of a struct. */
export interface Id {
  readonly client: number
  readonly clock: number
}

/**
 * Returns whether a reference is possible: a client's structs can only refer to earlier ones of its
 * own.
 */
function isBefore(reference: Id | null, id: Id): boolean {
  if (reference === null) return true
  const { client, clock } = reference
  if (!Number.isSafeInteger(client) || clock >= CLOCK_END) return false
  return client !== id.client || clock < id.clock
}

/** @throws {Problem} bad-update if a range is empty, which Yjs never writes and can't handle */
function checkRange(clock: number, length: number): void {
  if (length > 0 && clock + length <= CLOCK_END) return
  throw badUpdate('malformed')
}

/**
 * @throws {Problem} bad-update if ranges aren't sorted and merged, as Yjs needs them while they are
 *   pending
 */
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

/** Returns the names of the roots that structs are in. */
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
