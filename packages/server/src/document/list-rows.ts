import { type Entry, type ListName, MOST_OF_LIST } from './lists.js'

/** A number as a database returns it. */
type Numeric = number | string

/** What a query selects of a document in a list. */
export interface EntryRow {
  readonly room: string
  readonly title: string | null
  readonly kind: string | null
  readonly created: Numeric
  readonly updated: Numeric
  readonly trashed: Numeric | null
  readonly own: Numeric | boolean | null
  readonly starred: Numeric | null
  readonly folder: string | null
}

/** How a database writes what differs between them. */
export interface Dialect {
  /** What the names of tables begin with. */
  readonly prefix: string
  /** Returns a parameter, counted from 1. */
  readonly parameter: (number: number, type: 'text' | 'bigint') => string
}

/**
 * Returns the query of a list. Its parameters are the user, the time and the name that it goes on after, the
 * limit, and the folder if it is the list of one. What it is chosen from is bounded, so that no list takes long.
 */
export function listOf(list: ListName, { prefix, parameter }: Dialect): string {
  const user = parameter(1, 'text')
  const folder = parameter(5, 'text')
  const [afterMs, after] = [parameter(2, 'bigint'), parameter(3, 'text')]
  return `
    SELECT d.room, d.title, d.kind, d.created, d.updated, r.trashed, m.starred, p.folder, r.owner = ${user} AS own
    FROM (${sourceOf(list, prefix, user, folder)} LIMIT ${MOST_OF_LIST}) AS listed
    JOIN ${prefix}documents AS d ON d.room = listed.room
    LEFT JOIN ${prefix}records AS r ON r.room = listed.room
    LEFT JOIN ${prefix}marks AS m ON m.room = listed.room AND m.person = ${user}
    LEFT JOIN ${prefix}placed AS p ON p.room = listed.room AND p.person = ${user}
    WHERE ${filterOf(list, user)}
      AND (${afterMs} IS NULL OR d.updated < ${afterMs} OR (d.updated = ${afterMs} AND d.room < ${after}))
    ORDER BY d.updated DESC, d.room DESC LIMIT ${parameter(4, 'bigint')}`
}

function sourceOf(list: ListName, prefix: string, user: string, folder: string): string {
  switch (list) {
    case 'own':
      return `SELECT room FROM ${prefix}records
        WHERE owner = ${user} AND trashed IS NULL ORDER BY revision DESC`
    case 'trash':
      return `SELECT room FROM ${prefix}records
        WHERE owner = ${user} AND trashed IS NOT NULL ORDER BY revision DESC`
    case 'shared':
      return `SELECT room FROM ${prefix}shares WHERE person = ${user} ORDER BY number DESC`
    case 'starred':
      return `SELECT room FROM ${prefix}marks
        WHERE person = ${user} AND starred = 1 ORDER BY number DESC`
    case 'folder':
      return `SELECT room FROM ${prefix}placed
        WHERE person = ${user} AND folder = ${folder} ORDER BY number DESC`
  }
}

function filterOf(list: ListName, user: string): string {
  switch (list) {
    case 'own':
      return 'r.trashed IS NULL'
    case 'trash':
      return 'r.trashed IS NOT NULL'
    case 'shared':
      return `r.trashed IS NULL AND r.owner IS DISTINCT FROM ${user} AND coalesce(m.hidden, 0) = 0`
    case 'starred':
    case 'folder':
      return 'r.trashed IS NULL'
  }
}

export function entryFrom({ room, title, kind, ...row }: EntryRow): Entry {
  return {
    roomName: room,
    title: title ?? undefined,
    kind: kind ?? undefined,
    createdAtMs: Number(row.created),
    updatedAtMs: Number(row.updated),
    isOwn: Boolean(row.own),
    isStarred: Number(row.starred ?? 0) === 1,
    folder: row.folder ?? undefined,
    trashedAtMs: row.trashed === null ? undefined : Number(row.trashed),
  }
}
