import { type Author, isViewLink, type Updated } from '@whereabouts/protocol'
import type { Callers } from '../access/caller.js'
import type { Asker } from '../access/permissions.js'
import { authorOf } from '../document/version-store.js'
import { MOST_LISTED } from '../administration.js'
import type { ReadRoom } from '../room-documents.js'
import { checkRoom } from '../room-name.js'
import type { RoomServer } from '../room-server.js'
import type { Bodies } from './body.js'
import { type Call, wholeNumber } from './call.js'
import { bound, DecidedDocuments } from './decided-documents.js'
import { type Access, type Demand, type Entered, type Entrance, noBody } from './entrance.js'
import type { LargeAnswers } from './large-answers.js'
import {
  assertSameUser,
  idempotencyKey,
  incarnation,
  namedLock,
  stateVector,
} from './parameters.js'

/** What an application is asked about that isn't one room: no room has this name. */
const EVERY_ROOM = '*'
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
}

/** What the calls of documents do, once it is known which one it is and for which room. */
export class DocumentCalls {
  readonly #decided: DecidedDocuments

  constructor(private readonly parts: DocumentParts) {
    this.#decided = new DecidedDocuments(parts.access)
  }

  /** @see PROTOCOL.md DO1 */
  async read(call: Call, name: string): Promise<void> {
    const { entrance, rooms, answers } = this.parts
    const { asker } = await entrance.decide(call, name, READ, noBody)
    const { query } = call
    const [lacks, since] = [stateVector(query), query('since')]
    const update = await this.#read(asker, (asked) => rooms.document(asked, lacks, since))
    answers.send(call, update)
  }

  /** @see PROTOCOL.md DO20, DO58 */
  async sync(call: Call, name: string): Promise<void> {
    const { entrance, rooms, answers, bodies, maxUpdateBytes } = this.parts
    const { query } = call
    const read = ({ user }: Entered) => {
      assertSameUser(call.request, user?.claim.id)
      return bodies.readBytes(call, maxUpdateBytes)
    }
    const { asker, said: vector } = await entrance.decide(call, name, READ, read)
    const since = query('since')
    const answer = await this.#read(asker, (asked) => rooms.sync(asked, vector, since))
    answers.send(call, answer)
  }

  #read(asker: Asker, read: (asked: ReadRoom) => Promise<Uint8Array>): Promise<Uint8Array> {
    return this.#decided.use(asker, 'watch', async (decided) => {
      const { roomName, account } = asker
      const answer = await read({ roomName, account, incarnation: decided })
      await this.#assertStillMayRead(asker)
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
    const read = (entered: Entered) => this.#readUpdate(call, entered)
    const { asker, said } = await this.parts.entrance.decide(call, roomName, WRITE, read)
    return this.#decided.use(asker, 'write', async (decided) => {
      const { request, user } = asker
      const claim = user && this.parts.access.sharing.claimOf(request, user.claim.id)
      const options = { ...bound(said.options, decided), claim }
      return this.parts.rooms.update(asker.roomName, said.update, options)
    })
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
    const update = await bodies.readBytes(call, maxUpdateBytes)
    await allowances.take('documentBytes', account, update.byteLength)
    await allowances.makeDocument(account, checkRoom(roomName))
    return { update, options: { ...options, confirm, author } }
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
    const limit = wholeNumber(query, 'limit', MOST_LISTED) ?? USUALLY_LISTED
    const documents = await rooms.administration.list({ after: query('after') ?? '', limit })
    const listed = documents.map(({ roomName, ...info }) => ({ room: roomName, ...info }))
    answers.json(call, { rooms: listed })
  }
}
