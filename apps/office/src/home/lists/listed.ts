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
  /** The id of the user's folder that it is in. */
  readonly folder: string | undefined
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
    folder: document.folder,
    deletedFromMs,
  }
}

/**
 * Returns the kind that the random name of a room says, or else a word, which any editor may have said; `undefined` if
 * neither says one.
 *
 * @see OFFICE.md HM18
 */
function parseKind(said: unknown, room: string): Kind | undefined {
  const [, named] = isNamedByChance(room) ? (/^(sheet|page)-/.exec(room) ?? []) : []
  if (named !== undefined) return named as Kind
  return said === 'sheet' || said === 'page' ? said : undefined
}
