import { parseUserName, Problem, type Version } from '@whereabouts/protocol'
import { checkRoom } from '../room-name.js'
import type { RoomServer } from '../room-server.js'
import type { Bodies } from './body.js'
import { badParameter, type Call, wholeNumber } from './call.js'
import { type Access, type Demand, type Entrance, noBody } from './entrance.js'
import type { LargeAnswers } from './large-answers.js'

/** The most versions in one page of the list. */
export const MOST_VERSIONS = 1_000
const USUALLY_LISTED = 100
const LIMIT_BYTES = 4_096

/** A version has what was removed since, which readers aren't to see. HY6 */
const READ: Demand = { budget: 'documents', needs: ['write'], isFresh: true }
const NAME: Demand = { budget: 'posts', needs: ['write'] }

/** What the calls of versions work with. */
export interface HistoryParts {
  readonly rooms: RoomServer
  readonly access: Access
  readonly bodies: Bodies
  readonly entrance: Entrance
  readonly answers: LargeAnswers
}

/** What the calls of the versions of documents do. @see PROTOCOL.md HY1 */
export class HistoryCalls {
  constructor(private readonly parts: HistoryParts) {}

  /** @see PROTOCOL.md HY6, HY7 */
  async list(call: Call, name: string): Promise<void> {
    const { entrance, rooms, answers } = this.parts
    const { roomName } = await entrance.decide(call, name, READ, noBody)
    const { query } = call
    const limit = wholeNumber(query, 'limit', MOST_VERSIONS, 1) ?? USUALLY_LISTED
    const before = wholeNumber(query, 'before', Number.MAX_SAFE_INTEGER)
    const page = { limit, ...(before !== undefined && { before }) }
    answers.json(call, await rooms.history.list(checkRoom(roomName), page))
  }

  /** @see PROTOCOL.md HY6, HY8 */
  async read(call: Call, name: string): Promise<void> {
    const { entrance, rooms, answers } = this.parts
    const { roomName } = await entrance.decide(call, name, READ, noBody)
    answers.send(call, await rooms.history.read(checkRoom(roomName), idOf(call)))
  }

  /** @see PROTOCOL.md HY9 */
  async name(call: Call, room: string): Promise<Version> {
    const { entrance, rooms } = this.parts
    const { asker, said } = await entrance.decide(call, room, NAME, this.#nameIn(call))
    if (said === undefined) badName()
    const asked = { roomName: checkRoom(asker.roomName), account: asker.account }
    return rooms.history.name(asked, said)
  }

  /** @see PROTOCOL.md HY9 */
  async rename(call: Call, room: string): Promise<void> {
    const { entrance, rooms } = this.parts
    const { roomName, said } = await entrance.decide(call, room, NAME, this.#nameIn(call))
    await rooms.history.rename(checkRoom(roomName), idOf(call), said)
    call.empty(204)
  }

  /** @see PROTOCOL.md HY10 */
  async remove(call: Call, roomName: string): Promise<void> {
    const { access, entrance, rooms } = this.parts
    const { account, manager } = await entrance.manage(call, roomName)
    const id = idOf(call)
    const entry = { what: 'delete version', room: roomName, version: id } as const
    await access.allowances.takeEntry(account, manager, entry)
    await rooms.administration.deleteVersion(roomName, id, manager)
    call.empty(204)
  }

  /** Returns what reads the name in a body; `undefined` for `null`. */
  #nameIn(call: Call) {
    return async (): Promise<string | undefined> => {
      const { value } = await this.parts.bodies.readJson(call, LIMIT_BYTES)
      const { name } = Object(value) as { readonly name?: unknown }
      if (name === null) return undefined
      return parseUserName(name) ?? badName()
    }
  }
}

/** @throws {Problem} bad-parameter */
function idOf({ query }: Call): number {
  const id = wholeNumber(query, 'id', Number.MAX_SAFE_INTEGER)
  if (id === undefined) throw badParameter('id', 'the number of a version')
  return id
}

function badName(): never {
  throw new Problem(
    'bad-name',
    'Send a JSON object with a "name" of 1 to 64 characters, without control characters.',
  )
}
