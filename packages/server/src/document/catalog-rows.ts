import { COMMENTS_PREFIX } from '@whereabouts/protocol'
import { areComments } from './schema.js'
import type { DocumentInfo, StoredRecord, Totals } from './store.js'

/** A number as a database returns it: PostgreSQL writes large ones as text. */
type Numeric = number | string

/** What a query selects of a document. */
export interface InfoRow {
  readonly room: string
  readonly bytes: Numeric
  readonly history: Numeric
  readonly created: Numeric
  readonly updated: Numeric
  readonly used: Numeric
}

/** What a query selects of a room's record. */
export interface RecordRow {
  readonly revision: Numeric
  readonly json: string
  readonly link: string | null
  readonly owner: string | null
}

/** What {@link totalsOf} selects. */
export interface TotalsRow {
  readonly documents: Numeric
  readonly commented: Numeric
  readonly bytes: Numeric
  readonly records: Numeric
  readonly record_bytes: Numeric
  readonly named: Numeric
  readonly removed: Numeric
}

const TOTALS = `
  SELECT count(d.room) FILTER (WHERE NOT ${areComments('d.room')}) AS documents,
    count(d.room) FILTER (WHERE ${areComments('d.room')}) AS commented,
    coalesce(sum(d.bytes + d.history), 0) AS bytes,
    count(r.json) AS records,
    coalesce(sum(octet_length(r.json)), 0) AS record_bytes,
    coalesce(sum(r.named), 0) AS named,
    count(*) - count(d.room) AS removed`

/** Returns the query for the totals of all documents. Removed documents have no name. */
export function totalsOfAll(prefix: string): string {
  return `${TOTALS} FROM ${prefix}documents AS d LEFT JOIN ${prefix}records AS r ON r.room = d.room`
}

/** Returns the query for the totals of an owner's documents, with the comments on them. */
export function totalsOfOwner(prefix: string, owner: string): string {
  return `
    WITH own AS (SELECT room, json, named FROM ${prefix}records WHERE owner = ${owner})
    ${TOTALS} FROM (
      SELECT room, json, named FROM own UNION ALL
      SELECT '${COMMENTS_PREFIX}' || room, NULL, 0 FROM own
    ) AS r JOIN ${prefix}documents AS d ON d.room = r.room`
}

export function totalsFrom({ documents, commented, bytes, records, ...row }: TotalsRow): Totals {
  return {
    documents: Number(documents),
    commented: Number(commented),
    bytes: Number(bytes),
    records: Number(records),
    recordBytes: Number(row.record_bytes),
    named: Number(row.named),
    removed: Number(row.removed),
  }
}

export function infoOf({ room, bytes, history, created, updated, used }: InfoRow): DocumentInfo {
  return {
    roomName: room,
    bytes: Number(bytes),
    historyBytes: Number(history),
    createdAtMs: Number(created),
    updatedAtMs: Number(updated),
    usedAtMs: Number(used),
  }
}

export function recordFrom({ revision, json, link, owner }: RecordRow): StoredRecord {
  return {
    revision: Number(revision),
    json,
    ...(link !== null && { link }),
    ...(owner !== null && { owner }),
  }
}
