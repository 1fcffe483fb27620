import { randomBytes } from 'node:crypto'
import {
  deletionsBefore,
  documentOfComments,
  isNoDocument,
  noDocument,
} from '@whereabouts/protocol'

/** The number of random bytes in the name of an incarnation. */
const RANDOM_BYTES = 9

/** The names that come back: with a number that deletions can't take to more digits than a call may say. */
const GIVEN = /^\d{1,9}(-|$)/

/** Returns the incarnation of a document that begins in a room without one. @see PROTOCOL.md DO47 */
export function newIncarnation(none: string): string {
  return `${deletionsBefore(none)}-${randomBytes(RANDOM_BYTES).toString('base64url')}`
}

/** Returns what a room has in the place of an incarnation once its document is removed. */
export function afterRemoval(incarnation: string): string {
  return noDocument(deletionsBefore(incarnation) + 1)
}

/**
 * Returns whether an update of an incarnation may be stored: it is the room's, or the room has no document and this
 * one wasn't deleted. Comments never come back before their document. Of an update for no document yet, whether none
 * was deleted meanwhile.
 *
 * @param current the room's incarnation, or what says that it has none
 * @see PROTOCOL.md DO48, DO96, DO98
 */
export function mayBeStored(roomName: string, current: string, incarnation: string): boolean {
  if (incarnation === current) return true
  if (isNoDocument(incarnation)) return deletionsBefore(incarnation) === deletionsBefore(current)
  if (!isNoDocument(current) || !GIVEN.test(incarnation)) return false
  const isLost = deletionsBefore(incarnation) >= deletionsBefore(current)
  return isLost && documentOfComments(roomName) === undefined
}
