import {
  isLockKey,
  isMemberKey,
  type Json,
  type Locked,
  type Moved,
  Problem,
  type RoomPatch,
  type RoomAnswer,
  type Updated,
  type View,
} from '@whereabouts/protocol'
import { checkMemberKey, newMemberKey } from './access/caller.js'
import type { Users } from './access/users.js'
import { askedByApplication } from './document/asked-room.js'
import { isPart } from './room/parts.js'
import type { UserClaim } from './room/user.js'
import type { Participant } from './attendance.js'
import type { RoomSubscriber } from './reader-requests.js'
import { checkRoom } from './room-name.js'
import { documentRoom } from './room/document-room.js'
import type { Happening } from './happenings.js'
import type { HostedRoomInfo, RoomServer, RoomsCount } from './room-server.js'
import { type DocumentChange, Transactions, type TransactOptions } from './document/transactions.js'
import type { Revalidation } from './visits.js'

/** Options for subscribing to a room. */
export interface WatchOptions {
  /** The member key to join with; without it the subscriber only watches. */
  readonly as?: string | undefined
  /** `list` by default, the view that a plain `onmessage` understands. */
  readonly view?: View
  /** Whether the patch view has `document` events; `true` by default. */
  readonly documents?: boolean
  /** The part of the document that the patch view shows; all of it by default. PROTOCOL.md ST15 */
  readonly part?: string | undefined
  /** The member's user; with an `id`, the application vouches for it. */
  readonly user?: UserClaim
  /** The position to resume from. */
  readonly lastEventId?: string | undefined
}

/** The member, or the user with all connections, to disconnect, and the reason. */
export type Disconnected = (
  | { readonly memberId: string; readonly userId?: never }
  | { readonly userId: string; readonly memberId?: never }
) & {
  /** The `detail` that the readers receive, at most 1,024 characters. */
  readonly reason?: string
}

const MAX_REASON_CHARACTERS = 1_024
const APPLICATION = { as: 'application' } as const

/** The owner of a copy of a document. */
export interface CopyOptions {
  /** The id of the user who owns the copy; nobody without it. */
  readonly owner?: string | undefined
}

/** Who gets an event; without either, all who read the room. */
export interface Audience {
  /** The ids of the members that get it. */
  readonly to?: readonly string[]
  /** The ids of members that don't get it. */
  readonly except?: readonly string[]
}

/** A room as events. Does nothing until somebody subscribes, for example with a subscriber of rxjs. */
export interface RoomEvents {
  subscribe(subscriber: RoomSubscriber): unknown
}

/**
 * The rooms of this process. Use it to write your own routes. It checks all input as if it came over
 * HTTP, so you can pass on what a caller sent.
 *
 * @see PROTOCOL.md ID11
 */
export class Rooms {
  readonly #transactions: Transactions

  constructor(
    private readonly server: RoomServer,
    private readonly users: Users,
  ) {
    this.#transactions = new Transactions(server)
  }

  /**
   * Resolves while new callers can be served.
   *
   * @throws {Problem} shutting-down, store-failed
   * @see PROTOCOL.md HT8
   */
  assertReady(): Promise<void> {
    return this.server.assertReady()
  }

  /** Whether the other nodes can be reached; `true` if there are none. @see PROTOCOL.md EX5 */
  get isShared(): boolean {
    return this.server.isShared
  }

  /** Returns the counts for the metrics. */
  count(): Promise<RoomsCount> {
    return this.server.count()
  }

  /**
   * Sets the location of a member, which joins if it hasn't yet.
   *
   * @param key the member key; without one, the post makes a new member
   * @param location at most `maxLocationBytes` of JSON text; a copy of it is kept
   * @throws {Problem} bad-room, bad-member-key, unauthorized, bad-name, bad-color, bad-json, too-large,
   *   room-full, too-many-rooms, exchange-busy, shutting-down
   * @see PROTOCOL.md HT3
   */
  async move(
    roomName: string,
    key: string | undefined,
    location: Json,
    user?: UserClaim,
  ): Promise<Moved> {
    const member = this.#participant(key === undefined ? newMemberKey() : key, user)
    const text = jsonText('a location', location)
    return this.server.move(roomName, member, JSON.parse(text) as Json, Buffer.byteLength(text))
  }

  /**
   * Sends an event to everybody who reads a room, or to some of them. Creates no room.
   *
   * @param event at most `maxBroadcastBytes` of JSON text
   * @throws {Problem} bad-room, bad-json, bad-parameter, too-large, shutting-down; exchange-busy, if some
   *   readers may not have been told
   * @see PROTOCOL.md EV3, EV10
   */
  async broadcast(roomName: string, event: Json, { to, except }: Audience = {}): Promise<void> {
    const copy = JSON.parse(jsonText('an event', event)) as Json
    const whom = { to: checkIds('to', to), except: checkIds('except', except) }
    if (to === undefined && except === undefined) await this.server.broadcast(roomName, copy)
    else await this.server.whisper({ roomName, event: copy, ...whom })
  }

  /**
   * Locks a key for a member of a room. One that holds it already gets the number that it has.
   *
   * @param memberKey the member key
   * @param key 1 to 128 characters of `A-Z a-z 0-9 . _ : ~ -`
   * @param user the one that it was moved with; the same member key with another user is another member
   * @throws {Problem} bad-room, bad-member-key, bad-parameter, unauthorized, bad-name, bad-color; forbidden,
   *   if it isn't a member; locked, too-many-locks, exchange-busy, shutting-down
   * @see PROTOCOL.md LK3, LK14
   */
  async lock(roomName: string, memberKey: string, key: string, user?: UserClaim): Promise<Locked> {
    return this.server.locks.lock(roomName, this.#participant(memberKey, user), checkLockKey(key))
  }

  /**
   * Releases a lock of a member, if it still holds it with this number.
   *
   * @param user the one that it was locked with
   * @throws {Problem} bad-room, bad-member-key, bad-parameter, unauthorized, bad-name, bad-color,
   *   exchange-busy
   * @see PROTOCOL.md LK7, LK14
   */
  async unlock(
    roomName: string,
    memberKey: string,
    { key, number }: Pick<Locked, 'key' | 'number'>,
    user?: UserClaim,
  ): Promise<void> {
    const lock = { key: checkLockKey(key), number: checkNumber(number) }
    await this.server.locks.unlock(roomName, this.#participant(memberKey, user), lock)
  }

  /**
   * Returns whether somebody holds a lock, on whichever node. Ask before you write what the lock stands for, and
   * refuse the write if it is `false`.
   *
   * @param number the number that the lock was granted with
   * @param userId the user who has to hold it; anybody without it
   * @throws {Problem} bad-room, bad-parameter; exchange-busy, if that can't be known now
   * @see PROTOCOL.md LK14, LK15
   */
  async holdsLock(
    roomName: string,
    key: string,
    number: number,
    userId?: string,
  ): Promise<boolean> {
    if (userId !== undefined) checkText('userId', userId)
    const lock = { key: checkLockKey(key), number: checkNumber(number) }
    return this.server.locks.holdsLock(roomName, lock, userId)
  }

  /**
   * Removes a member, at once or `soon`.
   *
   * @throws {Problem} bad-room, bad-member-key, bad-parameter, unauthorized, bad-name, bad-color,
   *   exchange-busy
   * @see PROTOCOL.md HT6, MB5, MB6
   */
  async leave(
    roomName: string,
    key: string,
    { soon, user }: { readonly soon?: boolean; readonly user?: UserClaim } = {},
  ): Promise<void> {
    return this.server.leave(roomName, this.#participant(key, user), flag('soon', soon, false))
  }

  /**
   * Returns the members of a room, or of a part of its document, and where they are. Creates no room and no member.
   *
   * @throws {Problem} bad-room, bad-parameter
   * @see PROTOCOL.md HT4, ST15
   */
  async members(roomName: string, part?: string): Promise<RoomAnswer> {
    return this.server.members(roomName, checkPart(part))
  }

  /**
   * Returns the changes of a room since a position, or `undefined` if there are none. Returns the whole
   * room if it no longer knows the position.
   *
   * @param options whether changes of the document count; they do by default
   * @throws {Problem} bad-room, bad-parameter
   * @see PROTOCOL.md HT5, DO6, ST15
   */
  async since(
    roomName: string,
    position: string,
    { documents, part }: Pick<WatchOptions, 'documents' | 'part'> = {},
  ): Promise<RoomPatch | RoomAnswer | undefined> {
    const wanted = { documents: flag('documents', documents, true), part: checkPart(part) }
    return this.server.since(roomName, checkText('position', position), wanted)
  }

  /**
   * Returns the part of a room's document that a caller lacks, as an update of Yjs 13; without a state
   * vector, the whole document. Creates no room and no member.
   *
   * @param since a position of the room; the answer includes everything up to it
   * @throws {Problem} bad-room, bad-parameter, too-large, store-failed
   * @see PROTOCOL.md DO1, EX8
   */
  async document(roomName: string, stateVector?: Uint8Array, since?: string): Promise<Uint8Array> {
    const vector = stateVector === undefined ? undefined : checkBytes(stateVector)
    const bytes = await this.server.document(
      askedByApplication(roomName),
      vector,
      checkSince(since),
    )
    // Others may get the same bytes, which the application may change.
    return new Uint8Array(bytes)
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
  async sync(roomName: string, stateVector: Uint8Array, since?: string): Promise<Uint8Array> {
    const vector = checkBytes(stateVector)
    const asked = askedByApplication(roomName)
    return new Uint8Array(await this.server.sync(asked, vector, checkSince(since)))
  }

  /**
   * Applies an update of Yjs 13 to a room's document, and tells everybody in the room. Resolves when it is
   * stored.
   *
   * @param idempotencyKey makes repetitions of the same update one commit, as long as it is remembered
   * @throws {Problem} bad-room, bad-parameter, bad-update, too-large, document-full, store-failed,
   *   shutting-down
   * @see PROTOCOL.md DO2, DO9
   */
  async update(roomName: string, update: Uint8Array, idempotencyKey?: string): Promise<Updated> {
    if (!(update instanceof Uint8Array)) {
      throw new Problem('bad-update', 'Pass the update as a Uint8Array.')
    }
    if (idempotencyKey !== undefined && !isMemberKey(idempotencyKey)) {
      throw badOption('idempotencyKey', '1 to 128 characters of A-Z a-z 0-9 _ and -')
    }
    return this.server.update(roomName, update, { idempotencyKey })
  }

  /**
   * Changes a room's document: calls a function with a copy of it, and posts what that changed as one update.
   * Everybody in the room gets it like any other, on every node. Resolves with what the function returned,
   * once the change is stored; a function that only reads stores nothing.
   *
   * The copy is made in this thread, which takes as long as the document is large. What others write meanwhile
   * is merged. Transactions of this process in one room run one after another.
   *
   * @param change synchronous: fetch what it needs before. If it throws, nothing is changed
   * @example
   * const count = await rooms.transact('stock', (doc) => {
   *   const stock = doc.getMap<number>('stock')
   *   return stock.set('apples', (stock.get('apples') ?? 0) + 1)
   * })
   * @throws {TypeError} if the function returns a promise
   * @throws {Problem} bad-room, too-large (a change of more than `maxUpdateBytes`), document-full,
   *   document-deleted (meanwhile), storage-full, store-failed, shutting-down; nothing was changed then. After
   *   store-failed and exchange-busy it may have been
   * @see PROTOCOL.md RS1, RS2, RS3, RS4, RS5
   */
  async transact<T>(
    roomName: string,
    change: DocumentChange<T>,
    { yjs }: TransactOptions = {},
  ): Promise<T> {
    return this.#transactions.run(checkRoom(roomName), change, yjs)
  }

  /**
   * Deletes a room's document for good, with the record of who may see it, and ends the room's readers. The
   * audit log has it.
   *
   * @returns whether there was one
   * @throws {Problem} bad-room, store-failed, shutting-down
   * @see PROTOCOL.md RS14, AD1, AD3
   */
  async deleteDocument(roomName: string): Promise<boolean> {
    return this.server.administration.deleteDocument(roomName, APPLICATION)
  }

  /**
   * Puts the present content of a document into a room that has none, without its record of who may see it. The
   * audit log has it.
   *
   * @returns whether there was content to copy
   * @throws {Problem} bad-room, bad-parameter, document-exists (also if the room has a record alone),
   *   document-full, storage-full, store-failed, shutting-down
   * @see PROTOCOL.md RS14
   */
  async copyDocument(from: string, to: string, { owner }: CopyOptions = {}): Promise<boolean> {
    return this.server.administration.copyDocument(from, to, APPLICATION, owner)
  }

  /**
   * Calls `authorize` again at once for open streams and long-polls, on every node. Use it after access
   * rights have changed. Resolves when the other nodes were told.
   *
   * @param which selects those of a user, by id, or in a room; all of them by default
   * @throws {Problem} bad-room, bad-parameter; exchange-busy, if other nodes couldn't be told
   * @see PROTOCOL.md AC20, AC28
   */
  async revalidate({ user, room }: Revalidation = {}): Promise<void> {
    if (user !== undefined) checkText('user', user)
    if (room !== undefined) checkRoom(room)
    return this.server.revalidate({ user, room })
  }

  /**
   * Ends the streams of a member, or all streams and long-polls of a user, in a room, on every node.
   * Their members leave at once. They can come back unless `authorize` refuses them.
   *
   * @throws {Problem} bad-room, bad-parameter; exchange-busy, if other nodes couldn't be told
   * @see PROTOCOL.md AC23, AC24, AC28
   */
  async disconnect(roomName: string, whom: Disconnected): Promise<void> {
    const { memberId, userId, reason } = whom
    if ((memberId === undefined) === (userId === undefined)) {
      throw badOption('memberId', 'given, or else "userId"')
    }
    if (memberId !== undefined) checkText('memberId', memberId)
    if (userId !== undefined) checkText('userId', userId)
    if (reason !== undefined) checkReason(reason)
    return this.server.disconnect({ roomName: checkRoom(roomName), memberId, userId, reason })
  }

  /**
   * Ends one login on every node, such as when its user signs out: ends what is open of it, removes its members,
   * and refuses later calls. This node does so before this returns.
   *
   * @param session what `authenticate` returned as the user's `session`
   * @throws {Problem} bad-parameter; exchange-busy, if other nodes couldn't be told
   * @see PROTOCOL.md AC31, AC42
   */
  async endSession(session: string): Promise<void> {
    await this.server.endSession(checkText('session', session))
  }

  /**
   * Returns whether one login was ended on any node, as far as this node was told since it started.
   *
   * @param session what `authenticate` returned as the user's `session`
   * @throws {Problem} bad-parameter
   * @see PROTOCOL.md AC42
   */
  hasEnded(session: string): boolean {
    return this.server.hasEnded(checkText('session', session))
  }

  /**
   * Tells what happens in the rooms from now on, as far as it comes from this process: of several, each tells
   * its own, and all together everything once. Ends when the loop over it is left, and when the server closes.
   *
   * @example
   * for await (const { type, ...what } of rooms.happenings()) console.log(type, what)
   * @see PROTOCOL.md EV16, EV17, EV18, EV19
   */
  happenings(): AsyncIterableIterator<Happening> {
    return this.server.happenings()
  }

  /** Returns the rooms that this process hosts, without those of comments. @see PROTOCOL.md EV20, CM7 */
  list(): HostedRoomInfo[] {
    const own = [...this.server.hosted].filter(({ name }) => documentRoom(name) === name)
    return own.map(({ name, room }) => ({
      room: name,
      members: room.size,
      watching: room.watching,
    }))
  }

  /**
   * Returns a room as events.
   *
   * Every subscriber gets each frame once; a snapshot or the whole list comes first.
   *
   * @throws {Problem} bad-room, bad-member-key, unauthorized, bad-name, bad-color, bad-parameter;
   *   room-full, too-many-rooms, too-many-connections and shutting-down come to the
   *   subscriber as an error
   */
  events(roomName: string, options: WatchOptions = {}): RoomEvents {
    const { as, user, lastEventId } = options
    const view = checkView(options.view)
    const part = checkPart(options.part)
    if (part !== undefined && view === 'list') throw badOption('part', 'left out in the list view')
    // Checked even without a member key, so that an invalid user doesn't fail only later.
    const claim = this.#claim(user)
    const request = {
      userId: claim.id,
      view,
      part,
      documents: flag('documents', options.documents, true),
      lastEventId: lastEventId === undefined ? undefined : checkText('lastEventId', lastEventId),
      caller: as === undefined ? undefined : { key: checkMemberKey(as), user: claim },
    }
    checkRoom(roomName)
    return {
      subscribe: (subscriber) => {
        checkSubscriber(subscriber)
        this.server.readers
          .subscribe(roomName, request, subscriber)
          .catch((error: unknown) => subscriber.error(error as Problem))
      },
    }
  }

  #participant(key: unknown, user: unknown): Participant {
    return { key: checkMemberKey(key), user: this.#claim(user) }
  }

  #claim(user: unknown): UserClaim {
    return user === undefined ? {} : this.users.said(user)
  }
}

/** @throws {Problem} bad-json */
function jsonText(what: string, value: unknown): string {
  try {
    const text = JSON.stringify(value) as string | undefined
    if (text !== undefined) return text
  } catch {
    // The problem below covers it.
  }
  throw new Problem('bad-json', `Pass ${what} that is a JSON value.`)
}

/** @throws {Problem} bad-parameter */
function flag(name: string, value: unknown, otherwise: boolean): boolean {
  if (value === undefined) return otherwise
  if (typeof value === 'boolean') return value
  throw badOption(name, 'true or false')
}

/** @throws {Problem} bad-parameter */
function checkView(view: unknown): View {
  if (view === undefined) return 'list'
  if (view === 'list' || view === 'patch') return view
  throw badOption('view', '"list" or "patch"')
}

/** @throws {Problem} bad-parameter. NM8 */
function checkPart(part: unknown): string | undefined {
  if (part === undefined || isPart(part)) return part
  throw badOption('part', '1 to 64 characters of A-Z a-z 0-9 . _ : ~ and -')
}

/** @throws {Problem} bad-parameter */
function checkText(name: string, value: unknown): string {
  if (typeof value === 'string') return value
  throw badOption(name, 'a string')
}

/** @throws {Problem} bad-parameter. LK2 */
function checkLockKey(key: unknown): string {
  if (isLockKey(key)) return key
  throw badOption('key', '1 to 128 characters of A-Z a-z 0-9 . _ : ~ and -')
}

/** @throws {Problem} bad-parameter */
function checkNumber(number: unknown): number {
  if (Number.isSafeInteger(number)) return number as number
  throw badOption('number', 'a whole number')
}

/** @throws {Problem} bad-parameter */
function checkIds(name: string, ids: unknown): readonly string[] | undefined {
  if (ids === undefined) return undefined
  if (!Array.isArray(ids)) throw badOption(name, 'an array of the ids of members')
  return ids.map((id) => checkText(name, id))
}

/** @throws {Problem} bad-parameter */
function checkReason(reason: unknown): void {
  if (typeof reason === 'string' && reason.length <= MAX_REASON_CHARACTERS) return
  throw badOption('reason', `a string of at most ${MAX_REASON_CHARACTERS} characters`)
}

/** @throws {Problem} bad-parameter */
function checkSince(since: unknown): string | undefined {
  return since === undefined ? undefined : checkText('since', since)
}

/** @throws {Problem} bad-parameter */
function checkBytes(stateVector: unknown): Uint8Array {
  if (stateVector instanceof Uint8Array) return stateVector
  throw badOption('stateVector', 'a Uint8Array')
}

function badOption(parameter: string, range: string): Problem {
  return new Problem('bad-parameter', `"${parameter}" must be ${range}.`, { parameter })
}

const SUBSCRIBER = ['next', 'error', 'complete', 'add'] as const

/** @throws {TypeError} if it isn't a subscriber */
function checkSubscriber(subscriber: RoomSubscriber): void {
  const given = subscriber as Partial<RoomSubscriber> | undefined
  const missing = SUBSCRIBER.filter((method) => typeof given?.[method] !== 'function')
  if (missing.length === 0) return
  throw new TypeError(
    `A subscriber has the methods ${SUBSCRIBER.join(', ')}: ${missing.join(', ')} missing.`,
  )
}
