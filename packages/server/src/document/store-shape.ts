import type { DocumentStore } from './store.js'

/** Everything that a store can have. */
export type WholeStore = Required<DocumentStore>

/** What a store may lack. */
export type OptionalPart = {
  [Name in keyof WholeStore]: undefined extends DocumentStore[Name] ? Name : never
}[keyof WholeStore]

/** The parts of a store that have methods of their own. */
export type StoreParts = Pick<WholeStore, 'untold' | 'versions' | 'lists'>

type Methods<Of> = { readonly [Name in keyof Of]: true }

// Records, so that the compiler finds a method that is missing.

const OF_STORE: Methods<Omit<WholeStore, OptionalPart>> = {
  load: true,
  incarnation: true,
  append: true,
  claim: true,
  compact: true,
  touch: true,
  remove: true,
  list: true,
  about: true,
  totals: true,
  getRecord: true,
  putRecord: true,
  findByLink: true,
  check: true,
  close: true,
}

const OF_PARTS: { readonly [Part in keyof StoreParts]: Methods<StoreParts[Part]> } = {
  untold: { note: true, list: true, told: true },
  versions: {
    wrote: true,
    writers: true,
    add: true,
    list: true,
    read: true,
    rename: true,
    remove: true,
  },
  lists: {
    listOf: true,
    label: true,
    mark: true,
    folders: true,
    addFolder: true,
    renameFolder: true,
    removeFolder: true,
    place: true,
    trashed: true,
  },
}

/**
 * Returns the methods that a store lacks, such as `append` or `lists.place`. One that was made for an earlier version
 * may have a part without what was added to it since.
 *
 * @see PROTOCOL.md DO112
 */
export function lackingMethods(store: object): readonly string[] {
  const lacking = lackingIn(store, OF_STORE)
  for (const [name, methods] of Object.entries(OF_PARTS)) {
    const part: unknown = store[name as keyof object]
    if (part === undefined) continue
    for (const each of lackingIn(part, methods)) lacking.push(`${name}.${each}`)
  }
  return lacking
}

function lackingIn(of: unknown, methods: object): string[] {
  const having = Object(of) as { readonly [name: string]: unknown }
  return Object.keys(methods).filter((name) => typeof having[name] !== 'function')
}
