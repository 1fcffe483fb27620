import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { type Author, type OwnBytes, Problem, type Version } from '@whereabouts/protocol'
import { storeFailed } from '../store-failed.js'
import type { WholeDocument } from './keeper.js'
import type { DocumentStore } from './store.js'
import { type HistoryLimits, thinned } from './thinning.js'
import {
  type StoredVersion,
  VERSION_ROW_BYTES,
  type VersionPage,
  type VersionStore,
} from './version-store.js'

/** How a version is made. */
export interface Keeping {
  readonly limits: HistoryLimits
  /** Without it, a version is made only if the document differs from the last one. */
  readonly name?: string
}

/** What a store answers about versions; `null` if it keeps none. */
export type VersionAnswer<T> = { readonly of: T } | null

/** More than there are of a document whose versions are thinned. */
const ALL = 100_000
const HASH_BYTES = 16
/** The size of an update of nothing. */
const EMPTY_BYTES = 2

const packed = promisify(gzip)
const unpacked = promisify(gunzip)

/** The versions of documents, in the thread that holds the documents. */
export class Versions {
  constructor(
    private readonly store: VersionStore,
    private readonly whole: (roomName: string) => Promise<WholeDocument>,
  ) {}

  /** @returns `null` if the store keeps no versions */
  static of(
    { versions }: DocumentStore,
    whole: (roomName: string) => Promise<WholeDocument>,
  ): Versions | null {
    return versions === undefined ? null : new Versions(versions, whole)
  }

  /**
   * Makes a version of a document as it is now, and removes those that it need not have any more.
   *
   * @returns the version; the last one if the document hasn't changed since; `undefined` if there is no
   *   document, or another node has just made one
   * @throws {Problem} storage-full, if the versions with names leave no space; store-failed
   * @see PROTOCOL.md HY1, HY2, HY5
   */
  async keep(roomName: string, keeping: Keeping): Promise<Version | undefined> {
    // At once, as what is written from now on isn't part of it, and neither are those who write it.
    const [writers, before, { state, incarnation }] = await Promise.all([
      this.store.writers(roomName),
      this.store.list(roomName, { limit: ALL }),
      this.whole(roomName),
    ])
    if (state.byteLength <= EMPTY_BYTES) return undefined
    const atMs = Date.now()
    const [last] = before
    const hash = createHash('sha256').update(state).digest('base64url').slice(0, HASH_BYTES)
    if (last?.hash === hash) return this.#unchanged(roomName, last, keeping.name)
    const content = await packed(state)
    const authors = merged(writers.map(({ author }) => author))
    const version = withName({ atMs, hash, authors }, keeping.name)
    const info = { ...version, id: Infinity, bytes: content.byteLength + VERSION_ROW_BYTES }
    const removed = thinned([info, ...before], atMs, keeping.limits)
    assertFits([info, ...before], removed, keeping.limits)
    const id = await this.store.add({
      ...version,
      roomName,
      incarnation,
      after: last?.id ?? 0,
      content,
      writers,
      removed,
    })
    return id === undefined ? undefined : shown({ ...info, id })
  }

  async list(roomName: string, page: VersionPage): Promise<readonly Version[]> {
    return (await this.store.list(roomName, page)).map(shown)
  }

  /** @throws {Error} if it can't be read */
  async read(roomName: string, id: number): Promise<OwnBytes | undefined> {
    const content = await this.store.read(roomName, id)
    return content && new Uint8Array(await unpacked(content))
  }

  rename(roomName: string, id: number, name: string | undefined): Promise<boolean> {
    return this.store.rename(roomName, id, name)
  }

  remove(roomName: string, id: number): Promise<boolean> {
    return this.store.remove(roomName, id)
  }

  async wrote(roomName: string, author: Author): Promise<boolean> {
    await this.store.wrote(roomName, author)
    return true
  }

  /** The present has a version already, which gets the name if it has none. */
  async #unchanged(
    roomName: string,
    last: StoredVersion,
    name: string | undefined,
  ): Promise<Version | undefined> {
    if (name === undefined) return shown(last)
    const isThere = await this.store.rename(roomName, last.id, name)
    return isThere ? shown({ ...last, name }) : undefined
  }
}

/** @throws {Problem} storage-full */
function assertFits(
  versions: readonly Version[],
  removed: readonly number[],
  { historyBytes }: HistoryLimits,
): void {
  const gone = new Set(removed)
  const bytes = versions.reduce((sum, each) => sum + (gone.has(each.id) ? 0 : each.bytes), 0)
  if (bytes <= historyBytes) return
  throw new Problem(
    'storage-full',
    'The named versions of this document take all the space for its history. Delete some of them.',
    { limitBytes: historyBytes },
  )
}

/** Somebody who has changed the name is one author, with the last name. */
function merged(authors: readonly Author[]): Author[] {
  const byKey = new Map<string, Author>()
  for (const author of authors) {
    const key = author.id === undefined ? `name ${author.name ?? ''}` : `id ${author.id}`
    byKey.delete(key)
    byKey.set(key, author)
  }
  return [...byKey.values()]
}

function withName<T extends object>(version: T, name: string | undefined): T & { name?: string } {
  return name === undefined ? version : { ...version, name }
}

function shown({ id, atMs, bytes, name, authors }: Version): Version {
  return withName({ id, atMs, bytes, authors }, name)
}

/** Returns what a store answers, or that it keeps no versions. @throws {Problem} store-failed */
export async function answered<T>(
  versions: Versions | null,
  ask: (versions: Versions) => Promise<T>,
): Promise<VersionAnswer<T>> {
  if (versions === null) return null
  try {
    return { of: await ask(versions) }
  } catch (error) {
    throw error instanceof Problem ? error : storeFailed(error)
  }
}
