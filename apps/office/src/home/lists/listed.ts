import type { ListedDocument } from '@whereabouts/client'
import { isNamedByChance, type Kind } from '../../route.js'
import { parseTitle } from '../../title.js'

/** A sheet or a page in one of the user's lists. */
export interface Listed {
  readonly room: string
  readonly kind: Kind
  readonly title: string | undefined
  readonly updatedAtMs: number
  readonly isOwn: boolean
  readonly isStarred: boolean
  /** When it is deleted, if it is in the trash. */
  readonly deletedFromMs: number | undefined
}

/** Reads what a list says of a document; `undefined` of one that this application can't open. */
export function listedFrom(document: ListedDocument): Listed | undefined {
  const { room, updatedAtMs, deletedFromMs } = document
  const kind = parseKind(document.kind, room)
  if (kind === undefined) return undefined
  return {
    room,
    kind,
    title: parseTitle(document.title),
    updatedAtMs,
    isOwn: document.own === true,
    isStarred: document.starred === true,
    deletedFromMs,
  }
}

/** Returns the kind that a word says, or else the random name of a room; `undefined` if neither says one. */
function parseKind(said: unknown, room: string): Kind | undefined {
  if (said === 'sheet' || said === 'page') return said
  const [, named] =
    said === undefined && isNamedByChance(room) ? (/^(sheet|page)-/.exec(room) ?? []) : []
  return named as Kind | undefined
}
