import {
  ContentAny,
  ContentEmbed,
  ContentFormat,
  ContentJSON,
  type Doc,
  Item,
  type Transaction,
} from 'yjs'
import { indexAt } from './disagreement.js'
import { isUnanchored } from './encode.js'
import type { Run, Struct } from './update.js'

/**
 * The maximum product of structs in roots without a neighbour and roots. It is the number of roots that
 * Yjs searches when a reader encodes the document, as it does for a listener on loading. A browser takes
 * a second for this many. A page with 10,000 cells has half as many.
 */
export const MAX_ROOT_SEARCHES = 200_000_000
/**
 * The maximum product of structs and format names. It is the number of formats that Yjs copies when a
 * reader loads or shows formatted text. A browser takes two seconds for this many. A page has six names.
 */
export const MAX_FORMAT_COPIES = 25_000_000

/**
 * The maximum number of structs, and objects, arrays and bytes in values. Each takes up to 250 bytes of memory
 * but only 2 bytes of an update, so a document of 64 MiB could take gigabytes. A sheet of 100,000 cells
 * has 300,000.
 */
export const MAX_PIECES = 1_000_000

/** The estimated memory of a value, in addition to its bytes in the store. */
const VALUE_BYTES = { container: 60, bytes: 250, text: 40, number: 16, other: 8 }
/** The estimated memory of a name in an object with many, which share no layout with other objects. */
const NAME_BYTES = 150
const MANY_NAMES = 64

/** What values have in them. */
interface Contents {
  /** Objects, arrays and bytes. */
  containers: number
  /** The estimated memory of them and of what is in them. */
  memoryBytes: number
}

/** The parts of a document that make reading costly. */
export interface ReadingCount {
  readonly structs: number
  /** Structs, and objects, arrays and bytes in values. */
  readonly pieces: number
  /** Structs in roots without a neighbour. */
  readonly unanchored: number
  /** Names of formats. */
  readonly formats: number
}

/**
 * Counts the parts of a document that cost readers more than the server. The server doesn't know the
 * types of roots, and nothing listens to its documents, so it never does the work of a reader.
 *
 * @see PROTOCOL.md DO28
 */
export class ReadingCost {
  #unanchored = 0
  readonly #contents: Contents = { containers: 0, memoryBytes: 0 }
  readonly #formats = new Set<string>()

  /** @param doc an empty document */
  constructor(private readonly doc: Doc) {
    doc.on('afterTransaction', (transaction: Transaction) => this.#count(transaction))
  }

  /** The estimated memory of the document's values, in addition to their bytes in the store. */
  get valuesBytes(): number {
    return this.#contents.memoryBytes
  }

  /** Returns the count of the document with these structs added. */
  with(runs: readonly Run[]): ReadingCount {
    const { clients } = this.doc.store
    const added = runs.flatMap(({ client, structs }) => newIn(structs, clients.get(client) ?? []))
    let structs = added.length
    for (const known of clients.values()) structs += known.length
    const formats = new Set(added.map(formatOf))
    formats.delete(undefined)
    const more = [...formats].filter((format) => !this.#formats.has(format!)).length
    const unanchored = this.#unanchored + added.filter(isUnanchoredInRoot).length
    const contents = { containers: 0, memoryBytes: 0 }
    for (const struct of added) addContents(struct, contents)
    const pieces = structs + this.#contents.containers + contents.containers
    return { structs, pieces, unanchored, formats: this.#formats.size + more }
  }

  /** Counts again, to leave out content that was deleted since. */
  recount(): void {
    this.#unanchored = 0
    this.#contents.containers = 0
    this.#contents.memoryBytes = 0
    this.#formats.clear()
    for (const structs of this.doc.store.clients.values()) {
      for (const struct of structs) this.#add(struct)
    }
  }

  #count({ beforeState, afterState }: Transaction): void {
    for (const [client, clock] of afterState) {
      const before = beforeState.get(client) ?? 0
      if (before === clock) continue
      const structs = this.doc.store.clients.get(client)!
      for (let index = indexAt(structs, before); index < structs.length; index++) {
        this.#add(structs[index]!)
      }
    }
  }

  #add(struct: Struct): void {
    addContents(struct, this.#contents)
    if (isUnanchoredInRoot(struct)) this.#unanchored += 1
    const format = formatOf(struct)
    if (format !== undefined) this.#formats.add(format)
  }
}

/** Returns the structs after the known ones of their client. */
function newIn(structs: readonly Struct[], known: readonly Struct[]): readonly Struct[] {
  const end = known.at(-1)
  const state = end === undefined ? 0 : end.id.clock + end.length
  return structs.slice(indexAt(structs, state))
}

function formatOf(struct: Struct): string | undefined {
  return struct instanceof Item && struct.content instanceof ContentFormat
    ? struct.content.key
    : undefined
}

/** Returns whether Yjs looks up a root's name when it encodes a struct, parsed or integrated. */
function isUnanchoredInRoot(struct: Struct): boolean {
  if (!isUnanchored(struct)) return false
  const parent: unknown = struct.parent
  if (typeof parent === 'string') return true
  return parent !== null && typeof parent === 'object' && '_item' in parent && parent._item === null
}

/** Adds what is in the values of a struct. */
function addContents(struct: Struct, contents: Contents): void {
  if (!(struct instanceof Item)) return
  const { content } = struct
  if (content instanceof ContentAny || content instanceof ContentJSON) addAll(content.arr, contents)
  else if (content instanceof ContentEmbed) addAll([content.embed], contents)
  else if (content instanceof ContentFormat) addAll([content.value], contents)
}

function addAll(values: readonly unknown[], contents: Contents): void {
  for (const value of values) {
    const kind = kindOf(value)
    contents.memoryBytes += VALUE_BYTES[kind]
    if (kind === 'container' || kind === 'bytes') contents.containers += 1
    if (kind === 'container') addContainer(value as object, contents)
  }
}

function addContainer(container: object, contents: Contents): void {
  const values: readonly unknown[] = Object.values(container)
  const hasManyNames = !Array.isArray(container) && values.length > MANY_NAMES
  if (hasManyNames) contents.memoryBytes += NAME_BYTES * values.length
  addAll(values, contents)
}

function kindOf(value: unknown): keyof typeof VALUE_BYTES {
  if (typeof value === 'string') return 'text'
  if (typeof value === 'number' || typeof value === 'bigint') return 'number'
  if (typeof value !== 'object' || value === null) return 'other'
  return value instanceof Uint8Array ? 'bytes' : 'container'
}
