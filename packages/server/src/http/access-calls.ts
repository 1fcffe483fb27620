import { Problem } from '@whereabouts/protocol'
import { type CheckedChange, readChange } from '../access/access-record.js'
import type { AuditLog } from '../access/audit.js'
import { type Asker, nobodyManages, type Permissions } from '../access/permissions.js'
import type { Sharing } from '../access/sharing.js'
import { checkRoom } from '../room-name.js'
import type { RoomServer } from '../room-server.js'
import type { Bodies } from './body.js'
import type { Call } from './call.js'

const LIMIT_BYTES = 65_536

/** What the calls about access do, once it is known who is calling. @see PROTOCOL.md SR1 */
export class AccessCalls {
  constructor(
    private readonly rooms: RoomServer,
    private readonly permissions: Permissions,
    private readonly sharing: Sharing,
    private readonly bodies: Bodies,
    private readonly audit: AuditLog,
  ) {}

  /** @see PROTOCOL.md SR11, SR12 */
  async get(call: Call, asker: Asker): Promise<void> {
    const { can } = await this.permissions.admit(asker)
    checkRoom(asker.roomName)
    if (!this.#mayChange(asker, can)) return call.json({ can })
    const access = await this.sharing.show(asker.roomName, this.permissions.areAsked)
    call.json({ can, access })
  }

  /** @see PROTOCOL.md SR13, SR17 */
  async post(call: Call, asker: Asker): Promise<void> {
    checkRoom(asker.roomName)
    // Whoever was the owner a moment ago may not be any longer.
    this.sharing.outdate(asker.roomName)
    const stillMay = await this.#assert(asker)
    const { value } = await this.bodies.readJson(call, LIMIT_BYTES)
    const change = readChange(value)
    if (!this.permissions.areAsked) assertOpen(change)
    await stillMay()
    const { areAsked } = this.permissions
    const access = await this.sharing.change(asker.roomName, change, areAsked)
    if (access.revision !== change.revision) {
      this.audit.note(audited(asker, change))
      await this.tell(asker.roomName)
    }
    call.json({ access })
  }

  /** Has readers asked about again everywhere. Nodes that can't be told ask by themselves. SR10 */
  async tell(room: string): Promise<void> {
    try {
      await this.rooms.revalidate({ room })
    } catch (error) {
      if (!(error instanceof Problem) || error.problem !== 'exchange-busy') throw error
    }
  }

  async #assert(asker: Asker): Promise<() => Promise<void>> {
    if (this.permissions.areAsked) return this.permissions.assert(asker, 'manage')
    return async () => {}
  }

  /** Without users the room's name is the edit link, and who has it may share it. SR7 */
  #mayChange({ link }: Asker, can: readonly string[]): boolean {
    if (link !== undefined) return false
    return this.permissions.areAsked ? can.includes('manage') : true
  }
}

/** @throws {Problem} forbidden. SR7 */
function assertOpen({ owner, users, link }: CheckedChange): void {
  if (owner !== undefined || users !== undefined || link !== undefined) throw nobodyManages()
}

/** A view link is a secret, so it isn't said. SR17 */
function audited({ user, roomName }: Asker, { owner, users, link, viewLink }: CheckedChange) {
  const roles = users?.map(([id, said]) => `${id}: ${said?.role ?? 'removed'}`).join(', ')
  return {
    who: user?.claim.id ?? 'edit link',
    what: 'access',
    room: roomName,
    ...(owner !== undefined && { owner }),
    ...(roles !== undefined && { users: roles }),
    ...(link !== undefined && { link }),
    ...(viewLink !== undefined && { viewLink: viewLink ? 'made' : 'ended' }),
  }
}
