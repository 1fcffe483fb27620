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
  readonly bytes: Numeric
  readonly records: Numeric
  readonly record_bytes: Numeric
  readonly named: Numeric
  readonly removed: Numeric
}

/** Returns what selects the totals of documents joined with their records. Removed documents have no name. */
export function totalsOf(records: string): string {
  return `SELECT count(room) AS documents, coalesce(sum(bytes + history), 0) AS bytes,
    count(${records}.json) AS records,
    coalesce(sum(octet_length(${records}.json)), 0) AS record_bytes,
    coalesce(sum(named), 0) AS named,
    count(*) - count(room) AS removed`
}

export function totalsFrom({ documents, bytes, records, ...row }: TotalsRow): Totals {
  return {
    documents: Number(documents),
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
