import type { Member } from '@whereabouts/protocol'
import type { Change } from './timeline.js'

/** A member, or one who was: when what of it last changed. */
export interface Entry extends Change {
  member: Member
  /** What its stream said of the part that it is in; what the location says comes first. */
  at: string | undefined
  /** The part of the document that it is in, or was when it left. */
  part: string
  partAt: number
  joinedAt: number
  movedAt: number
  statusAt: number
  gone: boolean
  /** Said that it leaves soon; only a new connection takes that back. */
  leaving: boolean
  /** When it is gone unless something happens; `Infinity` while a connection holds it. */
  deadlineMs: number
}

/** What one who sees a part of the document, or all of it, is told of a member. PROTOCOL.md ST15 */
export function newsOf(
  entry: Entry,
  version: number,
  part: string | undefined,
): 'join' | 'change' | 'leave' | 'nothing' {
  const isSeen = part === undefined || entry.part === part
  const hasCrossed = part !== undefined && entry.partAt > version
  // Who wasn't seen before is told to leave as well: that changes nothing.
  if (entry.gone || !isSeen) return hasCrossed || (entry.gone && isSeen) ? 'leave' : 'nothing'
  return entry.joinedAt > version || hasCrossed ? 'join' : 'change'
}
