import type { Action } from '@whereabouts/protocol'
import { type CheckedChange, readChange } from '../access/access-record.js'
import type { Account } from '../access/accounts.js'
import type { Allowances } from '../access/allowances.js'
import type { AuditLog, Manager } from '../access/audit.js'
import { type Asker, nobodyManages, type Permissions } from '../access/permissions.js'
import type { Sharing } from '../access/sharing.js'
import { checkRoom } from '../room-name.js'
import type { RoomServer } from '../room-server.js'
import type { Bodies } from './body.js'
import type { Call } from './call.js'

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

  /** @see PROTOCOL.md SR11, SR12 */
  async get(call: Call, asker: Asker, can: readonly Action[]): Promise<void> {
    checkRoom(asker.roomName)
    if (!this.#mayChange(asker, can)) return call.json({ can })
    const access = await this.access.sharing.show(asker.roomName, this.access.permissions.areAsked)
    call.json({ can, access })
  }

  /**
   * Reads a change, and takes its budgets.
   *
   * @param account whom the call is counted for
   * @throws {Problem} bad-room, bad-parameter, forbidden, too-many-requests
   * @see PROTOCOL.md SR13
   */
  async read(call: Call, roomName: string, account: Account): Promise<CheckedChange> {
    checkRoom(roomName)
    const { value } = await this.bodies.readJson(call, LIMIT_BYTES)
    const change = readChange(value)
    if (!this.access.permissions.areAsked) assertOpen(change)
    await this.#count(account, roomName, change)
    return change
  }

  /** @see PROTOCOL.md SR13, SR17 */
  async change(call: Call, asker: Asker, change: CheckedChange): Promise<void> {
    const { areAsked } = this.access.permissions
    const access = await this.access.sharing.change(asker.roomName, change, areAsked)
    if (access.revision !== change.revision) {
      // A slow disk doesn't keep a view link open that was ended.
      const told = this.rooms.recordChanged(asker.roomName)
      await Promise.all([told, this.audit.note(whoMade(asker, areAsked), audited(asker, change))])
    }
    call.json({ access })
  }

  /** @throws {Problem} too-many-requests. BU12, BU13 */
  async #count(account: Account, roomName: string, { users = [] }: CheckedChange): Promise<void> {
    const { allowances } = this.access
    const further = Math.floor(users.length / COUNTED_USERS)
    if (further > 0) await allowances.take('shares', account, further)
    await allowances.makeDocument(account, roomName)
  }

  /** Without users the room's name is the edit link, and who has it may share it. SR7 */
  #mayChange({ link }: Asker, can: readonly Action[]): boolean {
    if (link !== undefined) return false
    return this.access.permissions.areAsked ? can.includes('manage') : true
  }
}

/** @throws {Problem} forbidden. SR7 */
function assertOpen({ owner, users, link }: CheckedChange): void {
  if (owner !== undefined || users !== undefined || link !== undefined) throw nobodyManages()
}

/** A view link is a secret, so it isn't said. SR17 */
function audited({ roomName }: Asker, { owner, users, link, viewLink }: CheckedChange) {
  const roles = users?.map(([id, said]) => ({ user: id, role: said?.role ?? 'removed' }))
  return {
    what: 'access',
    room: roomName,
    ...(owner !== undefined && { owner }),
    ...(roles !== undefined && { users: roles }),
    ...(link !== undefined && { link }),
    ...(viewLink !== undefined && { viewLink: viewLink ? 'made' : 'ended' }),
  }
}

function whoMade({ user }: Asker, byUsers: boolean): Manager {
  if (user !== undefined) return { by: user.claim.id }
  return { as: byUsers ? 'unknown' : 'edit link' }
}
