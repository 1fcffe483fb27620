import { type Action, isViewLink } from '@whereabouts/protocol'
import type { Account } from '../access/accounts.js'
import type { Allowances } from '../access/allowances.js'
import type { Manager } from '../access/audit.js'
import type { Browsers } from '../access/browsers.js'
import type { BudgetName } from '../access/budgets.js'
import type { Caller } from '../access/caller.js'
import type { KnownUser } from '../access/known-user.js'
import {
  type Admission,
  type Asker,
  linkEnded,
  linkOnlyReads,
  type Permissions,
  type StillMay,
} from '../access/permissions.js'
import type { Sharing } from '../access/sharing.js'
import type { Users } from '../access/users.js'
import { checkRoom } from '../room-name.js'
import type { RoomServer } from '../room-server.js'
import { type Call, checkVersion } from './call.js'

/** Who is calling, what they may do and how much of it, and from which page. */
export interface Access {
  readonly users: Users
  readonly permissions: Permissions
  readonly allowances: Allowances
  readonly browsers: Browsers
  readonly sharing: Sharing
}

/** A call that may come to a room. */
export interface Entered {
  /** The room's own name, whatever led there. */
  readonly roomName: string
  readonly asker: Asker
  readonly account: Account
  readonly user: KnownUser | undefined
}

/**
 * Lets calls in: finds who is calling and which room is meant, counts the call, and asks whether the
 * caller may make it. All of it comes before anything else of the call is looked at. ID5, AC12
 */
export class Entrance {
  constructor(
    private readonly access: Access,
    private readonly rooms: Pick<RoomServer, 'memberId'>,
  ) {}

  /**
   * Finds the user who is calling; `undefined` in open mode.
   *
   * @throws {Problem} unauthorized; too-many-requests, after many refusals of one address
   * @see PROTOCOL.md BU15
   */
  async calling({ request }: Call): Promise<KnownUser | undefined> {
    const { users, allowances } = this.access
    try {
      return await users.calling(request)
    } catch (error) {
      await allowances.take('logins', allowances.accountOf(request, undefined))
      throw error
    }
  }

  /** Who manages documents, once it is known that they may. @throws {Problem} forbidden */
  async manage(call: Call, roomName: string): Promise<Manager> {
    const { request } = call
    const user = await this.calling(call)
    await this.count(call, user, 'documents')
    assertWritable(roomName)
    await this.access.permissions.assert({ request, user, roomName }, 'manage')
    checkVersion(call.query)
    // An application may authorize calls and not say who makes them.
    return user === undefined ? { as: 'unknown' } : { by: user.claim.id }
  }

  /**
   * First of all: a caller who is refused learns nothing else of its request. Answers what checks it
   * again after a wait. ID5, AC12
   */
  async authorize(
    call: Call,
    name: string,
    action: Action,
    budget: BudgetName,
  ): Promise<Entered & { stillMay: StillMay }> {
    const entered = await this.enter(call, name, budget, action === 'watch')
    const stillMay = await this.access.permissions.assert(entered.asker, action)
    checkVersion(call.query)
    return { ...entered, stillMay }
  }

  /** Lets a reader in, first of all. @see PROTOCOL.md AC10, AC14 */
  async admit(
    call: Call,
    name: string,
    budget: BudgetName,
  ): Promise<Entered & { admission: Admission }> {
    const entered = await this.enter(call, name, budget)
    const admission = await this.access.permissions.admit(entered.asker)
    checkVersion(call.query)
    return { ...entered, admission }
  }

  /**
   * Finds who is calling, and which room a name leads to.
   *
   * @param onlyReads whether the call can be made on a view link
   */
  async enter(call: Call, name: string, budget: BudgetName, onlyReads = true): Promise<Entered> {
    const user = await this.calling(call)
    const account = await this.count(call, user, budget)
    if (!onlyReads) assertWritable(name)
    const asker = await this.#asker(call, name, user)
    return { roomName: asker.roomName, asker, account, user }
  }

  /** @throws {Problem} too-many-requests. BU4 */
  async count(call: Call, user: KnownUser | undefined, budget: BudgetName): Promise<Account> {
    const account = this.accountOf(call, user)
    await this.access.allowances.take(budget, account)
    return account
  }

  accountOf({ request }: Call, user: KnownUser | undefined): Account {
    return this.access.allowances.accountOf(request, user?.claim.id)
  }

  /** @throws {Problem} bad-room, too-many-requests */
  join(account: Account, roomName: string, caller: Caller | undefined): Promise<void> | undefined {
    const memberId = caller && this.rooms.memberId(roomName, caller)
    return this.access.allowances.join(account, checkRoom(roomName), memberId)
  }

  /**
   * The application is asked about nothing that can't be a room.
   *
   * @throws {Problem} bad-room; forbidden, if it is a view link that leads nowhere; store-failed
   * @see PROTOCOL.md SR6, SR9
   */
  async #asker({ request }: Call, name: string, user: KnownUser | undefined): Promise<Asker> {
    if (!isViewLink(name)) {
      if (this.access.permissions.areAsked) checkRoom(name)
      return { request, user, roomName: name }
    }
    const roomName = await this.access.sharing.roomOf(name)
    if (roomName === undefined) throw linkEnded()
    return { request, user, roomName, link: name }
  }

  async assertMove(asker: Asker): Promise<StillMay> {
    checkRoom(asker.roomName)
    return this.access.permissions.assert(asker, 'join', 'move')
  }
}

/** @throws {Problem} forbidden. SR8 */
export function assertWritable(roomName: string): void {
  if (isViewLink(roomName)) throw linkOnlyReads()
}
