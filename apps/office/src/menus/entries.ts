/** An entry of a menu: it acts, leads to an address, or opens further entries. */
export interface Entry {
  /** What the toolbar calls what it does, if the toolbar has names. */
  readonly id?: string
  readonly label: string
  /** In the format of `aria-keyshortcuts`, such as `Control+B`. */
  readonly keys?: string | undefined
  /** Whether it is switched on; `undefined` if it can't be. */
  readonly isOn?: boolean | undefined
  /** Whether it is one of several of which one is on. */
  readonly isChoice?: boolean
  /** Whether it can't be used at the moment. */
  readonly isOff?: boolean | undefined
  readonly act?: () => void
  readonly href?: string
  readonly entries?: readonly Entry[]
  /** Whether a line is above it. */
  readonly hasLine?: boolean
}

/** Entries between two lines of a menu. */
export type Group = readonly Entry[]

/** The menus in their order. */
export const MENUS = ['file', 'edit', 'view', 'insert', 'format', 'data', 'help'] as const

export type MenuName = (typeof MENUS)[number]

/** The entries of a document's menus, as they are at one moment. */
export type Menus = { readonly [name in MenuName]?: readonly Group[] }

/** Returns the menus of an open document for a user who may edit it, or who may not. */
export type Offer = (canEdit: boolean) => Menus

const listeners = new Set<() => void>()
let offered: Offer | undefined

/** Lets the menu bar show what a document offers; returns a function that ends that. */
export function offerMenus(offer: Offer): () => void {
  set(offer)
  return () => {
    if (offered === offer) set(undefined)
  }
}

/** Returns what the open document offers; `undefined` until it has said so. */
export const offeredMenus = (): Offer | undefined => offered

/** Calls back when another offer counts; returns a function that stops it. */
export function subscribeMenus(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

function set(offer: Offer | undefined): void {
  offered = offer
  for (const listener of listeners) listener()
}

/** Returns an entry that opens others, or nothing if there are none. */
export const within = (label: string, entries: readonly Entry[]): Group =>
  entries.length === 0 ? [] : [{ label, entries }]

/** Returns the entries of a menu with all that they open. */
export function flatten(entries: readonly Entry[]): readonly Entry[] {
  return entries.flatMap((entry) => [entry, ...flatten(entry.entries ?? [])])
}
