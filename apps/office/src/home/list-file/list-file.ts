import { addressOf, type DocumentRoute, parseRoute, type Route } from '../../route.js'
import { parseTitle } from '../../title.js'
import type { DocumentName, Recent } from '../recents.js'

/** More than any list that Home writes: 50 titles and addresses. A file that is larger isn't read. */
export const MOST_BYTES = 262_144

const FORMAT = 'whereabouts recent documents'
const VERSION = 1

/** What a file would do to a list. */
export interface Merged {
  readonly list: readonly Recent[]
  /** How many documents come in. */
  readonly added: number
  /** How many of the file are in the list already. */
  readonly known: number
  /** How many don't come in: there is no place for them, or they aren't documents of this server. */
  readonly leftOut: number
}

/**
 * Writes a list as a file.
 *
 * ```json
 * {
 *   "format": "whereabouts recent documents",
 *   "version": 1,
 *   "documents": [
 *     { "kind": "page", "address": "https://docs.example/pages/minutes", "title": "Minutes", "openedAtMs": 1796000000000 }
 *   ]
 * }
 * ```
 *
 * @param home the address of Home
 * @see OFFICE.md HM40
 */
export function writeListFile(list: readonly Recent[], home: string): string {
  const documents = list.map((recent) => ({
    kind: recent.kind,
    address: new URL(addressOf(recent), home).href,
    title: recent.title,
    openedAtMs: recent.openedAtMs,
  }))
  return `${JSON.stringify({ format: FORMAT, version: VERSION, documents }, undefined, 2)}\n`
}

/** Where and when a file is read. */
interface Here {
  /** The address of Home. */
  readonly home: string
  readonly nowMs: number
  /** How many documents a list has. */
  readonly most: number
}

/**
 * Adds the documents of a file to a list. What is in the list stays, so the newest of the file have the places that are
 * left.
 *
 * @returns `undefined` if the file isn't a list
 * @see OFFICE.md HM41
 */
export function mergeListFile(
  text: string,
  list: readonly Recent[],
  { home, nowMs, most }: Here,
): Merged | undefined {
  const entries = parseEntries(text)
  if (entries === undefined) return undefined
  const read = entries.flatMap((entry) => parseEntry(entry, home, nowMs) ?? [])
  const found = new Map(read.toSorted(byTime).map((recent) => [nameOf(recent), recent]))
  const known = new Set(list.map(nameOf))
  const fresh = [...found.values()].filter((recent) => !known.has(nameOf(recent))).toSorted(newest)
  const added = fresh.slice(0, Math.max(0, most - list.length))
  const kept = list.map((recent) => updated(recent, found.get(nameOf(recent))))
  return {
    list: [...kept, ...added].toSorted(newest),
    added: added.length,
    known: found.size - fresh.length,
    leftOut: entries.length - read.length + fresh.length - added.length,
  }
}

function parseEntries(text: string): readonly unknown[] | undefined {
  try {
    const file = JSON.parse(text) as { readonly [field: string]: unknown } | null
    if (file?.['format'] !== FORMAT || file['version'] !== VERSION) return undefined
    return Array.isArray(file['documents']) ? file['documents'] : undefined
  } catch {
    // It isn't JSON.
    return undefined
  }
}

/** Only a room of this server is made of an address, so no address is ever followed. */
function parseEntry(entry: unknown, home: string, nowMs: number): Recent | undefined {
  const { kind, address, title, openedAtMs } = (entry ?? {}) as {
    readonly [field: string]: unknown
  }
  if (typeof address !== 'string' || !URL.canParse(address)) return undefined
  const url = new URL(address)
  const route = url.origin === new URL(home).origin ? parseRoute(url) : undefined
  if (route === undefined || route.kind !== kind || !isDocument(route)) return undefined
  if (!Number.isSafeInteger(openedAtMs) || Number(openedAtMs) < 0) return undefined
  const name = parseTitle(title)
  return {
    kind: route.kind,
    room: route.room,
    // A time that is still to come would stay on top of the list.
    openedAtMs: Math.min(Number(openedAtMs), nowMs),
    ...(name !== undefined && { title: name }),
  }
}

function isDocument(route: Route): route is DocumentRoute {
  return route.kind === 'sheet' || route.kind === 'page'
}

/** Returns a document of the list with what the file knows better. */
function updated(recent: Recent, read: Recent | undefined): Recent {
  const openedAtMs = Math.max(recent.openedAtMs, read?.openedAtMs ?? 0)
  const title = recent.title ?? read?.title
  return { ...recent, openedAtMs, ...(title !== undefined && { title }) }
}

const nameOf = ({ kind, room }: DocumentName): string => `${kind}/${room}`
const byTime = (one: Recent, other: Recent): number => one.openedAtMs - other.openedAtMs
const newest = (one: Recent, other: Recent): number => other.openedAtMs - one.openedAtMs
