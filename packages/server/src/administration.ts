import { commentsOf, Problem } from '@whereabouts/protocol'
import type { Audited, AuditLog, Manager } from './access/audit.js'
import { checkOwner } from './access/access-record.js'
import type { AskedCall, Sharing } from './access/sharing.js'
import type { Documents } from './document/documents.js'
import type { TrashPage } from './document/lists.js'
import type { DocumentInfo, Page, RemovedOnly, RoomRecord } from './document/store.js'
import type { History } from './history.js'
import type { RoomDocuments } from './room-documents.js'
import type { RoomName } from './room/ids.js'
import { isNothing } from './room/nothing.js'
import { checkOwn, checkRoom } from './room-name.js'
import type { HostedRooms } from './rooms/hosted-rooms.js'
import type { Serving } from './serving.js'

/** A document in a list. */
export interface ListedDocument extends DocumentInfo {
  /** The number of members in its room, or 0 if this server doesn't host the room. */
  readonly members: number
}

/** The options for deleting unused documents. */
export interface Retention {
  /** Selects documents that nobody changed or opened since then, in ms since 1970. */
  readonly unusedSinceMs: number
  /** Lists the documents without deleting them. */
  readonly dryRun?: boolean
}

/** What becomes of a document that has been in the trash for long. */
export interface Emptied {
  readonly roomName: string
  /** `false` if it is in use or was taken out, or couldn't be deleted. */
  readonly isDeleted: boolean
  /** Why it couldn't. */
  readonly error?: unknown
}

/** The result of an import. */
export interface Imported {
  /** Whether another document has the view link, so that the imported one has none. */
  readonly isLinkTaken: boolean
}

/** A use before 2020 was noted by a clock that wasn't set. */
const FIRST_USE_MS = Date.UTC(2020, 0)

/** The most documents in one page of the list. */
export const MOST_LISTED = 1_000

/** The context of an administration. */
export interface AdministrationContext {
  readonly documents: Documents
  readonly sharing: Sharing
  readonly roomDocuments: RoomDocuments
  readonly rooms: HostedRooms
  readonly audit: AuditLog
  readonly serving: Serving
  readonly history: History
  /** What is known of a room's record no longer counts, on every node. */
  readonly outdate: (roomName: RoomName) => Promise<void>
}

/**
 * Lists, deletes and imports documents, and gives them to owners. Doesn't check who is calling.
 *
 * @see PROTOCOL.md §15
 */
export class Administration {
  constructor(private readonly context: AdministrationContext) {}

  /**
   * Lists documents in the order of their names, up to 1,000 at a time.
   *
   * @throws {Problem} bad-parameter, store-failed
   * @see PROTOCOL.md AD7
   */
  async list({ after, limit }: Page): Promise<readonly ListedDocument[]> {
    if (!Number.isInteger(limit) || limit < 1 || limit > MOST_LISTED) {
      const detail = `"limit" must be a whole number from 1 to ${MOST_LISTED}.`
      throw new Problem('bad-parameter', detail, { parameter: 'limit' })
    }
    const page = { limit, ...(after !== undefined && { after }) }
    const listed = await this.context.documents.catalog.list(page)
    return listed.map((info) => ({ ...info, members: this.#membersOf(info.roomName) }))
  }

  /**
   * Deletes a document for good.
   *
   * @returns whether there was one
   * @throws {Problem} bad-room, also of comments; store-failed, shutting-down
   * @see PROTOCOL.md AD1, AD3, AD9, CM6
   */
  async deleteDocument(roomName: string, who: Manager): Promise<boolean> {
    this.context.serving.assertServing()
    return this.#remove(checkOwn(roomName), { who, said: { what: 'delete' } })
  }

  /**
   * Deletes a version of a document for good.
   *
   * @returns whether there was one
   * @throws {Problem} bad-room, no-version without a history; store-failed, shutting-down
   * @see PROTOCOL.md HY10
   */
  async deleteVersion(roomName: string, id: number, who: Manager): Promise<boolean> {
    const { serving, history, audit } = this.context
    serving.assertServing()
    const isDeleted = await history.remove(checkRoom(roomName), id)
    const done = { what: 'delete version', room: roomName, version: id }
    if (isDeleted) await audit.note(who, done)
    return isDeleted
  }

  /**
   * Imports a document into a room without one.
   *
   * @param update an update of Yjs 13 from a trusted source; only its size is checked
   * @param record who may see the document; ignored if the room already has a record
   * @returns whether the record had a view link that another document has, and so was left out
   * @throws {Problem} bad-room, bad-parameter, bad-update, document-exists, document-full, store-failed,
   *   shutting-down
   * @see PROTOCOL.md AD10, AD19, AD26
   */
  async importDocument(
    roomName: string,
    update: Uint8Array,
    who: Manager,
    record?: RoomRecord,
  ): Promise<Imported> {
    this.context.serving.assertServing()
    const name = record === undefined ? checkRoom(roomName) : checkOwn(roomName)
    // A document without content is its record alone.
    if (record === undefined && isNothing(update)) throw nothingInIt()
    const { sharing, roomDocuments } = this.context
    const imported = record && (await sharing.importable(name, record))
    try {
      await roomDocuments.import(name, update, imported?.record)
      if (imported?.record !== undefined) await sharing.putFirst(name, imported.record)
    } finally {
      await this.context.outdate(name)
    }
    const bytes = update.byteLength
    await this.context.audit.note(who, { what: 'import', room: roomName, bytes })
    return { isLinkTaken: imported?.isLinkTaken === true }
  }

  /**
   * Puts the present content of a document into a room with neither a document nor a record.
   *
   * @param owner the id of the user who owns the copy; nobody without it
   * @returns whether there is content to copy
   * @throws {Problem} bad-room, bad-parameter, document-exists, document-full, storage-full, store-failed,
   *   shutting-down
   * @see PROTOCOL.md RS14
   */
  async copyDocument(from: string, to: string, who: Manager, owner?: string): Promise<boolean> {
    const { serving, roomDocuments, audit } = this.context
    serving.assertServing()
    if (owner !== undefined) checkOwner(owner)
    const [source, target] = [checkOwn(from), checkOwn(to)]
    const update = await roomDocuments.current(source)
    if (isNothing(update)) return false
    await roomDocuments.create(target, { update, owner })
    const bytes = update.byteLength
    await audit.note(who, { what: 'copy', room: target, from: source, bytes })
    return true
  }

  /**
   * Makes a user the owner of a document, whoever owned it before.
   *
   * @returns whether there is such a document
   * @throws {Problem} bad-room, bad-parameter, access-changed, store-failed, shutting-down
   * @see PROTOCOL.md AD17
   */
  async setOwner(roomName: string, userId: string, who: Manager): Promise<boolean> {
    this.context.serving.assertServing()
    const name = checkOwn(roomName)
    const access = await this.context.sharing.giveTo(name, userId)
    if (access === undefined) return false
    await this.context.outdate(name)
    await this.context.audit.note(who, { what: 'owner', room: name, owner: userId })
    return true
  }

  /**
   * Puts a document into the trash, or takes it out.
   *
   * @returns whether that changes anything
   * @throws {Problem} access-changed, store-failed, shutting-down
   * @see PROTOCOL.md HM8, AD9
   */
  async setTrashed(asked: AskedCall, isTrashed: boolean, who: Manager): Promise<boolean> {
    const { serving, sharing, audit } = this.context
    serving.assertServing()
    const name = checkOwn(asked.roomName)
    if (!(await sharing.trash(asked, isTrashed ? Date.now() : undefined))) return false
    await Promise.all([this.context.outdate(name), audit.note(who, trashing(name, isTrashed))])
    return true
  }

  /** Whether the store finds what is in the trash. */
  get keepsTrash(): boolean {
    return this.context.documents.keepsLists
  }

  /** Returns whether a document is in the trash. @throws {Problem} store-failed */
  async hasTrash(): Promise<boolean> {
    return (await this.#trashed({ beforeMs: Number.MAX_SAFE_INTEGER, limit: 1 })).length > 0
  }

  /**
   * Deletes what has been in the trash, and unused, since before a time, and yields what becomes of each: one
   * that fails, such as because of a lock, doesn't keep the others from going.
   *
   * @throws {Problem} store-failed if the trash can't be listed
   * @see PROTOCOL.md HM10
   */
  async *emptyTrash(beforeMs: number): AsyncGenerator<Emptied> {
    for (let after = ''; ;) {
      const rooms = await this.#trashed({ beforeMs, after, limit: MOST_LISTED })
      for (const roomName of rooms) {
        try {
          yield { roomName, isDeleted: await this.#deleteTrashed(roomName, beforeMs) }
        } catch (error) {
          yield { roomName, isDeleted: false, error }
        }
      }
      if (rooms.length < MOST_LISTED) return
      after = rooms.at(-1)!
    }
  }

  async #trashed(page: TrashPage): Promise<readonly string[]> {
    return (await this.context.documents.lists.trashed(page))?.of ?? []
  }

  /** The record says whether it is in the trash, and it goes only while that is its record. */
  async #deleteTrashed(roomName: string, beforeMs: number): Promise<boolean> {
    if (this.#isInUse(roomName)) return false
    const name = checkOwn(roomName)
    const revision = await this.context.sharing.trashedBefore(name, beforeMs)
    if (revision === undefined) return false
    const noted = { who: { as: 'retention' }, said: { what: 'empty trash' } } as const
    return this.#remove(name, noted, { unusedSinceMs: beforeMs, revision })
  }

  /**
   * Deletes unused documents, and yields each one.
   *
   * @throws {Problem} store-failed
   * @see PROTOCOL.md AD6, AD11, AD25
   */
  async *retain(
    { unusedSinceMs, dryRun = false }: Retention,
    who: Manager,
  ): AsyncGenerator<DocumentInfo> {
    for await (const info of this.#all()) {
      const { roomName, bytes, usedAtMs } = info
      const isUnused = usedAtMs >= FIRST_USE_MS && usedAtMs < unusedSinceMs
      if (!isUnused || this.#isInUse(roomName)) continue
      const noted = { who, said: { what: 'retention', bytes } }
      const only = { unusedSinceMs }
      if (dryRun || (await this.#remove(checkOwn(roomName), noted, only))) yield info
    }
  }

  /** Returns when a document was last used, in ms since 1970; `undefined` without documents. */
  async newestUseMs(): Promise<number | undefined> {
    let newestMs: number | undefined
    for await (const { usedAtMs } of this.#all()) newestMs = Math.max(usedAtMs, newestMs ?? 0)
    return newestMs
  }

  /**
   * Removes a document with the comments on it. What is true after a failure isn't known, as the store may have
   * removed it: then it is noted as well, and asked about again.
   *
   * @see PROTOCOL.md SR10, AD9, CM6
   */
  async #remove(
    roomName: RoomName,
    { who, said }: { readonly who: Manager; readonly said: Audited },
    only?: RemovedOnly,
  ): Promise<boolean> {
    const { roomDocuments, audit, outdate } = this.context
    let isRemoved: boolean | undefined
    try {
      isRemoved = await roomDocuments.remove(roomName, only)
      return isRemoved
    } finally {
      await outdate(roomName)
      const failed = isRemoved === undefined && { failed: true }
      if (isRemoved !== false) await audit.note(who, { ...said, room: roomName, ...failed })
    }
  }

  async *#all(): AsyncGenerator<DocumentInfo> {
    for (let after = ''; ;) {
      const page = await this.context.documents.catalog.list({ after, limit: MOST_LISTED })
      yield* page
      if (page.length < MOST_LISTED) return
      after = page.at(-1)!.roomName
    }
  }

  /** Returns whether somebody reads a document or its comments, and may do so for months without a change. */
  #isInUse(roomName: string): boolean {
    const { rooms } = this.context
    return [roomName, commentsOf(roomName) ?? roomName].some(
      (each) => rooms.find(each)?.isIdle === false,
    )
  }

  #membersOf(roomName: string): number {
    return this.context.rooms.find(roomName)?.room.size ?? 0
  }
}

/** What is noted of a document that is put into the trash, or taken out. */
export function trashing(room: string, isTrashed: boolean): Audited {
  return { what: isTrashed ? 'trash' : 'take out of trash', room }
}

function nothingInIt(): Problem {
  return new Problem('bad-update', 'The document is empty.', { reason: 'malformed' })
}
