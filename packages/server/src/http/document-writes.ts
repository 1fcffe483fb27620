import { Problem, type Updated } from '@whereabouts/protocol'
import type { Asker, Permissions } from '../access/permissions.js'
import type { Sharing } from '../access/sharing.js'
import { documentDeleted } from '../room/document-deleted.js'
import type { UpdateOptions } from '../room-documents.js'
import type { RoomServer } from '../room-server.js'

/** How often a write is decided about whose document is deleted meanwhile. */
const MOST_ATTEMPTS = 3

/** Writes documents for callers who may, as their records decide. @see PROTOCOL.md SR4 */
export class DocumentWrites {
  constructor(
    private readonly rooms: RoomServer,
    private readonly access: { readonly permissions: Permissions; readonly sharing: Sharing },
  ) {}

  /**
   * Stores an update in the document that its record decided about, and in no other. If that was
   * deleted, the call is decided about again.
   *
   * @throws {Problem} what {@link RoomServer.update} throws; forbidden
   */
  async write(asker: Asker, update: Uint8Array, options: UpdateOptions): Promise<Updated> {
    for (let attempt = 1; ; attempt++) {
      const decided = await this.#claim(asker, options)
      try {
        return await this.rooms.update(asker.roomName, update, bound(options, decided))
      } catch (error) {
        if (decided === undefined || attempt === MOST_ATTEMPTS || !isDeleted(error)) throw error
      }
      this.access.sharing.outdate(asker.roomName)
      await this.access.permissions.assert(asker, 'write')
    }
  }

  /**
   * The first who writes a document becomes its owner; the others are asked about again.
   *
   * @returns the incarnation that a record decided about, if one did
   */
  async #claim(asker: Asker, { incarnation }: UpdateOptions): Promise<string | undefined> {
    const { sharing, permissions } = this.access
    const { request, roomName, user } = asker
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      const decided = sharing.decidedAbout(request)
      // An update for another document makes nobody the owner of this one.
      if (user === undefined || (incarnation ?? decided) !== decided) return decided
      if (!(await sharing.claim(request, roomName, user.claim.id))) return decided
      await this.rooms.recordChanged(roomName)
      await permissions.assert(asker, 'write')
    }
    throw documentDeleted()
  }
}

/** @throws {Problem} document-deleted if the caller means another document than its record */
function bound(options: UpdateOptions, decided: string | undefined): UpdateOptions {
  const { incarnation = decided } = options
  if (decided !== undefined && incarnation !== decided) throw documentDeleted()
  return { ...options, incarnation }
}

function isDeleted(error: unknown): boolean {
  return error instanceof Problem && error.problem === 'document-deleted'
}
