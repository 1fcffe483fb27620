import { type Entry, type ListName, MOST_MARKS, MOST_OF_LIST } from './lists.js'

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

export const SQLITE_DIALECT: Dialect = {
  prefix: '',
  parameter: (number) => `?${number}`,
}

export const POSTGRES_DIALECT: Dialect = {
  prefix: 'whereabouts_',
  parameter: (number, type) => `$${number}::${type}`,
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
      return sharedWith(user, prefix)
    case 'starred':
      return `SELECT room FROM ${prefix}marks
        WHERE person = ${user} AND starred = 1 ORDER BY number DESC`
    case 'folder':
      return `SELECT room FROM ${prefix}placed
        WHERE person = ${user} AND folder = ${folder} ORDER BY number DESC`
  }
}

/**
 * Returns the query of what is shared with a user: what has a star, then as many of each owner, then the last ones.
 * Owners are found one by one in the index, and no more of each are read than may be listed, so that what it takes
 * is bounded, however many share.
 *
 * @see PROTOCOL.md HM22
 */
function sharedWith(user: string, prefix: string): string {
  const shares = `${prefix}shares`
  return `
    WITH RECURSIVE owners (owner, place) AS (
      SELECT min(owner), 1 FROM ${shares} WHERE person = ${user}
      UNION ALL
      SELECT (SELECT min(owner) FROM ${shares} WHERE person = ${user} AND owner > owners.owner),
        place + 1
      FROM owners WHERE owner IS NOT NULL AND place < ${MOST_OF_LIST}),
    bounds AS (
      SELECT owner, (SELECT number FROM ${shares} AS share
        WHERE share.person = ${user} AND share.owner = owners.owner
        ORDER BY share.owner DESC, number DESC
        LIMIT 1 OFFSET (SELECT coalesce(${MOST_OF_LIST} / nullif(count(owner), 0), 1) - 1 FROM owners)) AS number
      FROM owners WHERE owner IS NOT NULL),
    starred AS (
      SELECT mark.room, share.number FROM ${prefix}marks AS mark
      JOIN ${shares} AS share ON share.person = mark.person AND share.room = mark.room
      WHERE mark.person = ${user} AND mark.starred = 1),
    fair AS (
      SELECT share.room, share.number FROM bounds JOIN ${shares} AS share
        ON share.person = ${user} AND share.owner = bounds.owner
          AND share.number >= coalesce(bounds.number, 0)),
    latest AS (
      SELECT room, number FROM ${shares} WHERE person = ${user}
      ORDER BY number DESC LIMIT ${MOST_OF_LIST}),
    turns AS (
      SELECT room, number, 1 AS turn FROM starred
      UNION ALL SELECT room, number, 2 FROM fair
      UNION ALL SELECT room, number, 3 FROM latest)
    SELECT room FROM turns GROUP BY room ORDER BY min(turn), max(number) DESC`
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

/** Returns what removes a mark that says nothing. Its parameters are the user and the room. */
export function removeUnsaid({ prefix, parameter }: Dialect): string {
  return `DELETE FROM ${prefix}marks
    WHERE person = ${parameter(1, 'text')} AND room = ${parameter(2, 'text')} AND starred + hidden = 0`
}

/**
 * Returns what removes the marks of a user that are too many; it looks at them only if there are that many in all.
 * Its parameter is the user.
 *
 * @see PROTOCOL.md HM6
 */
export function trimMarks({ prefix, parameter }: Dialect): string {
  const user = parameter(1, 'text')
  const isOver = (starred: 0 | 1) => `(starred = ${starred} AND number <= (
    SELECT number FROM ${prefix}marks WHERE person = ${user} AND starred = ${starred}
    ORDER BY number DESC LIMIT 1 OFFSET ${MOST_MARKS}))`
  return `DELETE FROM ${prefix}marks WHERE person = ${user}
    AND (SELECT count(*) FROM ${prefix}marks WHERE person = ${user}) > ${MOST_MARKS}
    AND (${isOver(0)} OR ${isOver(1)})`
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
