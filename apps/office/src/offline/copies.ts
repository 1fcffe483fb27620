import { deleteDB, openDB } from 'idb'
import { BASE } from '../base.js'
import { isOfComments } from '../route.js'

/** How the client names its copy of a document. @see PROTOCOL.md CL14 */
const NAMED = `whereabouts ${location.origin}${BASE}rooms/`
const LAST_WORDS = 'whereabouts:last:'
const KEPT = `whereabouts offline ${location.origin}${BASE} `

/** What this browser has of the documents of this application. */
export interface Copies {
  /** The documents of which there is a copy, by room; comments are removed with them, and aren't counted. */
  readonly rooms: ReadonlySet<string>
  /** Whether the application itself opens without the server. */
  readonly isOffline: boolean
}

export const NO_COPIES: Copies = { rooms: new Set(), isOffline: false }

/** Looks up what this browser has of a user; nothing if it doesn't say. Never throws. */
export async function readCopies(user: string | undefined): Promise<Copies> {
  try {
    const [rooms, isOffline] = await Promise.all([copiedRooms(user), isKept()])
    return { rooms: new Set(rooms), isOffline }
  } catch {
    // The browser forbids storage.
    return NO_COPIES
  }
}

/** Removes the copies of documents; returns whether the browser allows that. */
export async function removeCopies(user: string | undefined): Promise<boolean> {
  try {
    for (const { name } of await databases(user)) {
      removeLastWords(name)
      await deleteDB(name)
    }
    // They make theirs again, since they have edits to keep.
    return true
  } catch {
    return false
  }
}

/** What a page edited as it went away. @see PROTOCOL.md CL97 */
function removeLastWords(database: string): void {
  const end = `:${database.slice('whereabouts '.length)}`
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(LAST_WORDS))
  for (const key of keys) if (key.endsWith(end)) localStorage.removeItem(key)
}

async function copiedRooms(user: string | undefined): Promise<string[]> {
  const rooms: string[] = []
  for (const { name, room } of await databases(user)) {
    if (!isOfComments(room) && (await hasDocument(name))) rooms.push(room)
  }
  return rooms
}

/** The name of a room has no space. */
async function databases(user: string | undefined): Promise<{ name: string; room: string }[]> {
  const all = await indexedDB.databases()
  return all.flatMap(({ name = '' }) => {
    if (!name.startsWith(NAMED)) return []
    const [room = '', ...rest] = name.slice(NAMED.length).split(' of ')
    const owner = rest.length === 0 ? undefined : rest.join(' of ')
    return owner === user ? [{ name, room }] : []
  })
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
