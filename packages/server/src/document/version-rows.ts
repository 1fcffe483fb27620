import type { Author } from '@whereabouts/protocol'
import type { StoredVersion, Writer } from './version-store.js'

type Numeric = number | string

/** What a query selects of a version. */
export interface VersionRow {
  readonly id: Numeric
  readonly at: Numeric
  readonly bytes: Numeric
  readonly hash: string
  readonly name: string | null
  readonly authors: string
}

/** What a query selects of somebody who wrote. */
export interface WriterRow {
  readonly author: string
  readonly number: Numeric
}

export function versionFrom({ id, at, bytes, hash, name, authors }: VersionRow): StoredVersion {
  return {
    id: Number(id),
    atMs: Number(at),
    bytes: Number(bytes),
    hash,
    authors: JSON.parse(authors) as Author[],
    ...(name !== null && { name }),
  }
}

export function writerFrom({ author, number }: WriterRow): Writer {
  return { author: JSON.parse(author) as Author, number: Number(number) }
}
