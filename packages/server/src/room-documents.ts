import { createHash } from 'node:crypto'
import {
  type Author,
  commentsOf,
  type DocumentNews,
  documentOfComments,
  Problem,
  readSyncAnswer,
  type Updated,
} from '@whereabouts/protocol'
import { firstRecord } from './access/sharing.js'
import { type AskedRoom, askedByApplication } from './document/asked-room.js'
import { documentExists } from './document/document-exists.js'
import type { AcceptedUpdate, Documents } from './document/documents.js'
import { mergeIntoOne } from './document/merge.js'
import type { Reading } from './document/messages.js'
import type { Quotas, Reservation } from './document/quota.js'
import { Repeats } from './document/repeats.js'
import type { RemovedOnly, RoomRecord } from './document/store.js'
import type { FirstContent, FirstContents } from './first-contents.js'
import type { History } from './history.js'
import { checkOwn } from './room-name.js'
import type { RoomName } from './room/ids.js'
import { isNothing } from './room/nothing.js'
import type { MissedUpdates } from './room/room-state.js'
import type { HostedRooms } from './rooms/hosted-rooms.js'

/** The options of an update. */
export interface UpdateOptions {
  /** Makes repetitions of the same update one commit, as long as the key is remembered. */
  readonly idempotencyKey?: string | undefined
  /** Whose key that is; without it, the application's. */
  readonly account?: string | undefined
  /** The incarnation of the document that the update is for; without it, the current one. */
  readonly incarnation?: string | undefined
  /** Grants new client ids to an update of a document with many, or rejects; without it, all are granted. */
  readonly grant?: ((clients: number) => Promise<void>) | undefined
  /**
   * The record to store with the update. The room must have neither a document nor a record then, or
   * else the update is `document-deleted`.
   */
  readonly claim?: RoomRecord | undefined
  /** Who writes it; without it, the application. */
  readonly author?: Author | undefined
  /** Rejects if the update may not be stored after all. Called right before it goes to the store. */
  readonly confirm?: (() => Promise<void>) | undefined
}

type Terms = Pick<UpdateOptions, 'incarnation' | 'claim' | 'grant' | 'confirm' | 'author'>

/** A room that an account changes. */
type OwnRoom = AskedRoom & { readonly roomName: RoomName }

/** A room whose document an account reads. */
export interface ReadRoom extends AskedRoom {
  /** The incarnation of the document that is read; if omitted, the current one. */
  readonly incarnation?: string | undefined
}

type OwnReadRoom = ReadRoom & OwnRoom

/** What the documents of the rooms are made of. */
export interface RoomDocumentsContext {
  readonly documents: Documents
  readonly rooms: HostedRooms
  readonly maxUpdateBytes: number
  readonly quotas: Quotas
  /** Called when a document got its first record. */
  readonly claimed: (roomName: RoomName) => Promise<void>
  readonly history: Pick<History, 'writes' | 'wrote'>
  /** Where documents that aren't there begin; without it, they begin empty. */
  readonly firstContents: FirstContents | undefined
}

/** The documents of the rooms: what is read has what the room told, and what is written is told. */
export class RoomDocuments {
  #updates = new Repeats<Updated>()

  constructor(private readonly context: RoomDocumentsContext) {}

  /**
   * @param since a position of the room; the answer includes everything up to it
   * @throws {Problem} bad-parameter, too-large, document-deleted, store-failed
   * @see PROTOCOL.md DO1, EX8
   */
  async read(
    asked: OwnReadRoom,
    stateVector: Uint8Array | undefined,
    since: string | undefined,
  ): Promise<Uint8Array> {
    const own = stateVector && this.#ownVector(stateVector)
    const { documents } = this.context
    const read = (reading: Reading) => documents.read(reading, own)
    const emptinessOf = (update: Uint8Array) => {
      if (!isNothing(update)) return 'full'
      return own === undefined ? 'empty' : 'unknown'
    }
    return this.#readFilled(asked, since, read, emptinessOf)
  }

  /** Returns the whole document as it is now, without asking for its first content. */
  async current(roomName: RoomName): Promise<Uint8Array> {
    const reading = await this.#reading(askedByApplication(roomName), undefined)
    return this.context.documents.read(reading, undefined)
  }

  /**
   * @param stateVector the caller's state vector; empty if the caller has nothing
   * @param since a position of the room; the answer includes everything up to it
   * @throws {Problem} bad-parameter, too-large, document-deleted, store-failed
   * @see PROTOCOL.md DO20, EX8
   */
  async sync(
    asked: OwnReadRoom,
    stateVector: Uint8Array,
    since: string | undefined,
  ): Promise<Uint8Array> {
    const own = this.#ownVector(stateVector)
    const { documents } = this.context
    const sync = (reading: Reading) => documents.sync(reading, own)
    return this.#readFilled(asked, since, sync, (answer) =>
      isNothing(readSyncAnswer(answer)!.vector) ? 'empty' : 'full',
    )
  }

  /** Reads a document again if it may have got its first content meanwhile. @see PROTOCOL.md RS6 */
  async #readFilled(
    asked: OwnReadRoom,
    since: string | undefined,
    read: (reading: Reading) => Promise<Uint8Array>,
    emptinessOf: (answer: Uint8Array) => 'full' | 'empty' | 'unknown',
  ): Promise<Uint8Array> {
    const { firstContents } = this.context
    if (firstContents === undefined) return read(await this.#reading(asked, since))
    const atMs = firstContents.now()
    const reading = await this.#reading(asked, since)
    const answer = await read(reading)
    const emptiness = emptinessOf(answer)
    if (emptiness === 'full') return answer
    const mayHaveContent = await firstContents.fill(asked, {
      atMs,
      isEmpty: emptiness === 'empty',
    })
    return mayHaveContent ? read({ ...reading, isFresh: true }) : answer
  }

  /**
   * @throws {Problem} bad-update, too-large, document-full, document-deleted (also of comments on no document),
   *   storage-full, store-failed
   * @see PROTOCOL.md DO2, DO9, DO48, BU10, CM2
   */
  async update(
    roomName: RoomName,
    update: Uint8Array,
    { idempotencyKey, account = '', ...terms }: UpdateOptions,
  ): Promise<Updated> {
    this.#checkSize('An update', update)
    const asked = { roomName, account }
    await this.#assertDocument(asked)
    await this.context.firstContents?.fill(asked)
    const work = () => this.#update(asked, update, terms)
    if (idempotencyKey === undefined) return work()
    const hash = createHash('sha256').update(update).digest('base64url')
    return this.#updates.once(`${roomName} ${idempotencyKey} ${hash} ${account}`, work)
  }

  /**
   * Imports a document into a room without one.
   *
   * @param claim the record to store with it
   * @throws {Problem} bad-room (comments with a record), bad-update, document-exists, document-full,
   *   document-deleted (comments on no document), store-failed
   * @see PROTOCOL.md AD10, CM2, CM5
   */
  async import(roomName: RoomName, update: Uint8Array, claim?: RoomRecord): Promise<void> {
    await this.#assertDocument(askedByApplication(roomName))
    const bytes = await this.context.documents.import(roomName, update, claim)
    await this.context.rooms.update(roomName, { changed: true, bytes })
  }

  /**
   * Stores the first content of a document, in a room with neither a document nor a record. Of an empty one it
   * stores whose it is.
   *
   * @returns the room's position with it; `undefined` if it is empty
   * @throws {Problem} bad-room (of comments), bad-update, document-exists, document-full, storage-full, store-failed
   * @see PROTOCOL.md RS6, RS14, RS15, RS18, CM5
   */
  async create(roomName: RoomName, { update, owner }: FirstContent): Promise<Updated | undefined> {
    checkOwn(roomName)
    const record = firstRecord(owner)
    if (isNothing(update)) {
      if (owner !== undefined) await this.#putFirst(roomName, record)
      return undefined
    }
    const { documents, quotas, rooms, claimed } = this.context
    const space = await quotas.take(askedByApplication(roomName), update.byteLength, record)
    const bytes = (await storedIn(space, documents.import(roomName, update, record)))!
    await claimed(roomName)
    return { id: await rooms.update(roomName, { changed: true, bytes, isSecret: true }) }
  }

  /** @throws {Problem} document-exists, storage-full, store-failed */
  async #putFirst(roomName: RoomName, record: RoomRecord): Promise<void> {
    const { documents, quotas, claimed } = this.context
    const space = await quotas.takeRecord({ before: undefined, after: record, isNew: true })
    const put = await storedIn(space, documents.catalog.putRecord(roomName, record, 0))
    if (put === undefined) throw documentExists()
    await claimed(roomName)
  }

  /**
   * Deletes a document for good, with the comments on it, and ends the readers of both.
   *
   * @param only what has to be so, or the document is kept
   * @returns whether there was one
   * @throws {Problem} bad-room (of comments), store-failed
   * @see PROTOCOL.md AD1, AD3, CM6
   */
  async remove(roomName: RoomName, only?: RemovedOnly): Promise<boolean> {
    const isRemoved = await this.context.documents.remove(roomName, only)
    if (!isRemoved) return false
    const comments = commentsOf(roomName) as RoomName | undefined
    const rooms = comments === undefined ? [roomName] : [roomName, comments]
    for (const each of rooms) this.forget(each)
    await Promise.all(rooms.map((each) => this.context.rooms.deleted(each)))
    return true
  }

  /**
   * A document was deleted: what was stored in it before isn't in the next one. Posts of other rooms that
   * are repeated then are stored again, which changes nothing.
   *
   * @see PROTOCOL.md DO9
   */
  forget(roomName: string): void {
    this.#updates = new Repeats()
    this.context.firstContents?.forget(roomName)
  }

  /** The store refuses comments on no document as well, but doesn't say why. @throws {Problem} document-deleted */
  async #assertDocument({ roomName, account }: AskedRoom): Promise<void> {
    const document = documentOfComments(roomName)
    if (document === undefined) return
    const { catalog } = this.context.documents
    const { info } = await catalog.standing({ roomName: document, account })
    if (info === undefined) throw nothingToComment(document)
  }

  async #reading(asked: OwnReadRoom, since: string | undefined): Promise<Reading> {
    return { ...asked, isFresh: !(await this.context.rooms.isUpToDate(asked.roomName, since)) }
  }

  /** Copies the vector, because the caller may change it during an `await`. @see PROTOCOL.md ID12 */
  #ownVector(stateVector: Uint8Array): Uint8Array {
    this.#checkSize('A state vector', stateVector)
    return new Uint8Array(stateVector)
  }

  #checkSize(what: string, { byteLength }: Uint8Array): void {
    const limitBytes = this.context.maxUpdateBytes
    if (byteLength <= limitBytes) return
    throw new Problem(
      'too-large',
      `${what} may have at most ${limitBytes} bytes. Send a smaller one.`,
      { limitBytes },
    )
  }

  async #update(asked: OwnRoom, update: Uint8Array, terms: Terms): Promise<Updated> {
    const { roomName } = asked
    const { documents, rooms, claimed, history } = this.context
    history.writes(roomName, terms.author)
    const { changed, pending, bytes, place } = await this.#store(asked, update, terms)
    if (changed) history.wrote(roomName, terms.author)
    // Readers that came before it had a record may not be allowed to read it.
    const isSecret = changed && terms.claim !== undefined
    if (isSecret) await claimed(roomName)
    const id = await rooms.update(roomName, { changed, bytes, place, isSecret })
    // Readers needn't wait for the disk.
    await documents.flushed()
    return pending ? { id, pending } : { id }
  }

  /** Space is taken for what is stored and for nothing else. @see PROTOCOL.md BU18 */
  async #store(asked: OwnRoom, update: Uint8Array, terms: Terms): Promise<AcceptedUpdate> {
    const { quotas, documents } = this.context
    const space = await quotas.take(asked, update.byteLength, terms.claim)
    let accepted: AcceptedUpdate | undefined
    try {
      accepted = await documents.update(asked.roomName, update, terms)
      return accepted
    } finally {
      if (accepted?.changed === true) space.stored()
      else space.giveBack()
    }
  }
}

/** @see PROTOCOL.md CM2 */
function nothingToComment(document: string): Problem {
  const detail = `The room "${document}" has no document that these could be the comments on. Write that first.`
  return new Problem('document-deleted', detail)
}

/** Uses space for something if that is stored, and gives it back otherwise. */
async function storedIn<T>(
  space: Reservation,
  stored: Promise<T | undefined>,
): Promise<T | undefined> {
  let result: T | undefined
  try {
    result = await stored
    return result
  } finally {
    if (result === undefined) space.giveBack()
    else space.stored()
  }
}

/**
 * Returns the document's part of a long-poll's answer, merged into at most one update.
 */
export function documentNews(updates: MissedUpdates): DocumentNews {
  if (updates?.length === 0) return {}
  const update = updates && mergeIntoOne(updates)
  if (update === undefined) return { resync: { document: true } }
  return { document: Buffer.from(update).toString('base64') }
}
