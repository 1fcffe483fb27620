import type { IncomingMessage } from 'node:http'
import {
  type Access,
  type Action,
  documentOfComments,
  type LinkGives,
  type Offer,
  Problem,
  ROLES,
} from '@whereabouts/protocol'
import { type AskedRoom, askedByApplication } from '../document/asked-room.js'
import { type Quotas, type Reservation, UNLIMITED } from '../document/quota.js'
import {
  MAX_RECORD_BYTES,
  type RoomCatalog,
  type RoomRecord,
  type Standing,
} from '../document/store.js'
import { documentRoom } from '../room/document-room.js'
import {
  type AccessRecord,
  actionsOf,
  changed,
  type CheckedChange,
  NO_RECORD,
  passedTo,
  readImported,
  readRecord,
  shown,
  written,
} from './access-record.js'

/** A record and where it stands. */
interface Known {
  readonly roomName: string
  /** The incarnation of the document that it is about. */
  readonly incarnation: string
  readonly record: AccessRecord
  /** 0 if there is none yet. */
  readonly revision: number
  /** Whether there is neither a record nor a document. */
  readonly isNew: boolean
}

/** A call, and the room that it asks about. */
export type AskedCall = AskedRoom & { readonly request: IncomingMessage }

/** How a record is stored. */
interface Putting {
  /** Whether there are users. */
  readonly byUsers?: boolean
  readonly take?: (after: RoomRecord) => Promise<Reservation>
}

/**
 * The access records of documents: whose they are, what others may do, and their view links.
 *
 * @see PROTOCOL.md SR1
 */
export class Sharing {
  /** A record is read once for all who ask about it. */
  readonly #knownBy = new WeakMap<Standing, Known>()
  /** What the calls were decided by that a record decided about. */
  readonly #decided = new WeakMap<IncomingMessage, Known>()

  /** @param linkGives what a link gives until an owner says otherwise */
  constructor(
    private readonly catalog: RoomCatalog,
    private readonly linkGives: LinkGives,
    private readonly quotas: Quotas,
  ) {}

  /** What was read until now no longer counts. @param roomName all rooms without it */
  outdate(roomName?: string): void {
    this.catalog.outdate(roomName === undefined ? undefined : documentRoom(roomName))
  }

  /**
   * The room that a view link leads to.
   *
   * @param account who asks
   * @throws {Problem} store-failed
   * @see PROTOCOL.md SR6, SR9
   */
  roomOf(viewLink: string, account: string): Promise<string | undefined> {
    return this.catalog.findByLink(viewLink, account)
  }

  /**
   * Whether a document's record lets a user do something.
   *
   * @throws {Problem} store-failed
   * @see PROTOCOL.md SR1, SR3, SR4
   */
  async allows(asked: AskedCall, userId: string | undefined, action: Action): Promise<boolean> {
    if (userId === undefined) return false
    const { record, isNew } = await this.#decide(asked)
    const actions = isNew ? ROLES.editor : actionsOf(record, userId, this.linkGives)
    return actions.includes(action)
  }

  /**
   * Whether there is a document that a call is about, if only an empty one.
   *
   * @throws {Problem} store-failed
   * @see PROTOCOL.md CM2
   */
  async hasDocument(asked: AskedCall): Promise<boolean> {
    return !(await this.#decide(asked)).isNew
  }

  /** Returns whether a call was refused because it is about comments on a document that isn't there. */
  lacksDocument({ request, roomName }: Pick<AskedCall, 'request' | 'roomName'>): boolean {
    const known = this.#decided.get(request)
    return known?.isNew === true && known.roomName === documentOfComments(roomName)
  }

  /** The record that decides about a call, which comments have of their document. */
  async #decide(asked: AskedCall): Promise<Known> {
    const known = await this.#known(asked)
    this.#decided.set(asked.request, known)
    return known
  }

  /**
   * The record that makes the user of a call the owner of a document that isn't there yet, if a record
   * decided about the call. It is stored with the document's first update or not at all.
   *
   * @param owned of a document that was there before: whether the user says that it was theirs
   * @throws {Problem} document-lost
   * @see PROTOCOL.md SR4, SR25
   */
  claimOf(request: IncomingMessage, userId: string, owned?: boolean): RoomRecord | undefined {
    if (!this.decidedAsNew(request)) return undefined
    if (owned === undefined) return written({ ...NO_RECORD, owner: userId })
    if (!owned) throw documentLost()
    return written({ ...NO_RECORD, owner: userId, link: 'nothing' })
  }

  /**
   * Returns whether a call was decided about when its room had neither a record nor a document.
   *
   * @see PROTOCOL.md SR4
   */
  decidedAsNew(request: IncomingMessage): boolean {
    return this.#decided.get(request)?.isNew === true
  }

  /**
   * The incarnation of the document that a record decided about for a call; `undefined` if none did.
   *
   * @see PROTOCOL.md SR4
   */
  decidedAbout(request: IncomingMessage): string | undefined {
    return this.#decided.get(request)?.incarnation
  }

  /**
   * Returns whose trash a document is in that a call asked about, if that is why its user may not do something:
   * their own, or that of somebody who shared it.
   *
   * @see PROTOCOL.md HM9
   */
  refusedByTrash(
    { request, roomName }: Pick<AskedCall, 'request' | 'roomName'>,
    userId: string,
    action: Action,
  ): 'own' | 'shared' | undefined {
    const known = this.#decided.get(request)
    if (known?.roomName !== documentRoom(roomName) || known.record.trashedAtMs === undefined)
      return undefined
    const { record } = known
    const mayNow = actionsOf(record, userId, this.linkGives)
    const mayOtherwise = actionsOf({ ...record, trashedAtMs: undefined }, userId, this.linkGives)
    if (mayNow.includes(action) || !mayOtherwise.includes(action)) return undefined
    return record.owner === userId ? 'own' : 'shared'
  }

  /** @param byUsers whether there are users @throws {Problem} store-failed. SR12 */
  async show(asked: AskedRoom, byUsers: boolean): Promise<Access> {
    const { record, revision } = await this.#knownNow(asked)
    return shown(record, revision, this.linkGives, byUsers)
  }

  /**
   * Changes a record, if nobody else has meanwhile. Returns what it says then, with the same revision
   * if nothing changes.
   *
   * @param byUsers whether there are users
   * @throws {Problem} access-changed, bad-parameter, too-large, store-failed
   * @see PROTOCOL.md SR13
   */
  async change(asked: AskedRoom, change: CheckedChange, byUsers: boolean): Promise<Access> {
    const known = await this.#knownNow(asked)
    if (known.revision !== change.revision) throw accessChanged()
    const take = (after: RoomRecord) => {
      const before = known.revision === 0 ? undefined : written(known.record)
      return this.quotas.takeRecord({ before, after, isNew: known.isNew })
    }
    return this.#put(asked.roomName, known, changed(known.record, change), { byUsers, take })
  }

  /**
   * Returns what is offered to a user in a room, if anything is.
   *
   * @throws {Problem} store-failed
   * @see PROTOCOL.md SR20
   */
  async offerTo(asked: AskedRoom, userId: string): Promise<Offer | undefined> {
    const { record } = await this.#known(asked)
    if (record.offeredTo !== userId) return undefined
    return record.owner === undefined ? {} : { from: record.owner }
  }

  /**
   * Makes a user whom a document is offered to its owner.
   *
   * @throws {Problem} forbidden if nothing is offered to the user; access-changed, storage-full,
   *   bad-parameter, too-large, store-failed
   * @see PROTOCOL.md SR20, SR21
   */
  async acceptOffer(asked: AskedRoom, userId: string): Promise<void> {
    const known = await this.#knownNow(asked)
    if (known.record.offeredTo !== userId) throw nothingOffered()
    const take = (after: RoomRecord) => this.quotas.takeOver(asked, after)
    await this.#put(asked.roomName, known, passedTo(known.record, userId), { take })
  }

  /**
   * Ends the offer of a document to a user.
   *
   * @returns whether there was one
   * @throws {Problem} access-changed, store-failed
   * @see PROTOCOL.md SR20
   */
  async refuseOffer(asked: AskedRoom, userId: string): Promise<boolean> {
    const known = await this.#knownNow(asked)
    if (known.record.offeredTo !== userId) return false
    await this.#put(asked.roomName, known, { ...known.record, offeredTo: undefined })
    return true
  }

  /**
   * Puts a document into the trash, or takes it out. Needs no space, as it is how users make some.
   *
   * @param trashedAtMs when it is put there; `undefined` to take it out
   * @returns whether that changes anything
   * @throws {Problem} forbidden if nobody owns it; access-changed, too-large, store-failed
   * @see PROTOCOL.md HM8, HM13
   */
  async trash(asked: AskedCall, trashedAtMs: number | undefined): Promise<boolean> {
    const decided = this.#decided.get(asked.request)
    const known = await this.#knownNow(asked)
    // The document may have got another owner since the call was let in.
    if (decided !== undefined && decided.revision !== known.revision) throw accessChanged()
    const { record, isNew } = known
    const isAsItWas = (record.trashedAtMs === undefined) === (trashedAtMs === undefined)
    if (isNew || isAsItWas) return false
    // It would be in nobody's trash, and closed to everybody.
    if (trashedAtMs !== undefined && record.owner === undefined) throw ownedByNobody()
    const viewLink =
      trashedAtMs === undefined ? await this.#ownLink(asked, record) : record.viewLink
    await this.#put(asked.roomName, known, { ...record, viewLink, trashedAtMs })
    return true
  }

  /**
   * Returns the revision of a record that has been in the trash since before a time; `undefined` if it hasn't.
   *
   * @throws {Problem} store-failed
   * @see PROTOCOL.md HM10
   */
  async trashedBefore(roomName: string, beforeMs: number): Promise<number | undefined> {
    const { record, revision } = await this.#knownNow(askedByApplication(roomName))
    const { trashedAtMs = Infinity } = record
    return trashedAtMs < beforeMs ? revision : undefined
  }

  /** Returns the view link of a record that was in the trash, unless an import has brought it elsewhere. */
  async #ownLink({ account }: AskedRoom, { viewLink }: AccessRecord): Promise<string | undefined> {
    if (viewLink === undefined) return undefined
    const taken = await this.roomOf(viewLink, account)
    return taken === undefined ? viewLink : undefined
  }

  /**
   * @param take reserves space for the record; without it, none is needed
   * @throws {Problem} access-changed if the record isn't the known one any more; too-large, store-failed
   */
  async #put(
    roomName: string,
    { record, revision }: Known,
    after: AccessRecord,
    { byUsers = true, take = async () => UNLIMITED }: Putting = {},
  ): Promise<Access> {
    const next = written(after)
    if (next.json === written(record).json) return shown(record, revision, this.linkGives, byUsers)
    if (Buffer.byteLength(next.json) > MAX_RECORD_BYTES) throw tooLarge(MAX_RECORD_BYTES)
    const space = await take(next)
    let put: number | undefined
    try {
      put = await this.catalog.putRecord(roomName, next, revision)
    } finally {
      if (put === undefined) space.giveBack()
      else space.stored()
    }
    this.outdate(roomName)
    if (put === undefined) throw accessChanged()
    return shown(after, put, this.linkGives, byUsers)
  }

  /**
   * A record that an import brings, as it can be stored here.
   *
   * @returns no record if the room has one already
   * @throws {Problem} bad-parameter if it is invalid; too-large, store-failed
   * @see PROTOCOL.md AD19
   */
  async importable(
    roomName: string,
    brought: RoomRecord,
  ): Promise<{ readonly record?: RoomRecord; readonly isLinkTaken: boolean }> {
    const { viewLink, trashedAtMs: _trashed, ...others } = readImported(brought)
    const asked = askedByApplication(roomName)
    if ((await this.#knownNow(asked)).revision !== 0) return { isLinkTaken: false }
    const linked = viewLink === undefined ? undefined : await this.roomOf(viewLink, asked.account)
    const isLinkTaken = linked !== undefined && linked !== roomName
    const record = written(isLinkTaken ? others : { ...others, viewLink })
    if (Buffer.byteLength(record.json) > MAX_RECORD_BYTES) throw tooLarge(MAX_RECORD_BYTES)
    return { record, isLinkTaken }
  }

  /** Stores a room's first record; does nothing if it has one. @throws {Problem} store-failed */
  async putFirst(roomName: string, record: RoomRecord): Promise<void> {
    await this.catalog.putRecord(roomName, record, 0)
  }

  /**
   * Makes a user the owner of a document, whoever owned it before.
   *
   * @returns the record then; `undefined` without a document and without a record
   * @throws {Problem} access-changed, bad-parameter, too-large, store-failed
   * @see PROTOCOL.md AD17
   */
  async giveTo(roomName: string, owner: string): Promise<Access | undefined> {
    const known = await this.#knownNow(askedByApplication(roomName))
    return known.isNew ? undefined : this.#put(roomName, known, passedTo(known.record, owner))
  }

  /** Of comments, that of their document: they have no record of their own. @see PROTOCOL.md CM3, CM5 */
  async #known({ roomName: called, account }: AskedRoom): Promise<Known> {
    const roomName = documentRoom(called)
    const standing = await this.catalog.standing({ roomName, account })
    const known = this.#knownBy.get(standing) ?? knownFrom(standing, roomName)
    this.#knownBy.set(standing, known)
    return known
  }

  /** What is known, read again. */
  #knownNow(asked: AskedRoom): Promise<Known> {
    this.outdate(asked.roomName)
    return this.#known(asked)
  }
}

function knownFrom({ incarnation, record, info }: Standing, roomName: string): Known {
  if (record === undefined) {
    return { roomName, incarnation, record: NO_RECORD, revision: 0, isNew: info === undefined }
  }
  const { revision } = record
  return { roomName, incarnation, record: readRecord(record), revision, isNew: false }
}

/** @see PROTOCOL.md SR25 */
function documentLost(): Problem {
  const detail = 'The server no longer has this document. It comes back when its owner opens it.'
  return new Problem('document-lost', detail)
}

function tooLarge(limitBytes: number): Problem {
  const detail = `Who has access takes more than ${limitBytes} bytes. Remove some users.`
  return new Problem('too-large', detail, { limitBytes })
}

/** Returns the record that a document of the application's begins with. @see PROTOCOL.md RS6, RS7 */
export function firstRecord(owner: string | undefined): RoomRecord {
  return written({ ...NO_RECORD, owner })
}

/** @see PROTOCOL.md SR20 */
export function nothingOffered(): Problem {
  return new Problem('forbidden', 'This document isn’t offered to you, or no longer is.')
}

/** @see PROTOCOL.md HM13 */
function ownedByNobody(): Problem {
  const detail = 'Nobody owns this document, so it can’t be in anybody’s trash. Delete it instead.'
  return new Problem('forbidden', detail)
}

function accessChanged(): Problem {
  return new Problem(
    'access-changed',
    'Somebody else has changed who has access. Load it again, and then make your change.',
  )
}
