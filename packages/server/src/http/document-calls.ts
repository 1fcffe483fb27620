import {
  type Author,
  isNoDocument,
  isViewLink,
  noDocument,
  Problem,
  type Updated,
} from '@whereabouts/protocol'
import type { Callers } from '../access/caller.js'
import type { Asker } from '../access/permissions.js'
import { authorOf } from '../document/version-store.js'
import { MOST_LISTED } from '../administration.js'
import type { DocumentFiles, FileCall } from '../document-files.js'
import { documentExists } from '../document/document-exists.js'
import type { ReadRoom } from '../room-documents.js'
import { checkOwn, checkRoom } from '../room-name.js'
import type { RoomServer } from '../room-server.js'
import type { Bodies } from './body.js'
import { type Call, wholeNumber } from './call.js'
import { bound, DecidedDocuments } from './decided-documents.js'
import {
  type Access,
  type Decided,
  type Demand,
  type Entered,
  type Entrance,
  noBody,
} from './entrance.js'
import { FileBodies } from './file-bodies.js'
import type { LargeAnswers } from './large-answers.js'
import {
  assertSameUser,
  idempotencyKey,
  incarnation,
  isOwned,
  namedLock,
  stateVector,
} from './parameters.js'
import { closing } from './question.js'

/** What an application is asked about that isn't one room: no room has this name. */
const EVERY_ROOM = '*'
const NO_DOCUMENT = noDocument(0)
const USUALLY_LISTED = 100

const READ: Demand = { budget: 'documents', needs: ['watch'] }
const WRITE: Demand = { budget: 'posts', needs: ['write'] }

/** What the calls of documents work with. */
export interface DocumentParts {
  readonly rooms: RoomServer
  readonly access: Access
  readonly bodies: Bodies
  readonly entrance: Entrance
  readonly callers: Callers
  readonly answers: LargeAnswers
  readonly maxUpdateBytes: number
  readonly files: DocumentFiles | undefined
}

/** What the calls of documents do, once it is known which one it is and for which room. */
export class DocumentCalls {
  readonly #decided: DecidedDocuments
  readonly #files: FileBodies

  constructor(private readonly parts: DocumentParts) {
    this.#decided = new DecidedDocuments(parts.access)
    this.#files = new FileBodies(parts.files, parts.bodies)
  }

  /** @see PROTOCOL.md DO1, FILES.md FL16 */
  async read(call: Call, name: string): Promise<void> {
    const { entrance, rooms, answers } = this.parts
    const decided = await entrance.decide(call, name, READ, noBody)
    const { query } = call
    const type = this.#files.accepted(call)
    const lacks = type === undefined ? stateVector(query) : undefined
    const since = query('since')
    const update = await this.#read(decided, (asked) => rooms.document(asked, lacks, since))
    if (type === undefined) return answers.send(call, update)
    const file = await this.#files.write(type, update, this.#fileCall(call, decided))
    // The conversion may have waited for its turn.
    await entrance.confirm(decided)
    answers.send(call, file, type)
  }

  #fileCall(call: Call, { account }: Entered): FileCall {
    const signal = AbortSignal.any([closing(call, DISCONNECTED), this.parts.rooms.ended])
    return { account: account.key, signal }
  }

  /** @see PROTOCOL.md DO20, DO58 */
  async sync(call: Call, name: string): Promise<void> {
    const { entrance, rooms, answers, bodies, maxUpdateBytes } = this.parts
    const { query } = call
    const read = ({ user }: Entered) => {
      assertSameUser(call.request, user?.claim.id)
      return bodies.readBytes(call, maxUpdateBytes)
    }
    const decided = await entrance.decide(call, name, READ, read)
    const since = query('since')
    const answer = await this.#read(decided, (asked) => rooms.sync(asked, decided.said, since))
    answers.send(call, answer)
  }

  #read(
    decided: Decided<unknown>,
    read: (asked: ReadRoom) => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    const { asker } = decided
    return this.#decided.use(asker, 'watch', async (current) => {
      const { roomName, account } = asker
      const answer = await read({ roomName, account, incarnation: current })
      await this.#assertStillMayRead(asker)
      // The read may have waited for its turn, for the store, or for the application.
      await this.parts.entrance.confirm(decided)
      return answer
    })
  }

  /** A room that had no document may have one now, with a record. @see PROTOCOL.md RS17 */
  async #assertStillMayRead(asker: Asker): Promise<void> {
    const { permissions, sharing } = this.parts.access
    if (!sharing.decidedAsNew(asker.request)) return
    sharing.outdate(asker.roomName)
    await permissions.assert(asker, 'watch')
  }

  /** @see PROTOCOL.md DO2, DO9, DO58, LK12 */
  async write(call: Call, roomName: string): Promise<Updated> {
    const type = this.#files.posted(call)
    if (type !== undefined) return this.#writeFile(call, roomName, type)
    const read = (entered: Entered) => this.#readUpdate(call, entered)
    const { entrance, rooms, access } = this.parts
    const decided = await entrance.decide(call, roomName, WRITE, read)
    const { asker, said } = decided
    const confirm = async () => {
      await entrance.confirm(decided)
      await said.options.confirm?.()
    }
    return this.#decided.use(asker, 'write', async (current) => {
      const { request, user } = asker
      const bounds = bound(asker.roomName, said.options, current)
      const claim = user && access.sharing.claimOf(request, user.claim.id, said.returning)
      const options = { ...bounds, claim, confirm }
      return rooms.update(asker.roomName, said.update, options)
    })
  }

  /** A file is a document of its own, so it is for a room without one. @see FILES.md FL15, PROTOCOL.md HY3 */
  async #writeFile(call: Call, name: string, type: string): Promise<Updated> {
    const { entrance, rooms } = this.parts
    const read = (entered: Entered) => this.#readPosted(call, entered)
    const decided = await entrance.decide(call, name, WRITE, read)
    const { asker, said, user } = decided
    // Before it is converted, which is costly.
    if (await rooms.hasDocument(asker)) throw documentExists()
    const update = await this.#files.read(type, said, this.#fileCall(call, decided))
    // The conversion may have waited for its turn, and its user may have signed out meanwhile.
    await entrance.confirm(decided)
    const stored = await rooms.create(asker.roomName, { update, owner: user?.claim.id })
    if (stored === undefined) throw new Problem('bad-update', 'The file has no content.')
    rooms.history.wrote(asker.roomName, this.#authorOf(call, asker.roomName, user))
    return stored
  }

  async #readPosted(call: Call, { account, roomName, user }: Entered): Promise<Uint8Array> {
    assertSameUser(call.request, user?.claim.id)
    checkOwn(roomName)
    const { allowances } = this.parts.access
    const file = await this.#files.bytes(call)
    await allowances.take('documentBytes', account, file.byteLength)
    await allowances.makeDocument(account, roomName)
    return file
  }

  async #readUpdate(call: Call, { account, roomName, user }: Entered) {
    assertSameUser(call.request, user?.claim.id)
    const { bodies, maxUpdateBytes } = this.parts
    const { allowances } = this.parts.access
    const options = {
      idempotencyKey: idempotencyKey(call.request),
      account: account.key,
      incarnation: incarnation(call.query),
      grant: (clients: number) => allowances.takeAuthors(account, clients),
    }
    const confirm = this.#confirmLock(call, roomName, user)
    const author = this.#authorOf(call, roomName, user)
    const update = await bodies.readBytes(call, maxUpdateBytes, this.#files.types)
    await allowances.take('documentBytes', account, update.byteLength)
    await allowances.makeDocument(account, checkRoom(roomName))
    const { incarnation: named = NO_DOCUMENT } = options
    const returning = isNoDocument(named) ? undefined : isOwned(call.query)
    return { update, options: { ...options, confirm, author }, returning }
  }

  /** Returns who writes: the user, or in open mode the member. @see PROTOCOL.md HY3 */
  #authorOf(call: Call, roomName: string, user: Entered['user']): Author {
    if (user !== undefined) return authorOf(user.claim)
    const { callers, rooms } = this.parts
    const key = callers.namedKey(call.request, call.query, 'member')
    return key === undefined ? {} : rooms.authorOf(roomName, key)
  }

  /** Returns a function that rejects once the caller no longer holds the lock that its call names. LK13 */
  #confirmLock(call: Call, roomName: string, user: Entered['user']) {
    const lock = namedLock(call)
    if (lock === undefined) return undefined
    const { callers, rooms } = this.parts
    const caller = callers.identify(call.request, call.query, 'member', user?.claim)
    return () => rooms.locks.assertHeld(roomName, caller, lock)
  }

  /** @see PROTOCOL.md AD4 */
  async delete(call: Call, roomName: string): Promise<void> {
    const { access, entrance, rooms } = this.parts
    if (access.permissions.areAsked && !isViewLink(roomName)) checkRoom(roomName)
    const { account, manager } = await entrance.manage(call, roomName)
    await access.allowances.takeEntry(account, manager, { what: 'delete', room: roomName })
    await rooms.administration.deleteDocument(roomName, manager)
    call.empty(204)
  }

  /** @see PROTOCOL.md AD5 */
  async list(call: Call): Promise<void> {
    const { entrance, rooms, answers } = this.parts
    await entrance.manage(call, EVERY_ROOM)
    const { query } = call
    const limit = wholeNumber(query, 'limit', MOST_LISTED, 1) ?? USUALLY_LISTED
    const documents = await rooms.administration.list({ after: query('after') ?? '', limit })
    const listed = documents.map(({ roomName, ...info }) => ({ room: roomName, ...info }))
    answers.json(call, { rooms: listed })
  }
}

const DISCONNECTED = new Problem('bad-update', 'The caller has disconnected.')
