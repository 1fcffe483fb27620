import {
  ContentType,
  createAbsolutePositionFromRelativePosition,
  createID,
  createRelativePositionFromJSON,
  createRelativePositionFromTypeIndex,
  findRootTypeKey,
  getItem,
  Item,
  relativePositionToJSON,
  type AbstractType,
  type Doc,
} from 'yjs'
import { parseCellName } from './tables.js'

/** The main text of a page; each table cell has another text. @see PAGE.md PF1 */
export const TEXT = 'text'

/** A place in one of the texts of a page. */
export interface Place {
  /** The name of the text. */
  readonly flow: string
  /** In characters; a marker is one character. */
  readonly index: number
}

type Id = { readonly client: number; readonly clock: number }

/** A `Y.RelativePosition` as JSON. */
export interface RelativeJson {
  readonly type: Id | null
  readonly tname: string | null
  readonly item: Id | null
  readonly assoc: number
}

/** Returns whether a name is that of a text of a page. */
export const isFlow = (name: string): boolean => name === TEXT || parseCellName(name) !== undefined

/**
 * Returns a place as it is sent. It moves along with the character before it, or with the one after
 * it.
 */
export function toRelative(
  doc: Doc,
  { flow, index }: Place,
  side: 'before' | 'after',
): RelativeJson {
  const assoc = side === 'before' ? -1 : 0
  const made = createRelativePositionFromTypeIndex(doc.getText(flow), index, assoc)
  const {
    type = null,
    tname = null,
    item = null,
  } = relativePositionToJSON(made) as Partial<RelativeJson>
  return { type, tname, item, assoc }
}

/** Returns the current place; `undefined` if it doesn't exist, or not yet. */
export function toPlace(doc: Doc, relative: RelativeJson): Place | undefined {
  // Yjs would create a text that doesn't exist.
  if (relative.tname !== null && !doc.share.has(relative.tname)) return undefined
  const found = createAbsolutePositionFromRelativePosition(
    createRelativePositionFromJSON(relative),
    doc,
  )
  const flow = found === null ? undefined : rootName(found.type)
  return flow !== undefined && isFlow(flow) ? { flow, index: found!.index } : undefined
}

/** Returns whether a place's character is deleted, and nothing of its block is left before it. */
export function isPlaceGone(doc: Doc, { item: id }: RelativeJson): boolean {
  if (id === null) return false
  const item = getItem(doc.store, createID(id.client, id.clock))
  if (!(item instanceof Item)) return true
  if (!item.deleted) return false
  let before = item.left
  while (before !== null && (before.deleted || !before.countable)) before = before.left
  return before === null || before.content instanceof ContentType
}

/** Returns the name of the root that contains a type at any depth. */
export function rootName(type: AbstractType<unknown>): string | undefined {
  let root = type
  while (root._item !== null) root = root._item.parent as AbstractType<unknown>
  try {
    return findRootTypeKey(root)
  } catch {
    // The document is being destroyed.
    return undefined
  }
}

/** Parses a place as it is sent; returns `undefined` if it isn't one. @see PROTOCOL.md CL15 */
export function parseRelative(value: unknown): RelativeJson | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const fields = value as { readonly [field: string]: unknown }
  const type = parseId(fields['type'])
  const item = parseId(fields['item'])
  const tname = fields['tname'] ?? null
  const assoc = fields['assoc'] ?? 0
  if (type === undefined || item === undefined || typeof assoc !== 'number') return undefined
  if (tname !== null && !(typeof tname === 'string' && isFlow(tname))) return undefined
  if (type === null && item === null && tname === null) return undefined
  return { type, tname, item, assoc }
}

/** Returns `null` for no id, and `undefined` for an invalid one. */
function parseId(value: unknown): Id | null | undefined {
  if (value === null || value === undefined) return null
  if (typeof value !== 'object') return undefined
  const { client, clock } = value as { readonly [field: string]: unknown }
  return isCount(client) && isCount(clock) ? { client, clock } : undefined
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
