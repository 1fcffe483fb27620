import { commentsOf, documentOfComments } from '@whereabouts/protocol'
import { documentRoom } from '../room/document-room.js'
import {
  type Compaction,
  type DocumentInfo,
  type DocumentStore,
  FIRST_INCARNATION,
  type KnownDocument,
  type LogPage,
  type Page,
  type Removal,
  type RoomRecord,
  type RoomUpdate,
  type StoredDocument,
  type StoredRecord,
  type StoredUpdate,
  type Totals,
} from './store.js'

/** A room's document and its record. */
interface Kept {
  generation: number
  snapshot: Uint8Array
  readonly updates: Map<number, Uint8Array>
  readonly createdAtMs: number
  updatedAtMs: number
  usedAtMs: number
  record: StoredRecord | undefined
}

const NOTHING = new Uint8Array()

/** Documents in this process's memory. They need no package, and end with the process. */
export class MemoryStore implements DocumentStore {
  readonly #rooms = new Map<string, Kept>()
  /** The incarnations of rooms that have or had a document. */
  readonly #incarnations = new Map<string, string>()
  /** The rooms by the links of their records. */
  readonly #links = new Map<string, string>()
  /** The last number of a snapshot or a record. */
  #last = 0
  /** The numbers of the rooms' last updates. No removal takes them back. */
  readonly #lasts = new Map<string, number>()

  async load(roomName: string): Promise<StoredDocument> {
    const { generation = 0, snapshot = NOTHING, updates = [], usedAtMs = 0 } = this.#of(roomName)
    return {
      incarnation: this.#incarnationOf(roomName),
      usedAtMs,
      generation,
      snapshot,
      last: this.#lasts.get(roomName) ?? 0,
      updates: [...updates].map(([number, bytes]) => ({ number, bytes })),
    }
  }

  async later(
    roomName: string,
    known: KnownDocument,
  ): Promise<readonly StoredUpdate[] | undefined> {
    const { incarnation, generation, updates } = await this.load(roomName)
    const isKnown = incarnation === known.incarnation && generation === known.generation
    return isKnown ? updates.filter(({ number }) => number > known.last) : undefined
  }

  async incarnation(roomName: string): Promise<string> {
    return this.#incarnationOf(roomName)
  }

  async append(updates: readonly RoomUpdate[]): Promise<readonly (number | undefined)[]> {
    // Those of a room follow each other, so each is compared with the last one before all of them.
    const lasts = new Map(this.#lasts)
    return updates.map((update) => {
      const { roomName, after } = update
      const isNext = after === undefined || after === (lasts.get(roomName) ?? 0)
      return isNext && this.#isCurrent(update) ? this.#add(update) : undefined
    })
  }

  async claim(update: RoomUpdate, record?: RoomRecord): Promise<number | undefined> {
    const kept = this.#rooms.get(update.roomName)
    const isFirst = kept === undefined || (record === undefined && sizeOf(kept) === 0)
    if (!isFirst || !this.#isCurrent(update)) return undefined
    if (record !== undefined) this.#put(update.roomName, record)
    return this.#add(update)
  }

  async compact(compaction: Compaction): Promise<number | undefined> {
    const { roomName, incarnation, base, snapshot, numbers } = compaction
    const kept = this.#rooms.get(roomName)
    if (kept?.generation !== base || incarnation !== this.#incarnationOf(roomName)) return undefined
    for (const number of numbers) kept.updates.delete(number)
    kept.snapshot = snapshot
    kept.generation = ++this.#last
    return kept.generation
  }

  async uncompacted({ after = '', limit, leastUpdates }: LogPage): Promise<readonly string[]> {
    return this.#page({ after, limit }, ({ updates }) => updates.size >= leastUpdates)
  }

  async touch(roomName: string): Promise<void> {
    const kept = this.#rooms.get(roomName)
    if (kept !== undefined) kept.usedAtMs = Date.now()
  }

  async remove(removal: Removal): Promise<boolean> {
    const { roomName, incarnation, current, unusedSinceMs = Infinity } = removal
    if (current !== undefined && current !== this.#incarnationOf(roomName)) return false
    const kept = this.#rooms.get(roomName)
    const comments = commentsOf(roomName) ?? roomName
    const usedAtMs = Math.max(kept?.usedAtMs ?? 0, this.#rooms.get(comments)?.usedAtMs ?? 0)
    if (kept === undefined || usedAtMs >= unusedSinceMs) return false
    if (kept.record?.link !== undefined) this.#links.delete(kept.record.link)
    this.#rooms.delete(roomName)
    this.#rooms.delete(comments)
    this.#incarnations.set(roomName, incarnation)
    return true
  }

  async list({ after = '', limit }: Page): Promise<readonly DocumentInfo[]> {
    const listed = this.#page({ after, limit }, (_, room) => documentOfComments(room) === undefined)
    return listed.map((roomName) => infoOf(roomName, this.#rooms.get(roomName)!))
  }

  async about(roomName: string): Promise<DocumentInfo | undefined> {
    const kept = this.#rooms.get(roomName)
    return kept && infoOf(roomName, kept)
  }

  async totals(owner?: string): Promise<Totals> {
    const own = [...this.#rooms].filter(
      ([name]) => owner === undefined || this.#ownerOf(name) === owner,
    )
    const comments = own.filter(([name]) => documentOfComments(name) !== undefined)
    const records = own.flatMap(([, { record }]) => record ?? [])
    return {
      documents: own.length - comments.length,
      commented: comments.length,
      bytes: sum(own.map(([, kept]) => sizeOf(kept))),
      records: records.length,
      recordBytes: sum(records.map(({ json }) => Buffer.byteLength(json))),
      named: sum(records.map(({ users = [] }) => users.length)),
      removed: owner === undefined ? this.#countRemoved() : 0,
    }
  }

  async getRecord(roomName: string): Promise<StoredRecord | undefined> {
    return this.#of(roomName).record
  }

  async putRecord(
    roomName: string,
    record: RoomRecord,
    expectedRevision: number,
  ): Promise<number | undefined> {
    const { revision = 0 } = this.#of(roomName).record ?? {}
    return revision === expectedRevision ? this.#put(roomName, record) : undefined
  }

  async findByLink(link: string): Promise<string | undefined> {
    return this.#links.get(link)
  }

  async check(): Promise<void> {
    // Memory can always be written to.
  }

  async close(): Promise<void> {
    // The documents stay: another thread may open them.
  }

  #ownerOf(roomName: string): string | undefined {
    return this.#of(documentRoom(roomName)).record?.owner
  }

  #of(roomName: string): Partial<Kept> {
    return this.#rooms.get(roomName) ?? {}
  }

  #incarnationOf(roomName: string): string {
    return this.#incarnations.get(documentRoom(roomName)) ?? FIRST_INCARNATION
  }

  #isCurrent({ roomName, incarnation, begins }: RoomUpdate): boolean {
    const document = documentOfComments(roomName)
    const isThere = document === undefined || this.#rooms.has(document)
    const current = this.#incarnationOf(roomName)
    return isThere && (incarnation === current || begins === current)
  }

  /** Stores an update, and returns its number. */
  #add({ roomName, incarnation, begins, bytes }: RoomUpdate): number {
    if (begins !== undefined) this.#incarnations.set(roomName, incarnation)
    const number = (this.#lasts.get(roomName) ?? 0) + 1
    this.#lasts.set(roomName, number)
    this.#changed(roomName).updates.set(number, bytes)
    return number
  }

  /**
   * Replaces the record of a room, and returns its revision.
   *
   * @throws {Error} if another room has the link
   */
  #put(roomName: string, record: RoomRecord): number {
    const { link } = record
    const linked = link === undefined ? undefined : this.#links.get(link)
    if (linked !== undefined && linked !== roomName) throw new Error('another room has this link')
    const kept = this.#changed(roomName)
    if (kept.record?.link !== undefined) this.#links.delete(kept.record.link)
    if (link !== undefined) this.#links.set(link, roomName)
    kept.record = { ...record, revision: ++this.#last }
    return kept.record.revision
  }

  /** Returns a room's document, which is made if there is none, and notes that it changes now. */
  #changed(roomName: string): Kept {
    const nowMs = Date.now()
    const kept = this.#rooms.get(roomName) ?? newKept(nowMs)
    kept.updatedAtMs = nowMs
    kept.usedAtMs = nowMs
    this.#rooms.set(roomName, kept)
    return kept
  }

  /** Returns names in the order of their character codes. */
  #page(
    { after, limit }: Required<Page>,
    isListed: (kept: Kept, roomName: string) => boolean = () => true,
  ): string[] {
    return [...this.#rooms]
      .filter(([roomName, kept]) => roomName > after && isListed(kept, roomName))
      .map(([roomName]) => roomName)
      .toSorted((one, other) => (one < other ? -1 : 1))
      .slice(0, limit)
  }

  #countRemoved(): number {
    return [...this.#incarnations.keys()].filter((roomName) => !this.#rooms.has(roomName)).length
  }
}

function newKept(nowMs: number): Kept {
  return {
    generation: 0,
    snapshot: NOTHING,
    updates: new Map(),
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    usedAtMs: nowMs,
    record: undefined,
  }
}

function infoOf(roomName: string, kept: Kept): DocumentInfo {
  const { createdAtMs, updatedAtMs, usedAtMs } = kept
  return { roomName, bytes: sizeOf(kept), createdAtMs, updatedAtMs, usedAtMs }
}

function sizeOf({ snapshot, updates }: Kept): number {
  return snapshot.byteLength + sum([...updates.values()].map(({ byteLength }) => byteLength))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0)
}
