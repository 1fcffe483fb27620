import {
  type Author,
  type Broadcasted,
  type Confirmed,
  type Json,
  type Moved,
  Problem,
  type RoomAnswer,
  type RoomPatch,
  type Updated,
} from '@whereabouts/protocol'
import type { AuditLog } from './access/audit.js'
import { Administration } from './administration.js'
import type { AskedRoom } from './document/asked-room.js'
import type { DataFolder } from './document/data-folder.js'
import type { Exchange, Notices } from './exchange/exchange.js'
import type { Documents, DocumentsCount } from './document/documents.js'
import { mergeUpdates } from './document/merge.js'
import type { Quotas } from './document/quota.js'
import type { EndedLogins } from './access/ended-logins.js'
import { MemberIds } from './access/member-id.js'
import type { Permissions } from './access/permissions.js'
import type { Sharing } from './access/sharing.js'
import { resolveSecret } from './access/secret.js'
import { checkEvent } from './event.js'
import { type FirstContent, FirstContents } from './first-contents.js'
import { type Happening, Happenings } from './happenings.js'
import { History } from './history.js'
import { Inspections } from './inspections.js'
import { checkLocation } from './location.js'
import { type Log, withCause } from './log.js'
import { type AskedOfRoom, knownVersion, newsSince, newsText } from './news.js'
import { NodeNotices } from './node-notices.js'
import type { ResolvedOptions } from './options.js'
import type { Participant } from './attendance.js'
import { Readers } from './readers.js'
import { checkRoom } from './room-name.js'
import { type ReadRoom, RoomDocuments, type UpdateOptions } from './room-documents.js'
import { AnswerTexts } from './answer-texts.js'
import { asWas, removeMembers } from './departures.js'
import { RoomLocks } from './room-locks.js'
import type { MemberId, MemberKey, RoomName } from './room/ids.js'
import type { NamedLock } from './room/locks.js'
import type { Posting, Presence } from './room/operation.js'
import type { Clock } from './stream/clock.js'
import { Faults } from './stream/faults.js'
import type { Look } from './stream/look.js'
import type { HostedRooms } from './rooms/hosted-rooms.js'
import { LocalRooms } from './rooms/local-rooms.js'
import type { Numbered } from './rooms/outcomes.js'
import { SharedRooms } from './rooms/shared-rooms.js'
import { Serving } from './serving.js'
import { allOf, StoreCalls } from './store-calls.js'
import type { Disconnection, Revalidation, Whispered } from './visits.js'

/** The counts of a server. */
export interface RoomsCount extends DocumentsCount {
  readonly rooms: number
  readonly members: number
  readonly watching: number
  readonly connections: number
  /** How many rooms failed, and how many single readers. PROTOCOL.md RM17 */
  readonly room_failures: number
  readonly reader_failures: number
  /** How many broadcasts this process has taken. PROTOCOL.md EV14 */
  readonly broadcasts: number
  /** Messages of other nodes that couldn't be read. PROTOCOL.md AC32 */
  readonly unreadable_notices: number
  /** Files of the audit log that were dropped. PROTOCOL.md AD23 */
  readonly audit_files_dropped: number
  /** 1 while the other nodes can be reached, or if there are none. */
  readonly exchange_ready: number
}

/** A room that a process hosts. */
export interface HostedRoomInfo {
  readonly room: string
  /** How many members it has. */
  readonly members: number
  /** How many viewers it has. */
  readonly watching: number
}

/** The exchange between the nodes of a server. */
export type NodesExchange = Exchange<Numbered> & Notices

/** The parts of a server of rooms. */
export interface RoomServerContext {
  readonly options: ResolvedOptions
  readonly documents: Documents
  /** Makes the rooms of several processes one room; without it, rooms belong to this process alone. */
  readonly exchange: NodesExchange | undefined
  readonly folder: DataFolder
  readonly log: Log
  readonly clock: Clock
  /** When this process began to serve, in ms since 1970. */
  readonly startedAtMs: number
  readonly permissions: Permissions
  readonly ended: EndedLogins
  readonly sharing: Sharing
  /** A number from 0 to 1. */
  readonly random: () => number
  readonly audit: AuditLog
  readonly quotas: Quotas
}

/**
 * The operations on rooms, for the calls over HTTP and {@link Rooms}, which check callers and their input
 * first.
 */
export class RoomServer {
  readonly #faults: Faults
  readonly #memberIds: MemberIds
  readonly #rooms: HostedRooms
  readonly readers: Readers
  readonly administration: Administration
  readonly locks: RoomLocks
  readonly history: History
  readonly inspections: Inspections
  readonly #roomDocuments: RoomDocuments
  readonly #serving = new Serving()
  /** Aborted once every call is refused, with that problem. @see PROTOCOL.md FR19 */
  readonly ended = this.#serving.ended
  readonly #answerTexts = new AnswerTexts()
  #broadcasts = 0

  readonly #options: ResolvedOptions
  readonly #audit: AuditLog
  readonly #ended: EndedLogins
  readonly #nodes: NodeNotices
  readonly #documents: Documents
  readonly #happenings: Happenings
  readonly #storeCalls: StoreCalls | undefined

  constructor(context: RoomServerContext) {
    const { options, documents, exchange, folder, log, clock, random, audit } = context
    this.#options = options
    this.#audit = audit
    this.#ended = context.ended
    this.#documents = documents
    this.#faults = new Faults((message, error) => log.error(withCause(message, error)))
    this.#memberIds = new MemberIds(resolveSecret(options.secret, folder.path))
    this.#happenings = new Happenings(clock)
    this.#storeCalls = this.#newStoreCalls(context)
    this.history = new History({ ...context, versions: documents.versions })
    const hooks = {
      documentChanges: allOf(this.history, this.#storeCalls),
      observer: () => this.#happenings.observer,
      faults: this.#faults,
      merge: mergeUpdates,
      emptied: (roomName: string) => documents.release(roomName),
      updated: (roomName: string, update: Uint8Array | undefined, place?: number) => {
        documents.learn(roomName, update, place)
        if (update === undefined) this.#roomDocuments.forget(roomName)
      },
      untold: documents,
    }
    const alone = { ...options, locksFrom: context.startedAtMs * 1_000 }
    this.#rooms =
      exchange === undefined
        ? new LocalRooms(alone, clock, hooks, random)
        : new SharedRooms(exchange, options, clock, hooks, random)
    this.#roomDocuments = new RoomDocuments({
      documents,
      rooms: this.#rooms,
      maxUpdateBytes: options.maxUpdateBytes,
      quotas: context.quotas,
      history: this.history,
      claimed: (room) => this.recordChanged(room),
      firstContents: this.#newFirstContents(context),
    })
    this.administration = new Administration({
      documents,
      sharing: context.sharing,
      roomDocuments: this.#roomDocuments,
      rooms: this.#rooms,
      audit,
      serving: this.#serving,
      history: this.history,
      outdate: (room) => this.recordChanged(room),
    })
    this.readers = this.#newReaders(context)
    this.#nodes = new NodeNotices(this.readers, exchange, log)
    this.inspections = new Inspections(this.readers, this.#rooms, exchange, clock)
    this.locks = new RoomLocks(this.#rooms, this.#serving, (room, who) => this.#memberId(room, who))
  }

  /** @throws {Problem} shutting-down, store-failed. PROTOCOL.md HT8 */
  async assertReady(): Promise<void> {
    this.#serving.assertOpen()
    await this.#documents.check()
  }

  /** Whether the other nodes can be reached; `true` if there are none. @see PROTOCOL.md EX5 */
  get isShared(): boolean {
    return this.#rooms.isShared
  }

  /** Returns whether a room is hosted here now. */
  hasRoom(roomName: string): boolean {
    return this.#rooms.find(roomName) !== undefined
  }

  /**
   * Returns whether a room has a document, if only an empty one.
   *
   * @throws {Problem} store-failed
   */
  async hasDocument(asked: AskedRoom): Promise<boolean> {
    return (await this.#documents.catalog.standing(asked)).info !== undefined
  }

  /** Returns whether a room that is hosted here has a member. */
  hasMember(roomName: string, memberId: string): boolean {
    return this.#rooms.find(roomName)?.room.get(memberId) !== undefined
  }

  /** How many more rooms fit. @see PROTOCOL.md BU31 */
  get places(): number {
    return this.#rooms.places
  }

  /** Returns how many members may still join a room. @see PROTOCOL.md BU27 */
  placesIn(roomName: string): number {
    return this.#options.maxMembers - (this.#rooms.find(roomName)?.room.size ?? 0)
  }

  /** Returns the name by which others know a member without a user. @see PROTOCOL.md HY3 */
  authorOf(roomName: string, key: MemberKey): Author {
    const { room } = this.#rooms.find(roomName) ?? {}
    const member = room?.get(this.#memberIds.of(roomName as RoomName, '', key))
    return member === undefined ? {} : { name: member.user.name }
  }

  /**
   * Returns the id of a caller in a room.
   *
   * @throws {Problem} bad-room
   */
  memberId(roomName: string, participant: Participant): MemberId {
    return this.#memberId(checkRoom(roomName), participant)
  }

  /** Returns the counts for the metrics. */
  async count(): Promise<RoomsCount> {
    let members = 0
    let watching = 0
    for (const { room } of this.#rooms.values()) {
      members += room.size
      watching += room.watching
    }
    const connections = this.readers.size
    return {
      rooms: this.#rooms.size,
      members,
      watching,
      connections,
      room_failures: this.#faults.rooms,
      reader_failures: this.#faults.readers,
      broadcasts: this.#broadcasts,
      unreadable_notices: this.#nodes.unreadable,
      audit_files_dropped: this.#audit.droppedFiles,
      exchange_ready: this.#rooms.isShared ? 1 : 0,
      ...(await this.#documents.count()),
    }
  }

  /**
   * Sets the location of a member, which joins if it hasn't yet.
   *
   * @param textBytes the length of the JSON text that the location was read from
   * @throws {Problem} bad-room, too-large, room-full, too-many-rooms, locked, exchange-busy, shutting-down
   * @see PROTOCOL.md HT3, LK12
   */
  async move(
    roomName: string,
    participant: Participant,
    location: Json,
    textBytes: number,
    { nextWithinMs, polls, lock }: Posting = {},
  ): Promise<Moved> {
    this.#serving.assertServing()
    checkLocation(location, textBytes, this.#options.maxLocationBytes)
    const checked = checkRoom(roomName)
    const id = this.#memberId(checked, participant)
    const { user } = participant
    const operation = { do: 'move', id, user, location, lock, nextWithinMs, polls } as const
    return { self: id, id: await this.#rooms.open(checked).commit(operation) }
  }

  /**
   * Sends an event to all readers of a room. Creates no room and no member.
   *
   * @param participant the member that broadcasts it; `undefined` for the application
   * @param lock the lock that the member has to hold
   * @throws {Problem} bad-room, bad-parameter, too-large, forbidden, locked, exchange-busy, shutting-down
   * @see PROTOCOL.md EV1, EV3, LK12
   */
  async broadcast(
    roomName: string,
    event: Json,
    participant?: Participant,
    lock?: NamedLock,
  ): Promise<Broadcasted> {
    this.#serving.assertServing()
    checkEvent(event, this.#options.maxBroadcastBytes)
    const checked = checkRoom(roomName)
    const from = participant && this.#memberId(checked, participant)
    const id = await this.#rooms.broadcast(checked, { do: 'broadcast', event, from, lock })
    this.#broadcasts += 1
    return { id }
  }

  /**
   * Sends an event to some readers of a room on all nodes.
   *
   * @throws {Problem} bad-room, bad-parameter, too-large, shutting-down; exchange-busy, if other nodes
   *   couldn't be told
   * @see PROTOCOL.md EV10
   */
  async whisper(whispered: Whispered): Promise<void> {
    this.#serving.assertServing()
    checkEvent(whispered.event, this.#options.maxBroadcastBytes)
    checkRoom(whispered.roomName)
    await this.#nodes.tell({ whisper: whispered })
  }

  /**
   * Notes that a member is there. Creates no room and no member.
   *
   * @throws {Problem} bad-room, exchange-busy, shutting-down
   * @see PROTOCOL.md HT27
   */
  async confirm(
    roomName: string,
    participant: Participant,
    presence: Presence,
  ): Promise<Confirmed> {
    this.#serving.assertServing()
    const checked = checkRoom(roomName)
    const self = this.#memberId(checked, participant)
    const id = await this.#rooms.confirm(checked, self, presence)
    if (id !== undefined) return { self, id }
    return this.#rooms.look(checked, ({ frames }) => ({ self: null, id: frames.position }))
  }

  /**
   * Removes a member, at once or `soon`.
   *
   * @param self another member with the participant's key to remove
   * @throws {Problem} bad-room, exchange-busy
   * @see PROTOCOL.md HT6, HT40, MB5, MB6
   */
  async leave(
    roomName: string,
    participant: Participant,
    soon: boolean,
    self?: string,
  ): Promise<void> {
    const checked = checkRoom(roomName)
    await this.#rooms.look(checked, async (known) => {
      const who = self === undefined ? participant : asWas(participant, known.room.get(self))
      const id = this.#memberId(checked, who)
      if (self === undefined || self === id) await known.commit({ do: soon ? 'soon' : 'leave', id })
    })
  }

  /**
   * Revalidates open readers on every node.
   *
   * @throws {Problem} exchange-busy, if other nodes couldn't be told
   * @see PROTOCOL.md AC20, AC28
   */
  async revalidate(revalidation: Revalidation): Promise<void> {
    await this.#nodes.tell({ revalidate: revalidation })
  }

  /**
   * Goes by a room's new record from now on, and asks about its readers. Nodes that can't be told do
   * so by themselves.
   *
   * @see PROTOCOL.md SR10
   */
  async recordChanged(room: string): Promise<void> {
    try {
      await this.revalidate({ room })
    } catch (error) {
      if (!(error instanceof Problem) || error.problem !== 'exchange-busy') throw error
    }
  }

  /**
   * Ends readers of a room on every node, and removes their members.
   *
   * @throws {Problem} bad-room; exchange-busy, if other nodes couldn't be told
   * @see PROTOCOL.md AC23, AC24, AC28
   */
  async disconnect(disconnection: Disconnection): Promise<void> {
    const checked = checkRoom(disconnection.roomName)
    const { memberId, userId } = disconnection
    const whom = memberId === undefined ? { user: userId } : { member: memberId }
    await Promise.all([
      this.#audit.note({ as: 'application' }, { what: 'disconnect', room: checked, ...whom }),
      this.#nodes.tell({ disconnect: disconnection }),
      this.#rooms.look(checked, (known) => removeMembers(known, disconnection)),
    ])
  }

  /**
   * Ends a login on every node, with all that is open of it; its members leave.
   *
   * @throws {Problem} exchange-busy, if other nodes couldn't be told
   * @see PROTOCOL.md AC28, AC31, AC42
   */
  async endSession(session: string): Promise<void> {
    await this.#nodes.tell({ endSession: { session } })
  }

  /** Returns whether a login has ended, as far as this node was told. @see PROTOCOL.md AC42 */
  hasEnded(session: string): boolean {
    return this.#ended.has(session)
  }

  /**
   * Returns the members of a room, or of a part of its document, and where they are. Creates no room and no member.
   *
   * @throws {Problem} bad-room
   * @see PROTOCOL.md HT4, ST15
   */
  async members(roomName: string, part?: string): Promise<RoomAnswer> {
    return this.#rooms.look(checkRoom(roomName), ({ frames }) => ({
      id: frames.position,
      ...frames.room.snapshot(part),
    }))
  }

  /**
   * Returns the changes of a room since a position, or `undefined` if there are none. Returns the whole
   * room if it no longer knows the position.
   *
   * @throws {Problem} bad-room
   * @see PROTOCOL.md HT5, DO6, ST15
   */
  async since(
    roomName: string,
    position: string,
    { documents, part }: Pick<Look, 'documents' | 'part'>,
  ): Promise<RoomPatch | RoomAnswer | undefined> {
    return this.#rooms.look(checkRoom(roomName), (room) =>
      room.guard.do(() =>
        newsSince(room, knownVersion(room.frames, position, documents), documents, part),
      ),
    )
  }

  /**
   * Returns the JSON text of the changes of a room since a position, or `undefined` if there are none. It is
   * the whole room without a position, or if the room no longer knows the position.
   *
   * @throws {Problem} bad-room
   * @see PROTOCOL.md HT4, HT5, DO6, ST15, FR28
   */
  async newsText(roomName: string, asked: AskedOfRoom): Promise<Buffer | undefined> {
    return this.#rooms.look(checkRoom(roomName), (room) =>
      room.guard.do(() => newsText(room, this.#answerTexts, asked)),
    )
  }

  /**
   * Returns the part of a room's document that a caller lacks, as an update of Yjs 13; without a state
   * vector, the whole document. Creates no room and no member.
   *
   * @param since a position of the room; the answer includes everything up to it
   * @returns bytes that others may get as well
   * @throws {Problem} bad-room, bad-parameter, too-large, store-failed
   * @see PROTOCOL.md DO1, EX8
   */
  async document(room: ReadRoom, stateVector?: Uint8Array, since?: string): Promise<Uint8Array> {
    const asked = { ...room, roomName: checkRoom(room.roomName) }
    return this.#roomDocuments.read(asked, stateVector, since)
  }

  /**
   * Makes the server's step of a sync. Returns the document's state vector and an update with everything
   * that the caller lacks; `readSyncAnswer()` reads both. Creates no room and no member.
   *
   * @param stateVector the caller's state vector; empty if the caller has nothing
   * @param since a position of the room; the answer includes everything up to it
   * @throws {Problem} bad-room, bad-parameter, too-large, store-failed
   * @see PROTOCOL.md DO20, EX8
   */
  async sync(room: ReadRoom, stateVector: Uint8Array, since?: string): Promise<Uint8Array> {
    const asked = { ...room, roomName: checkRoom(room.roomName) }
    return this.#roomDocuments.sync(asked, stateVector, since)
  }

  /**
   * Applies an update of Yjs 13 to a room's document, and tells everybody in the room. Resolves when it is
   * stored.
   *
   * @throws {Problem} bad-room, bad-update, too-large, document-full, document-deleted, store-failed,
   *   shutting-down
   * @see PROTOCOL.md DO2, DO9, DO48
   */
  async update(
    roomName: string,
    update: Uint8Array,
    options: UpdateOptions = {},
  ): Promise<Updated> {
    this.#serving.assertServing()
    return this.#roomDocuments.update(checkRoom(roomName), update, options)
  }

  /**
   * Stores the first content of a room's document.
   *
   * @returns the room's position with it; `undefined` if it is empty
   * @throws {Problem} bad-room, bad-update, document-exists, document-full, storage-full, store-failed, shutting-down
   */
  async create(roomName: string, content: FirstContent): Promise<Updated | undefined> {
    this.#serving.assertServing()
    return this.#roomDocuments.create(checkRoom(roomName), content)
  }

  /** Says goodbye to all readers, before the platform waits for its connections. FR7, FR9 */
  async goodbye(): Promise<void> {
    this.#serving.drain()
    await this.readers.drain()
    this.#serving.close()
    // Documents can't be read any more when their time to finish is over.
    this.#storeCalls?.hurry()
    this.history.hurry()
    this.#documents.finish()
    this.#rooms.stopFrames()
    await this.readers.close()
    this.#happenings.close()
  }

  /** Calls `onStoreDocument`, and makes versions, for all that still waits. Call it after the last answer. @see PROTOCOL.md RS13 */
  async finishStoring(): Promise<void> {
    await Promise.all([this.#storeCalls?.finish(), this.history.finish()])
  }

  /** Returns what happens in the rooms from now on. @see PROTOCOL.md EV16 */
  happenings(): AsyncIterableIterator<Happening> {
    return this.#happenings.listen()
  }

  /** Returns the rooms that are hosted here. @see PROTOCOL.md EV20 */
  list(): HostedRoomInfo[] {
    return Array.from(this.#rooms.values(), ({ name, room }) => ({
      room: name,
      members: room.size,
      watching: room.watching,
    }))
  }

  /** Tells the other processes that this one is gone. Call it after the last answer. @see PROTOCOL.md EX4 */
  async release(): Promise<void> {
    await this.#rooms.leaveExchange()
  }

  #newReaders({ options, clock, permissions, ended, random }: RoomServerContext): Readers {
    return new Readers({
      options,
      rooms: this.#rooms,
      memberIds: this.#memberIds,
      serving: this.#serving,
      clock,
      faults: this.#faults,
      permissions,
      ended,
      random,
    })
  }

  #newFirstContents(context: RoomServerContext): FirstContents | undefined {
    const { options, documents, log, clock } = context
    const { onLoadDocument: onLoad } = options
    const { catalog } = documents
    const create = async (room: string, content: FirstContent) => {
      await this.#roomDocuments.create(checkRoom(room), content)
    }
    return onLoad && new FirstContents({ onLoad, catalog, create, log, clock })
  }

  #newStoreCalls(context: RoomServerContext): StoreCalls | undefined {
    const { options } = context
    const read = (room: string) => this.#roomDocuments.current(checkRoom(room))
    return StoreCalls.of(options.onStoreDocument, read, { ...context, limits: options })
  }

  #memberId(roomName: RoomName, { key, user }: Participant): MemberId {
    return this.#memberIds.of(roomName, user.id ?? '', key)
  }
}
