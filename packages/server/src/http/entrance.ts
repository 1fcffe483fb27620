import { type Action, documentOfComments, isViewLink } from '@whereabouts/protocol'
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
import { assertCurrent, type Users } from '../access/users.js'
import type { MemberKey } from '../room/ids.js'
import { checkRoom } from '../room-name.js'
import type { RoomServer } from '../room-server.js'
import { isStoreFailure } from '../store-failed.js'
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

/** A call that was let in, and the rest of it. */
export interface Decided<T> extends Entered {
  readonly said: T
  /** Decides again; `undefined` if nobody is asked. */
  readonly stillMay: StillMay | undefined
}

/** A reader that was let in, and the rest of its call. */
export interface Admitted<T> extends Entered {
  readonly admission: Admission
  readonly said: T
}

/** A call of several rooms that was counted, whose caller is known. */
export interface Counted {
  readonly call: Call
  readonly user: KnownUser | undefined
  readonly account: Account
}

/** Who manages documents with a call, and whom it is counted for. */
export interface Managing {
  readonly manager: Manager
  readonly account: Account
}

/** What a call asks for, and what it counts as. */
export interface Demand {
  readonly budget: BudgetName
  /** The actions that it needs; `watch` is among those of every call that only reads. */
  readonly needs: readonly Action[]
  /** The key of its member, which has a budget of posts of its own. */
  readonly memberKey?: MemberKey | undefined
  /** Whether the room's record is read again first, rather than taken from the cache. */
  readonly isFresh?: boolean
  /** Whether it only says that its member is there, who stays while the store can't be asked. AC10, SR18 */
  readonly isStaying?: boolean
}

/**
 * Lets calls in: finds who is calling and which room is meant, counts the call, and asks whether the
 * caller may make it. All of it comes before anything else of the call is looked at. ID5, AC12
 */
export class Entrance {
  constructor(
    private readonly access: Access,
    private readonly rooms: Pick<RoomServer, 'memberId' | 'locks'>,
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
  async manage(call: Call, roomName: string): Promise<Managing> {
    const { request } = call
    const user = await this.calling(call)
    const account = await this.count(call, user, 'documents')
    assertWritable(roomName)
    const asker = { request, user, roomName, account: account.key }
    await this.access.permissions.assert(asker, 'manage')
    checkVersion(call.query)
    // An application may authorize calls and not say who makes them.
    if (user === undefined) return { account, manager: { as: 'unknown' } }
    const asOwner = this.access.sharing.decidedAbout(request) !== undefined
    return { account, manager: { by: user.claim.id, asOwner } }
  }

  /**
   * Lets a call in: counts it, decides about it, reads the rest of it, and decides again if that took
   * a while. Nothing is waited for between the last decision and the answer. A caller who is refused
   * learns nothing else of its request, and costs nobody else anything.
   *
   * @param read reads the rest of the call, and takes the budgets of what it is about to do
   * @throws {Problem} unauthorized, forbidden, too-many-requests, store-failed, and those of `read`
   * @see PROTOCOL.md ID5, AC12, AC25, BU17
   */
  async decide<T>(
    call: Call,
    name: string,
    demand: Demand,
    read: (entered: Entered) => Promise<T>,
  ): Promise<Decided<T>> {
    const entered = await this.#enter(call, name, demand)
    const { roomName, asker, account, user } = entered
    if (demand.isFresh === true) this.access.sharing.outdate(asker.roomName)
    const stillMay = this.access.permissions.asksAbout(asker, demand.needs)
      ? await this.#assert(asker, demand)
      : undefined
    checkVersion(call.query)
    const said = await read(entered)
    assertCurrent(user)
    if (stillMay !== undefined && (await stillMay())) assertCurrent(user)
    // Thousands of times a second: a literal is made much faster than a spread.
    return { roomName, asker, account, user, said, stillMay }
  }

  /**
   * Decides once more about a call that has waited since, such as for the store.
   *
   * @throws {Problem} unauthorized, forbidden, store-failed
   * @see PROTOCOL.md AC43
   */
  async confirm({ user, stillMay }: Pick<Decided<unknown>, 'user' | 'stillMay'>): Promise<void> {
    assertCurrent(user)
    if (stillMay !== undefined && (await stillMay())) assertCurrent(user)
  }

  /**
   * Lets a reader in, likewise, and finds all that it may do.
   *
   * @param read also gets what the reader may do before that
   * @throws {Problem} unauthorized, forbidden, too-many-requests, store-failed, and those of `read`
   * @see PROTOCOL.md AC10, AC14, AC25, BU17
   */
  async admit<T>(
    call: Call,
    name: string,
    budget: BudgetName,
    read: (entered: Entered, can: readonly Action[]) => Promise<T>,
  ): Promise<Admitted<T>> {
    return this.#admit(call, await this.#enter(call, name, { budget, needs: ['watch'] }), read)
  }

  /**
   * Lets a reader into one room of a call that was counted already.
   *
   * @throws {Problem} unauthorized, forbidden, store-failed, and those of `read`
   * @see PROTOCOL.md MS8
   */
  async admitTo<T>(
    counted: Counted,
    name: string,
    read: (entered: Entered, can: readonly Action[]) => Promise<T>,
  ): Promise<Admitted<T>> {
    const { call, user, account } = counted
    const asker = isViewLink(name) ? await this.#linked(counted, name) : this.#named(counted, name)
    return this.#admit(call, { roomName: asker.roomName, asker, account, user }, read)
  }

  async #admit<T>(
    call: Call,
    entered: Entered,
    read: (entered: Entered, can: readonly Action[]) => Promise<T>,
  ): Promise<Admitted<T>> {
    const { asker, user } = entered
    const before = await this.access.permissions.admit(asker)
    checkVersion(call.query)
    const said = await read(entered, before.can)
    assertCurrent(user)
    const admission = await this.access.permissions.readmit(before)
    if (admission !== before) assertCurrent(user)
    return { ...entered, admission, said }
  }

  /** @throws {Problem} forbidden, store-failed, as does the answer */
  async #assert(asker: Asker, { needs, isStaying }: Demand): Promise<StillMay> {
    const asked = this.access.permissions.assert(asker, ...needs)
    if (isStaying !== true) return asked
    const stillMay = await asked.catch(unlessStoreFailed)
    return async () => (await stillMay?.().catch(unlessStoreFailed)) ?? false
  }

  /** Finds who is calling, counts the call, and finds which room a name leads to. */
  async #enter(call: Call, name: string, { budget, needs, memberKey }: Demand): Promise<Entered> {
    const { users, allowances } = this.access
    // Thousands of times a second: what isn't asked isn't waited for.
    const user = users.areAsked ? await this.calling(call) : undefined
    const account = this.accountOf(call, user)
    const waiting =
      memberKey === undefined
        ? allowances.take(budget, account)
        : allowances.takePost(account, memberKey)
    if (waiting !== undefined) await waiting
    if (!needs.includes('watch')) assertWritable(name)
    const counted = { call, user, account }
    const asker = isViewLink(name) ? await this.#linked(counted, name) : this.#named(counted, name)
    return { roomName: asker.roomName, asker, account, user }
  }

  /** @throws {Problem} too-many-requests. BU4 */
  async count(
    call: Call,
    user: KnownUser | undefined,
    budget: BudgetName,
    points?: number,
  ): Promise<Account> {
    const account = this.accountOf(call, user)
    await this.access.allowances.take(budget, account, points)
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
   * Releases the locks of a member that may no longer write. One with a stream is asked about anyway.
   *
   * @see PROTOCOL.md LK8
   */
  checkLocks({ asker, roomName }: Entered, caller: Caller): Promise<void> | undefined {
    if (!this.access.permissions.asksAbout(asker)) return undefined
    const memberId = this.rooms.memberId(roomName, caller)
    const hasLocks = this.rooms.locks.hasLocks(roomName, memberId)
    return hasLocks ? this.#checkLocks(asker, memberId) : undefined
  }

  async #checkLocks(asker: Asker, memberId: string): Promise<void> {
    const can = await this.access.permissions.granted(asker, ['write']).catch(unlessStoreFailed)
    if (can?.includes('write') === false) await this.rooms.locks.unlockAll(asker.roomName, memberId)
  }

  /** Nobody is asked about anything that can't be a room. @throws {Problem} bad-room */
  #named({ call: { request }, user, account }: Counted, roomName: string): Asker {
    const isAsked = this.access.permissions.areAsked || documentOfComments(roomName) !== undefined
    if (isAsked) checkRoom(roomName)
    return { request, user, roomName, account: account.key }
  }

  /**
   * @throws {Problem} forbidden, if the link leads nowhere; store-failed
   * @see PROTOCOL.md SR6, SR9
   */
  async #linked({ call: { request }, user, account }: Counted, link: string): Promise<Asker> {
    const roomName = await this.access.sharing.roomOf(link, account.key)
    if (roomName === undefined) throw linkEnded()
    return { request, user, roomName, link, account: account.key }
  }
}

function unlessStoreFailed(error: unknown): undefined {
  if (!isStoreFailure(error)) throw error
  return undefined
}

/** @throws {Problem} forbidden. SR8 */
export function assertWritable(roomName: string): void {
  if (isViewLink(roomName)) throw linkOnlyReads()
}

/** There is nothing else to read of a call without a body. */
export async function noBody(): Promise<void> {}
