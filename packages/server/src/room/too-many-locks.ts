import { Problem } from '@whereabouts/protocol'

/**
 * Returns the problem of a call for a lock too many.
 *
 * @param whoHas how the sentence begins, such as "This room has"
 * @see PROTOCOL.md LK17, LK27
 */
export function tooManyLocks(whoHas: string, limit: number): Problem {
  const detail = `${whoHas} ${limit} locks, which is the maximum. Release one, or try again later.`
  return new Problem('too-many-locks', detail, { limit })
}
