import type { Json } from '@whereabouts/protocol'
import {
  AbstractType,
  Array as YArray,
  ContentEmbed,
  ContentFormat,
  ContentString,
  ContentType,
  Doc,
  type Item,
  Map as YMap,
  Text as YText,
  XmlElement,
  XmlFragment,
} from 'yjs'
import { encodeBase64 } from '../base64.js'

/**
 * A place in a document: the name of what is at its root, then keys of maps and objects. A part of a list or text has the
 * id of its item, `#<client>:<clock>`, so that it stays the same part when others come before it.
 *
 * @example ['cells:sheet-1', '4:2']
 */
export type DocumentPath = readonly string[]

/** A part of a document, and its step in a path. */
export type Entry = readonly [step: string, value: unknown]

type Type = AbstractType<unknown>

/** A piece of a text, which ends with an embedded value such as the marker of a block, or where the text ends. */
export class TextPiece {
  readonly ops: Json[] = []

  /** Adds text with its formats, which continues what has the same. */
  write(insert: string, attributes: { readonly [name: string]: Json } | undefined): void {
    const last = this.ops.at(-1) as { insert: Json; attributes?: Json } | undefined
    const isSame = JSON.stringify(last?.attributes) === JSON.stringify(attributes)
    if (last !== undefined && isSame && typeof last.insert === 'string') last.insert += insert
    else this.ops.push({ insert, ...(attributes && { attributes }) })
  }
}

/** What is nested deeper isn't read. */
const MOST_LEVELS = 100
const ELLIPSIS = '…'

/**
 * Returns a document as JSON: maps as objects, lists as arrays, a text as a string or, with formats or embedded values, as a
 * Quill delta, an XML element with `name`, `attributes` and `children`, bytes with `base64`.
 *
 * @param doc of which nothing has to be known
 */
export function documentJson(doc: Doc): Json {
  return Object.fromEntries(
    [...entriesOf(doc)].map(([name, type]): [string, Json] => [name, toJson(type)]),
  )
}

/** Returns a part of a document as JSON. */
export function toJson(value: unknown, levels = MOST_LEVELS): Json {
  if (levels === 0) return ELLIPSIS
  const below = (each: unknown) => toJson(each, levels - 1)
  if (value instanceof TextPiece) return value.ops
  if (value instanceof Doc) return { subdocument: value.guid }
  if (value instanceof Uint8Array) return { base64: encodeBase64(value) }
  if (value instanceof AbstractType) return typeJson(value as Type, below)
  if (Array.isArray(value)) return value.map(below)
  if (typeof value === 'object' && value !== null) return recordOf(Object.entries(value), below)
  if (typeof value === 'bigint') return String(value)
  return (value ?? null) as Json
}

/** Returns the part of a document at a path; `undefined` if there is none. */
export function valueAt(doc: Doc, path: DocumentPath): unknown {
  let value: unknown = doc
  for (const step of path) value = partAt(value, step)
  return value
}

/** Returns the parts of a part, in order: of a document, its roots. A part without parts has none. */
export function* entriesOf(value: unknown): Generator<Entry> {
  if (value instanceof Doc) yield* [...value.share].toSorted(byName)
  else if (value instanceof AbstractType) yield* partsOf(value as Type)
  else if (value instanceof TextPiece || value instanceof Uint8Array) return
  else if (typeof value === 'object' && value !== null) yield* Object.entries(value)
}

/** Returns the kind of a shared type; one at the root that nobody named yet has what is in it. */
export function shapeOf(type: Type): 'map' | 'list' | 'text' | 'element' {
  if (type instanceof XmlElement) return 'element'
  if (type instanceof YText) return 'text'
  if (type instanceof YMap) return 'map'
  if (type instanceof YArray || type instanceof XmlFragment) return 'list'
  for (const { content } of itemsOf(type)) {
    if (content instanceof ContentString || content instanceof ContentFormat) return 'text'
    if (content instanceof ContentEmbed) return 'text'
    // An embedded map is told from an item of a list by the text beside it.
    if (!(content instanceof ContentType)) return 'list'
  }
  return type._start === null ? 'map' : 'list'
}

function* partsOf(type: Type): Generator<Entry> {
  const shape = shapeOf(type)
  if (shape === 'text') return yield* piecesOf(type)
  if (shape !== 'list') yield* attributesOf(type)
  if (shape !== 'map') yield* elementsOf(type)
}

function partAt(value: unknown, step: string): unknown {
  if (value instanceof Doc) return value.share.get(step)
  if (value instanceof AbstractType) {
    const type = value as Type
    const item = shapeOf(type) === 'text' ? undefined : type._map.get(step)
    if (item !== undefined) return item.deleted ? undefined : lastOf(item)
    for (const [each, part] of partsOf(type)) if (each === step) return part
    return undefined
  }
  if (typeof value !== 'object' || value === null || value instanceof TextPiece) return undefined
  return Object.hasOwn(value, step) ? (value as { [step: string]: unknown })[step] : undefined
}

function typeJson(type: Type, below: (value: unknown) => Json): Json {
  const shape = shapeOf(type)
  if (shape === 'text') return textJson(type)
  if (shape === 'map') return recordOf([...attributesOf(type)], below)
  const children = [...elementsOf(type)].map(([, each]) => below(each))
  if (shape === 'list') return children
  const attributes = recordOf([...attributesOf(type)], below)
  return { name: (type as unknown as XmlElement).nodeName, attributes, children }
}

function textJson(type: Type): Json {
  const ops = [...piecesOf(type)].flatMap(([, piece]) => piece.ops)
  const isPlain = ops.every((op) => {
    const { insert, attributes } = op as { readonly insert: Json; readonly attributes?: Json }
    return typeof insert === 'string' && attributes === undefined
  })
  return isPlain ? ops.map((op) => (op as { readonly insert: string }).insert).join('') : ops
}

function* attributesOf({ _map }: Type): Generator<Entry> {
  for (const [key, item] of _map) if (!item.deleted) yield [key, lastOf(item)]
}

function* elementsOf(type: Type): Generator<Entry> {
  for (const item of itemsOf(type)) {
    if (!item.countable) continue
    const { client, clock } = item.id
    for (const [offset, value] of item.content.getContent().entries())
      yield [`#${client}:${clock + offset}`, value]
  }
}

function* piecesOf(type: Type): Generator<readonly [string, TextPiece]> {
  let piece = new TextPiece()
  const formats = new Map<string, Json>()
  for (const { id, content } of itemsOf(type)) {
    const attributes = formats.size === 0 ? undefined : Object.fromEntries(formats)
    if (content instanceof ContentString) piece.write(content.str, attributes)
    else if (content instanceof ContentFormat) setFormat(formats, content)
    else {
      for (const value of content.getContent()) piece.ops.push({ insert: toJson(value) })
      yield [`#${id.client}:${id.clock}`, piece]
      piece = new TextPiece()
    }
  }
  if (piece.ops.length > 0) yield ['end', piece]
}

function setFormat(formats: Map<string, Json>, { key, value }: ContentFormat): void {
  if (value === null) formats.delete(key)
  else formats.set(key, value as Json)
}

function* itemsOf(type: Type): Generator<Item> {
  for (let item = type._start; item !== null; item = item.right) if (!item.deleted) yield item
}

function lastOf({ content, length }: Item): unknown {
  return content.getContent()[length - 1]
}

function recordOf(entries: readonly Entry[], below: (value: unknown) => Json): Json {
  return Object.fromEntries(entries.map(([key, value]): [string, Json] => [key, below(value)]))
}

function byName([one]: Entry, [other]: Entry): number {
  return one < other ? -1 : 1
}
