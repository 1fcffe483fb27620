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
   * Stores an update in the document that its record decided about, and in no other. The first who
   * writes a document becomes its owner with that. If somebody else was first, or the document was
   * deleted, the call is decided about again.
   *
   * @throws {Problem} what {@link RoomServer.update} throws; forbidden
   */
  async write(asker: Asker, update: Uint8Array, options: UpdateOptions): Promise<Updated> {
    const { sharing, permissions } = this.access
    const { request, roomName, user } = asker
    for (let attempt = 1; ; attempt++) {
      const decided = sharing.decidedAbout(request)
      const claim = user && sharing.claimOf(request, user.claim.id)
      try {
        return await this.rooms.update(roomName, update, { ...bound(options, decided), claim })
      } catch (error) {
        if (decided === undefined || attempt === MOST_ATTEMPTS || !isDeleted(error)) throw error
      }
      sharing.outdate(roomName)
      await permissions.assert(asker, 'write')
    }
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
