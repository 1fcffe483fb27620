import { storedAs } from '../../../base.js'
import { parseRelative } from '../../../page-document/places.js'
import type { Anchor, Written } from './comments-document.js'

/** What is written and not sent. */
export interface Draft extends Written {
  /** What it is about, if it begins a thread. */
  readonly anchor?: Anchor
  /** The text that it changes, if it changes one. */
  readonly before?: string
}

/** A comment that begins a thread, a reply to a thread, or a change of a comment. */
export type DraftKey = 'new' | `reply/${string}` | `edit/${string}`
export type DraftList = ReadonlyMap<DraftKey, Draft>

/**
 * What is written in this window and not sent: it stays while the panel is closed, whatever happens to the thread,
 * and when the window is loaded again.
 *
 * @see OFFICE.md PG93
 */
export class Drafts {
  readonly #storedAs: string
  readonly #listeners = new Set<() => void>()
  #list: DraftList
  /** The one that the user has just begun, whose field takes the focus. */
  #begun: DraftKey | undefined

  constructor(room: string, user: string | undefined) {
    this.#storedAs = storedAs(`whereabouts:comment-drafts:${user ?? ''}:${room}`)
    this.#list = load(this.#storedAs)
  }

  readonly getSnapshot = (): DraftList => this.#list

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  begin(key: DraftKey, draft: Draft): void {
    this.#begun = key
    this.set(key, draft)
  }

  /** Returns, once, whether the user has just begun a draft. */
  takeBegun(key: DraftKey): boolean {
    const isBegun = this.#begun === key
    if (isBegun) this.#begun = undefined
    return isBegun
  }

  set(key: DraftKey, draft: Draft): void {
    this.#replace(new Map(this.#list).set(key, draft))
  }

  discard(key: DraftKey): void {
    const list = new Map(this.#list)
    if (list.delete(key)) this.#replace(list)
  }

  /** Discards those in which nothing is written. */
  discardEmpty(): void {
    const list = [...this.#list].filter(([, draft]) => hasText(draft))
    if (list.length < this.#list.size) this.#replace(new Map(list))
  }

  #replace(list: DraftList): void {
    this.#list = list
    keep(this.#storedAs, list)
    for (const listener of this.#listeners) listener()
  }
}

/** Returns whether something would be lost with a draft. */
export const hasText = ({ text, before }: Draft): boolean => text.trim() !== '' && text !== before

function load(name: string): DraftList {
  try {
    const entries = JSON.parse(sessionStorage.getItem(name) ?? '[]') as [DraftKey, Draft][]
    return new Map(entries.filter(([, draft]) => isWhole(draft)))
  } catch {
    // The storage is forbidden, or holds something else.
    return new Map()
  }
}

function isWhole({ text, mentions, anchor }: Draft): boolean {
  if (typeof text !== 'string' || !Array.isArray(mentions)) return false
  if (anchor === undefined) return true
  return [anchor.start, anchor.end].every((end) => parseRelative(end) !== undefined)
}

function keep(name: string, list: DraftList): void {
  try {
    const drafts = [...list].filter(([, draft]) => hasText(draft))
    if (drafts.length === 0) sessionStorage.removeItem(name)
    else sessionStorage.setItem(name, JSON.stringify(drafts))
  } catch {
    // The storage is full or forbidden: the drafts are kept until the window is closed.
  }
}
