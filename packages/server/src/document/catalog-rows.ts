import type { DocumentInfo, StoredRecord } from './store.js'

/** A number as a database returns it: PostgreSQL writes large ones as text. */
type Numeric = number | string

/** What a query selects of a document. */
export interface InfoRow {
  readonly room: string
  readonly bytes: Numeric
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

export function infoOf({ room, bytes, created, updated, used }: InfoRow): DocumentInfo {
  return {
    roomName: room,
    bytes: Number(bytes),
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
