import { isRoomName } from '@whereabouts/client'
import { parseTitle } from '../title.js'
import type { DocumentRoute, Kind } from '../route.js'

/** Which document. */
export type DocumentName = Pick<DocumentRoute, 'kind' | 'room'>

/** A document that was opened in this browser. */
export interface Recent extends DocumentName {
  /** As it was last known; `undefined` if it had none. */
  readonly title?: string
  readonly openedAtMs: number
  /** The room's position when the title was last looked up. */
  readonly lookedUpAt?: string
}

const MOST = 50
const STORED_AS = 'whereabouts:recent'
const KINDS: ReadonlySet<unknown> = new Set<Kind>(['sheet', 'page'])
const MAX_POSITION_CHARACTERS = 100

/** What a list of recent documents is kept in. */
export type RecentStorage = Pick<Storage, 'getItem' | 'setItem'>

/**
 * The documents that were opened in this browser, newest first, at most 50. Every change reads what
 * is stored first, which another tab may have written.
 *
 * @see OFFICE.md PG4
 */
export class RecentList {
  readonly #storage: () => RecentStorage
  readonly #listeners = new Set<() => void>()
  #text: string | null = null
  #list: readonly Recent[] = []

  /** @param storage gives the storage; where it is forbidden, already that throws. */
  constructor(storage: () => RecentStorage) {
    this.#storage = storage
  }

  /** The same list until something changes. */
  readonly getSnapshot = (): readonly Recent[] => {
    const text = this.#read()
    if (text !== this.#text) {
      this.#text = text
      this.#list = parseRecents(text)
    }
    return this.#list
  }

  /** Calls back when the list may be another one; returns how to stop that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Looks again: another tab may have changed the list. */
  readonly lookAgain = (): void => {
    for (const listener of this.#listeners) listener()
  }

  /** Puts a document at the top; what was known of it stays known. */
  opened(name: DocumentName, openedAtMs: number): void {
    const list = this.getSnapshot()
    const known = list.find((recent) => isSame(recent, name))
    const others = list.filter((recent) => recent !== known)
    this.#write([{ ...known, kind: name.kind, room: name.room, openedAtMs }, ...others])
  }

  /** Notes the title of a document, if it is in the list. */
  retitled(name: DocumentName, title: string | undefined, lookedUpAt?: string): void {
    this.#write(
      this.getSnapshot().map((recent) => {
        if (!isSame(recent, name)) return recent
        const { title: _title, ...rest } = recent
        const at = lookedUpAt ?? recent.lookedUpAt
        return {
          ...rest,
          ...(title === undefined ? {} : { title }),
          ...(at === undefined ? {} : { lookedUpAt: at }),
        }
      }),
    )
  }

  /** Takes a document off the list; the document stays where it is. */
  forget(name: DocumentName): void {
    this.#write(this.getSnapshot().filter((recent) => !isSame(recent, name)))
  }

  #read(): string | null {
    try {
      return this.#storage().getItem(STORED_AS)
    } catch {
      // Forbidden: the list is what this page was told.
      return this.#text
    }
  }

  #write(list: readonly Recent[]): void {
    const kept = list.slice(0, MOST)
    const text = JSON.stringify(kept)
    if (text === this.#text) return
    try {
      this.#storage().setItem(STORED_AS, text)
    } catch {
      // Full or forbidden: a list for this visit, or the one before.
    }
    this.#text = text
    this.#list = kept
    this.lookAgain()
  }
}

/** Whether both are the same document, shown as the same thing. */
function isSame(a: DocumentName, b: DocumentName): boolean {
  return a.kind === b.kind && a.room === b.room
}

function parseRecents(text: string | null): readonly Recent[] {
  try {
    const stored: unknown = JSON.parse(text ?? '[]')
    if (!Array.isArray(stored)) return []
    const seen = new Set<string>()
    const recents = stored.slice(0, MOST).flatMap((entry) => parseRecent(entry) ?? [])
    return recents.filter(({ kind, room }) => {
      const name = `${kind}/${room}`
      if (seen.has(name)) return false
      seen.add(name)
      return true
    })
  } catch {
    // Something else than a list is stored there: an empty one, no worse.
    return []
  }
}

function parseRecent(entry: unknown): Recent | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined
  const { kind, room, title, openedAtMs, lookedUpAt } = entry as {
    readonly [field: string]: unknown
  }
  if (!KINDS.has(kind) || typeof room !== 'string' || !isRoomName(room)) return undefined
  if (typeof openedAtMs !== 'number' || !Number.isSafeInteger(openedAtMs)) return undefined
  const known = parseTitle(title)
  const isPosition = typeof lookedUpAt === 'string' && lookedUpAt.length <= MAX_POSITION_CHARACTERS
  return {
    kind: kind as Kind,
    room,
    openedAtMs,
    ...(known === undefined ? {} : { title: known }),
    ...(isPosition ? { lookedUpAt } : {}),
  }
}
