import { ContentFormat, ContentString, ContentType, Map as YMap, type Item, type Text } from 'yjs'
import { ATTRIBUTES, isBlockType, readAttributes, readMarks } from './attributes.js'
import {
  EMBED,
  isAtom,
  joinRuns,
  sameFields,
  type Block,
  type BlockType,
  type Run,
} from './block.js'

/** The marker that ends a block. @see PAGE.md PF2 */
export type Marker = YMap<unknown>

/** A block in a text of the document. */
export interface Entry {
  readonly block: Block
  /** `null` for text at the end whose marker was deleted while someone wrote there. */
  readonly marker: Marker | null
  /** The length in characters, including the marker. */
  readonly length: number
  /** The table's id. */
  readonly table: string | null
}

// Each is replaced by one character, so that positions stay the same.
// oxlint-disable-next-line no-control-regex -- these can't be shown
const CONTROL = /[\u0000-\u0008\u000B-\u001F]/g
const TABLE_ID = /^[0-9a-z]{1,24}$/

/** Makes a text well-formed and replaces its control characters. */
export const cleanText = (text: string): string => text.toWellFormed().replaceAll(CONTROL, '\uFFFD')

/** Reads the blocks of a text, which a stranger may have written. @see PAGE.md PF2, PG7 */
export function readFlow(text: Text): readonly Entry[] {
  const reader = new FlowReader()
  for (let item = text._start; item !== null; item = item.right) reader.take(item)
  return reader.finish()
}

class FlowReader {
  readonly #entries: Entry[] = []
  readonly #formats = new Map<string, unknown>()
  #marks = readMarks([])
  #runs: Run[] = []
  #length = 0

  take({ content, deleted, countable, length }: Item): void {
    if (deleted) return
    if (content instanceof ContentFormat) {
      this.#formats.set(content.key, content.value)
      this.#marks = readMarks(this.#formats)
    } else if (!countable) return
    else if (content instanceof ContentString) this.#add(cleanText(content.str), length)
    else if (content instanceof ContentType && content.type instanceof YMap) {
      this.#end(content.type as Marker)
    } else this.#add(EMBED.repeat(length), length)
  }

  finish(): readonly Entry[] {
    if (this.#length > 0) this.#endOpen()
    return this.#entries
  }

  #add(text: string, length: number): void {
    this.#runs.push({ text, marks: this.#marks })
    this.#length += length
  }

  #end(marker: Marker): void {
    const table = marker.get('table')
    const type = this.#typeOf(marker)
    if (isAtom({ type }) && this.#length > 0) this.#endOpen()
    this.#push(type, marker, attributesOf(marker, type))
    if (type === 'table') {
      this.#entries.push({ ...this.#entries.pop()!, table: table as string })
    }
  }

  #typeOf(marker: Marker): BlockType {
    const type = marker.get('type') ?? 'paragraph'
    if (type === 'table') {
      const table = marker.get('table')
      return typeof table === 'string' && TABLE_ID.test(table) ? 'table' : 'unknown'
    }
    if (isBlockType(type)) return type
    // Text stays readable even if its block's type is unknown.
    return this.#length > 0 ? 'paragraph' : 'unknown'
  }

  #endOpen(): void {
    this.#push('paragraph', null, {})
  }

  #push(type: BlockType, marker: Marker | null, attributes: Block['attributes']): void {
    const block = { type, attributes, content: joinRuns(this.#runs) }
    const length = this.#length + (marker === null ? 0 : 1)
    this.#entries.push({ block, marker, length, table: null })
    this.#runs = []
    this.#length = 0
  }
}

interface Known {
  readonly type: BlockType
  readonly fields: { readonly [name: string]: unknown }
  readonly attributes: Block['attributes']
}

// Checking all characters of every image at each edit takes too long.
const known = new WeakMap<Marker, Known>()

const NONE: Block['attributes'] = {}

function attributesOf(marker: Marker, type: BlockType): Block['attributes'] {
  if (marker.size === 0 && type === 'paragraph') return NONE
  const fields = Object.fromEntries([...ATTRIBUTES].map((name) => [name, marker.get(name)]))
  const before = known.get(marker)
  if (before?.type === type && sameFields(before.fields, fields)) return before.attributes
  const attributes = readAttributes(type, fields)
  known.set(marker, { type, fields, attributes })
  return attributes
}
