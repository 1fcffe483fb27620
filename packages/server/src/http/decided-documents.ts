import { type Action, isNoDocument, Problem } from '@whereabouts/protocol'
import type { Asker, Permissions } from '../access/permissions.js'
import type { Sharing } from '../access/sharing.js'
import { mayBeStored } from '../document/incarnations.js'
import { documentDeleted } from '../room/document-deleted.js'
import type { UpdateOptions } from '../room-documents.js'

/** How often a call is decided about whose document is deleted meanwhile. */
const MOST_ATTEMPTS = 3

/** Binds calls to the documents that their records decided about. @see PROTOCOL.md SR4, RS17 */
export class DecidedDocuments {
  constructor(
    private readonly access: { readonly permissions: Permissions; readonly sharing: Sharing },
  ) {}

  /**
   * Works on the document that a record decided about, and on no other. If it was deleted meanwhile, or somebody else
   * was first to write, the call is decided about again.
   *
   * @param work is `document-deleted` if the document has another incarnation; any will do if there is none
   * @throws {Problem} what `work` throws; forbidden
   */
  async use<T>(
    asker: Asker,
    action: Action,
    work: (incarnation: string | undefined) => Promise<T>,
  ): Promise<T> {
    const { sharing, permissions } = this.access
    for (let attempt = 1; ; attempt++) {
      const incarnation = sharing.decidedAbout(asker.request)
      try {
        return await work(incarnation)
      } catch (error) {
        if (incarnation === undefined || attempt === MOST_ATTEMPTS || !isDeleted(error)) throw error
      }
      sharing.outdate(asker.roomName)
      await permissions.assert(asker, action)
    }
  }
}

function isDeleted(error: unknown): boolean {
  return error instanceof Problem && error.problem === 'document-deleted'
}

/** @throws {Problem} document-deleted if the caller means another document than its record */
export function bound(
  roomName: string,
  options: UpdateOptions,
  decided: string | undefined,
): UpdateOptions {
  const { incarnation = decided } = options
  const isOther =
    decided !== undefined &&
    incarnation !== undefined &&
    !mayBeStored(roomName, decided, incarnation)
  if (isOther) throw documentDeleted()
  const isNamed = incarnation !== undefined && !isNoDocument(incarnation)
  return { ...options, incarnation: isNamed ? incarnation : (decided ?? incarnation) }
}
