import type { Action } from '@whereabouts/protocol'
import { type CheckedChange, readChange, readOfferAnswer } from '../access/access-record.js'
import type { Account } from '../access/accounts.js'
import type { Allowances } from '../access/allowances.js'
import type { Audited, AuditLog, Manager } from '../access/audit.js'
import { type Asker, nobodyManages, type Permissions, refusalOf } from '../access/permissions.js'
import { nothingOffered, type Sharing } from '../access/sharing.js'
import type { KnownUser } from '../access/known-user.js'
import { checkOwn } from '../room-name.js'
import type { RoomServer } from '../room-server.js'
import type { Bodies } from './body.js'
import type { Call } from './call.js'
import type { Entered } from './entrance.js'

const LIMIT_BYTES = 65_536
/** So many users of a change are counted as one change. */
const COUNTED_USERS = 25

/** What decides about the calls, and counts them. */
export interface AboutAccess {
  readonly permissions: Permissions
  readonly allowances: Allowances
  readonly sharing: Sharing
}

/** What the calls about access do, once it is known who is calling. @see PROTOCOL.md SR1 */
export class AccessCalls {
  constructor(
    private readonly rooms: RoomServer,
    private readonly access: AboutAccess,
    private readonly bodies: Bodies,
    private readonly audit: AuditLog,
  ) {}

  /** @see PROTOCOL.md SR11, SR12, SR20 */
  async get(call: Call, asker: Asker, can: readonly Action[]): Promise<void> {
    const { permissions, sharing } = this.access
    const { roomName } = asker
    checkOwn(roomName)
    const offer = await this.#offerTo(asker)
    const said = { can, ...(offer && { offer }) }
    if (!this.#mayChange(asker, can)) return call.json(said)
    call.json({ ...said, access: await sharing.show(asker, permissions.areAsked) })
  }

  /**
   * Reads a change, and takes its budgets.
   *
   * @throws {Problem} bad-room, bad-parameter, forbidden, too-many-requests
   * @see PROTOCOL.md SR13
   */
  async read(call: Call, { roomName, account, user }: Entered): Promise<CheckedChange> {
    checkOwn(roomName)
    const { value } = await this.bodies.readJson(call, LIMIT_BYTES)
    const change = readChange(value)
    if (!this.access.permissions.areAsked) assertOpen(change)
    await this.#count(account, roomName, change)
    await this.#countEntry(account, user, { what: 'access', room: roomName, ...audited(change) })
    return change
  }

  /** @see PROTOCOL.md SR13, SR17 */
  async change(call: Call, asker: Asker, change: CheckedChange): Promise<void> {
    const { areAsked } = this.access.permissions
    const access = await this.access.sharing.change(asker, change, areAsked)
    if (access.revision !== change.revision)
      await this.#changed(asker.roomName, this.#whoMade(asker, areAsked), audited(change))
    call.json({ access })
  }

  /** @throws {Problem} bad-room, bad-parameter. SR20 */
  async readOfferAnswer(call: Call, { roomName, account, user }: Entered): Promise<boolean> {
    checkOwn(roomName)
    const { value } = await this.bodies.readJson(call, LIMIT_BYTES)
    const accepts = readOfferAnswer(value)
    const answered = offerAnswered(user?.claim.id ?? '', accepts)
    await this.#countEntry(account, user, { what: 'access', room: roomName, ...answered })
    return accepts
  }

  /** @see PROTOCOL.md SR17, SR20, SR21 */
  async answerOffer(call: Call, asker: Asker, accepts: boolean): Promise<void> {
    const id = asker.user?.claim.id
    if (!(await this.#mayAnswer(asker))) throw refusalOf(asker, 'manage')
    if (accepts) await this.#accept(asker, id)
    else if (id !== undefined) await this.#refuse(asker, id)
    call.empty(204)
  }

  async #accept(asker: Asker, userId: string | undefined): Promise<void> {
    if (userId === undefined) throw nothingOffered()
    await this.access.sharing.acceptOffer(asker, userId)
    await this.#changed(asker.roomName, { by: userId }, offerAnswered(userId, true))
  }

  async #refuse(asker: Asker, userId: string): Promise<void> {
    if (await this.access.sharing.refuseOffer(asker, userId))
      await this.#changed(asker.roomName, { by: userId }, offerAnswered(userId, false))
  }

  /** A slow disk doesn't keep a view link open that was ended. */
  async #changed(roomName: string, who: Manager, said: Omit<Audited, 'what'>): Promise<void> {
    const told = this.rooms.recordChanged(roomName)
    const noted = this.audit.note(who, { what: 'access', room: roomName, ...said })
    await Promise.all([told, noted])
  }

  /** Nothing is offered on a view link, nor where there are no users, nor to a caller who may not answer. */
  async #offerTo(asker: Asker) {
    const { user, link } = asker
    if (user === undefined || link !== undefined) return undefined
    const offer = await this.access.sharing.offerTo(asker, user.claim.id)
    return offer !== undefined && (await this.#mayAnswer(asker)) ? offer : undefined
  }

  /** Where nobody authorizes callers, nothing is offered. @see PROTOCOL.md SR23 */
  async #mayAnswer(asker: Asker): Promise<boolean> {
    const { permissions } = this.access
    return !permissions.areAsked || permissions.mayOwn(asker)
  }

  /** @throws {Problem} too-many-requests. BU12, BU13 */
  async #count(account: Account, roomName: string, { users = [] }: CheckedChange): Promise<void> {
    const { allowances } = this.access
    const further = Math.floor(users.length / COUNTED_USERS)
    if (further > 0) await allowances.take('shares', account, further)
    await allowances.makeDocument(account, roomName)
  }

  /** @throws {Problem} too-many-requests. BU24 */
  async #countEntry(account: Account, user: KnownUser | undefined, done: Audited): Promise<void> {
    if (user !== undefined)
      await this.access.allowances.takeEntry(account, { by: user.claim.id }, done)
  }

  #whoMade({ user, request }: Asker, byUsers: boolean): Manager {
    if (user !== undefined) return { by: user.claim.id }
    if (byUsers) return { as: 'unknown' }
    return { as: 'edit link', account: this.access.allowances.accountOf(request, undefined).key }
  }

  /** Without users the room's name is the edit link, and who has it may share it. SR7 */
  #mayChange({ link }: Asker, can: readonly Action[]): boolean {
    if (link !== undefined) return false
    return this.access.permissions.areAsked ? can.includes('manage') : true
  }
}

/** @throws {Problem} forbidden. SR7 */
function assertOpen({ users, link, offeredTo }: CheckedChange): void {
  if (users !== undefined || link !== undefined || offeredTo !== undefined) throw nobodyManages()
}

/** A view link is a secret, so it isn't said. SR17 */
function audited({ users, link, viewLink, offeredTo }: CheckedChange): Omit<Audited, 'what'> {
  const roles = users?.map(([id, said]) => ({ user: id, role: said?.role ?? 'removed' }))
  return {
    ...(roles !== undefined && { users: roles }),
    ...(link !== undefined && { link }),
    ...(viewLink !== undefined && { viewLink: viewLink ? 'made' : 'ended' }),
    ...(typeof offeredTo === 'string' && { offeredTo }),
    ...(offeredTo === null && { offer: 'ended' }),
  }
}

function offerAnswered(userId: string, accepts: boolean): Omit<Audited, 'what'> {
  return accepts ? { offer: 'accepted', owner: userId } : { offer: 'refused' }
}
