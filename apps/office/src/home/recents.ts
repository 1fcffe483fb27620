import { isRoomName } from '@whereabouts/client'
import { storedAs } from '../base.js'
import { parseTitle } from '../title.js'
import type { DocumentRoute, Kind } from '../route.js'

/** A document's kind and room, which identify it. */
export type DocumentName = Pick<DocumentRoute, 'kind' | 'room'>

/** A document that was opened in this browser. */
export interface Recent extends DocumentName {
  /** The last known title; `undefined` if it had none. */
  readonly title?: string
  readonly openedAtMs: number
  /** The room's position when the title was last looked up. */
  readonly lookedUpAt?: string
}

const MOST = 50
const KINDS: ReadonlySet<unknown> = new Set<Kind>(['sheet', 'page'])
const MAX_POSITION_CHARACTERS = 100

/** The storage of the list. */
export type RecentStorage = Pick<Storage, 'getItem' | 'setItem'>

/**
 * The documents opened in this browser, newest first, at most 50. Every change reads the storage
 * first, since another tab may have written to it.
 *
 * @see OFFICE.md PG4
 */
export class RecentList {
  /** How many documents are listed. */
  readonly most = MOST
  readonly #storage: RecentStorage
  readonly #storedAs: string
  readonly #listeners = new Set<() => void>()
  #text: string | null = null
  #list: readonly Recent[] = []

  /**
   * @param user the id of the user whose list it is @see OFFICE.md OF35
   */
  constructor(storage: RecentStorage, user?: string) {
    this.#storage = storage
    const name = storedAs('whereabouts:recent')
    this.#storedAs = user === undefined ? name : `${name} of ${user}`
  }

  /** Returns the same array until the list changes. */
  readonly getSnapshot = (): readonly Recent[] => {
    const text = this.#storage.getItem(this.#storedAs)
    if (text !== this.#text) {
      this.#text = text
      this.#list = parseRecents(text)
    }
    return this.#list
  }

  /** Calls back when the list may have changed; returns a function that stops it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Notifies the listeners, since another tab may have changed the list. */
  readonly lookAgain = (): void => {
    for (const listener of this.#listeners) listener()
  }

  /** Moves a document to the top, or adds it; its known title is kept. */
  opened(name: DocumentName, openedAtMs: number): void {
    const list = this.getSnapshot()
    const known = list.find((recent) => isSame(recent, name))
    const others = list.filter((recent) => recent !== known)
    this.replace([{ ...known, kind: name.kind, room: name.room, openedAtMs }, ...others])
  }

  /** Records the title of a document that is in the list. */
  retitled(name: DocumentName, title: string | undefined, lookedUpAt?: string): void {
    this.replace(
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

  /** Removes a document from the list, but doesn't delete it. */
  forget(name: DocumentName): void {
    this.replace(this.getSnapshot().filter((recent) => !isSame(recent, name)))
  }

  /** Stores another list, without what is beyond the first {@link most}. */
  replace(list: readonly Recent[]): void {
    const kept = list.slice(0, MOST)
    const text = JSON.stringify(kept)
    if (text === this.#text) return
    this.#storage.setItem(this.#storedAs, text)
    this.#text = text
    this.#list = kept
    this.lookAgain()
  }
}

/** Returns whether both are the same document, of the same kind. */
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
    // The storage holds something other than a list.
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
