import { deleteDB, openDB } from 'idb'
import { BASE } from '../base.js'

/** How the client names its copy of a document. @see PROTOCOL.md CL14 */
const NAMED = `whereabouts ${location.origin}${BASE}rooms/`
const KEPT = `whereabouts offline ${location.origin}${BASE} `

/** What this browser has of the documents of this application. */
export interface Copies {
  /** The rooms of which there is a copy. */
  readonly rooms: ReadonlySet<string>
  /** Whether the application itself opens without the server. */
  readonly isOffline: boolean
}

export const NO_COPIES: Copies = { rooms: new Set(), isOffline: false }

/** Looks up what this browser has; nothing if it doesn't say. Never throws. */
export async function readCopies(): Promise<Copies> {
  try {
    const [rooms, isOffline] = await Promise.all([copiedRooms(), isKept()])
    return { rooms: new Set(rooms), isOffline }
  } catch {
    // The browser forbids storage.
    return NO_COPIES
  }
}

/** Removes the copies of documents, and returns what to tell the user. */
export async function removeCopies(): Promise<string> {
  try {
    for (const name of await databases()) await deleteDB(name)
    // They make theirs again, since they have edits to keep.
    return 'Removed. Documents that are open in other windows keep their copies.'
  } catch {
    return 'The browser doesn’t let them be removed. Clear its data of this site instead.'
  }
}

async function copiedRooms(): Promise<string[]> {
  const names: string[] = []
  for (const name of await databases()) if (await hasDocument(name)) names.push(name)
  return names.map((name) => name.slice(NAMED.length))
}

async function databases(): Promise<string[]> {
  const all = await indexedDB.databases()
  return all.flatMap(({ name = '' }) => (name.startsWith(NAMED) ? [name] : []))
}

/** Returns whether a copy has a document, and once had all that the server had. */
async function hasDocument(name: string): Promise<boolean> {
  try {
    // One that was removed meanwhile must not be made.
    const database = await openDB(name, undefined, { upgrade: (...[, , , made]) => made.abort() })
    const counts = Promise.all([database.count('updates'), database.count('about', 'document')])
    const [updates, known] = await counts.finally(() => database.close())
    return updates > 0 && known > 0
  } catch {
    return false
  }
}

/** The worker serves only once all of the application is there. */
async function isKept(): Promise<boolean> {
  if (!('serviceWorker' in navigator)) return false
  const registration = await navigator.serviceWorker.getRegistration(BASE)
  if (registration?.active?.state !== 'activated') return false
  return (await caches.keys()).some((name) => name.startsWith(KEPT))
}
