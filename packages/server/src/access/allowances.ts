import type { IncomingMessage } from 'node:http'
import { Problem } from '@whereabouts/protocol'
import type { AskedRoom } from '../document/asked-room.js'
import type { Log } from '../log.js'
import type { ResolvedOptions } from '../options.js'
import type { MemberKey } from '../room/ids.js'
import { tooManyLocks } from '../room/too-many-locks.js'
import { type Account, Accounts } from './accounts.js'
import { type Audited, bytesOfEntry, type Manager } from './audit.js'
import { type BudgetName, Budgets } from './budgets.js'
import { Held } from './held.js'
import type { MakeLimiter } from './limiters.js'
import { Made } from './made.js'
import type { Proxies } from './proxies.js'

/** Looks up locks. */
interface ExistingLocks {
  holds(roomName: string, memberId: string, key: string): boolean
  /** Returns how many more a room may have. */
  leftIn(roomName: string): number
}

/** Looks up what callers have made. */
export interface Existing {
  hasRoom(roomName: string): boolean
  hasDocument(asked: AskedRoom): Promise<boolean>
  hasMember(roomName: string, memberId: string): boolean
  /** How many more rooms fit, as those that nobody uses make way. */
  readonly places: number
  /** Returns how many members may still join a room. */
  placesIn(roomName: string): number
  readonly locks: ExistingLocks
  readonly readers: {
    /** How many more connections there may be. */
    readonly left: number
  }
}

/** How long a caller who holds too much is told to wait. */
const HELD_RETRY_MS = 15_000
/** A team at one address has so many members of any room, so many rooms and so many streams. */
const SMALL_TEAM = 20
/** So many locks of a room an account may always have, as many as one member. */
const SMALL_LOCKS = 64
/** None of a room's name, a member's id and a lock's key has a space in it. */
const SPACE = ' '

/**
 * Limits what one caller can take of a server, so that the others aren't crowded out.
 *
 * @see PROTOCOL.md §4, How much
 */
export class Allowances {
  readonly budgets: Budgets
  readonly #accounts: Accounts
  readonly #users = new WeakMap<IncomingMessage, Account>()
  readonly #streams: Held
  readonly #rooms: Made
  readonly #members: Made
  readonly #locks: Made
  readonly #isOn: boolean

  /** @param shared makes limiters that count for all nodes together */
  constructor(
    private readonly options: ResolvedOptions,
    proxies: Proxies,
    private readonly existing: Existing,
    log: Log,
    shared?: MakeLimiter,
  ) {
    const { budgetScale, maxRooms, maxMembers } = options
    this.#isOn = budgetScale > 0
    this.budgets = new Budgets(budgetScale, log, shared)
    this.#accounts = new Accounts(proxies)
    this.#streams = new Held()
    this.#rooms = new Made(options.maxRoomsPerCaller, maxRooms, (name) => existing.hasRoom(name))
    this.#members = new Made(options.maxMembersPerCaller, maxRooms + maxMembers, (name) =>
      existing.hasMember(...(name.split(SPACE) as [string, string])),
    )
    this.#locks = new Made(SMALL_LOCKS, maxRooms + maxMembers, (name) =>
      existing.locks.holds(...(name.split(SPACE) as [string, string, string])),
    )
  }

  /** Returns the account that a call is counted for. @see PROTOCOL.md BU1 */
  accountOf(request: IncomingMessage, userId: string | undefined): Account {
    const account = this.#accounts.of(request, userId)
    if (userId !== undefined) this.#users.set(request, account)
    return account
  }

  /** Returns whom a request's body is counted for: its user, if that is known by now. @see PROTOCOL.md FR14 */
  accountOfBody(request: IncomingMessage): Account {
    return this.#users.get(request) ?? this.#accounts.of(request, undefined)
  }

  /** @throws {Problem} too-many-requests */
  take(name: BudgetName, account: Account, points?: number): Promise<void> | undefined {
    return this.#isOn ? this.budgets.take(name, account, points) : undefined
  }

  /**
   * Counts what is about to be noted of a user in the audit log. Of callers without one, the log itself notes
   * only some.
   *
   * @throws {Problem} too-many-requests
   * @see PROTOCOL.md BU24, AD20
   */
  async takeEntry(account: Account, who: Manager, done: Audited): Promise<void> {
    if ('by' in who) await this.take('auditBytes', account, bytesOfEntry(who, done))
  }

  /**
   * Counts new authors of a document with many.
   *
   * @throws {Problem} document-full if there are more than the account may ever add; too-many-requests
   * @see PROTOCOL.md DO63, DO64
   */
  async takeAuthors(account: Account, authors: number): Promise<void> {
    const limit = this.#isOn ? this.budgets.most('authors', account) : Infinity
    if (authors > limit) throw tooManyAuthors(authors, limit)
    await this.take('authors', account, authors)
  }

  /** Counts what was given already. @see PROTOCOL.md BU23 */
  charge(name: BudgetName, account: Account, points: number): void {
    if (this.#isOn) this.budgets.charge(name, account, points)
  }

  /** @throws {Problem} too-many-requests */
  takePost(account: Account, key: MemberKey): Promise<void> | undefined {
    return this.#isOn ? this.budgets.takePost(account, key) : undefined
  }

  /**
   * Holds a stream or a waiting poll.
   *
   * @param count how many of them it counts as
   * @returns a function that releases it
   * @throws {Problem} too-many-requests
   */
  holdStream(account: Account, count = 1): () => void {
    if (!this.#isOn) return () => {}
    const { maxConnections, maxConnectionsPerCaller: most } = this.options
    const now = shareOf(most, maxConnections, this.existing.readers.left)
    if (!this.#streams.mayTake(account, count, now))
      this.budgets.refuse('streams', account, HELD_RETRY_MS)
    return this.#streams.take(account, count)
  }

  /**
   * Counts the room and the member that a call is about to make. A member that is there already, as with
   * most posts, needs no wait.
   *
   * @param memberId omitted by a viewer
   * @throws {Problem} too-many-requests
   */
  join(
    account: Account,
    roomName: string,
    memberId: string | undefined,
  ): Promise<void> | undefined {
    if (!this.#isOn || this.#isMember(roomName, memberId)) return undefined
    return this.#join(account, roomName, memberId)
  }

  /**
   * Counts a lock that a call is about to take.
   *
   * @throws {Problem} too-many-locks if the account would have more than it leaves to others
   * @see PROTOCOL.md LK27
   */
  lock(account: Account, roomName: string, memberId: string, key: string): void {
    if (!this.#isOn || this.existing.locks.holds(roomName, memberId, key)) return
    const most = Math.max(SMALL_LOCKS, this.existing.locks.leftIn(roomName))
    const ofRoom = `${account.key}${SPACE}${roomName}`
    const isAllowed = this.#locks.add(ofRoom, [roomName, memberId, key].join(SPACE), most)
    if (!isAllowed) throw tooManyLocks('You and your other members hold', most)
  }

  /**
   * Counts a document or an access record that a call is about to make. In a room that is there, it
   * was counted with the room.
   *
   * @throws {Problem} too-many-requests, store-failed
   * @see PROTOCOL.md BU12
   */
  async makeDocument(account: Account, roomName: string): Promise<void> {
    if (!this.#isOn || this.existing.hasRoom(roomName)) return
    const asked = { roomName, account: account.key }
    if (!(await this.existing.hasDocument(asked))) await this.budgets.take('rooms', account)
  }

  async #join(account: Account, roomName: string, memberId: string | undefined): Promise<void> {
    if (!this.existing.hasRoom(roomName)) await this.#makeRoom(account, roomName)
    if (memberId === undefined || this.#isMember(roomName, memberId)) return
    const isAllowed = this.#members.add(
      `${account.key}${SPACE}${roomName}`,
      `${roomName}${SPACE}${memberId}`,
      this.#mostMembers(roomName),
    )
    if (!isAllowed) await this.budgets.refuseLate('members', account, HELD_RETRY_MS)
  }

  #mostMembers(roomName: string): number {
    const { maxMembers, maxMembersPerCaller: most } = this.options
    return shareOf(most, maxMembers, this.existing.placesIn(roomName))
  }

  /** Likewise of rooms. @see PROTOCOL.md BU31 */
  #mostRooms(): number {
    const { maxRooms, maxRoomsPerCaller: most } = this.options
    return shareOf(most, maxRooms, this.existing.places)
  }

  async #makeRoom(account: Account, roomName: string): Promise<void> {
    if (!this.#rooms.add(account.key, roomName, this.#mostRooms()))
      await this.budgets.refuseLate('rooms', account, HELD_RETRY_MS)
    await this.budgets.take('rooms', account)
  }

  #isMember(roomName: string, memberId: string | undefined): boolean {
    return memberId !== undefined && this.existing.hasMember(roomName, memberId)
  }
}

/**
 * Returns how much an account may have: no more than is left to others, so that a few keep nobody out, but always
 * what a small team needs.
 *
 * @param most of what it may have at any time
 * @param all that there is
 * @param left for everybody
 * @see PROTOCOL.md BU27, BU31, BU32
 */
function shareOf(most: number, all: number, left: number): number {
  return most >= all ? most : Math.min(most, Math.max(SMALL_TEAM, left))
}

function tooManyAuthors(authors: number, limit: number): Problem {
  return new Problem(
    'document-full',
    `This change has ${authors} new authors. This document has many, and you may add ${limit} at a time.`,
    { limit, of: 'authors' },
  )
}
