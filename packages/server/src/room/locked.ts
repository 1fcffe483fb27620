import { type Member, Problem } from '@whereabouts/protocol'

/**
 * Returns the problem of a caller that doesn't hold a lock with the number that it names.
 *
 * @param holder who holds it; `undefined` if nobody does
 * @param memberId the member of the caller, if it named a number
 * @see PROTOCOL.md LK3, LK12
 */
export function locked(key: string, holder: Member | undefined, memberId?: string): Problem {
  if (holder === undefined) {
    return new Problem('locked', `Nobody holds the lock "${key}" any more. Lock it again.`, { key })
  }
  const { id, user } = holder
  const detail =
    id === memberId
      ? `You hold the lock "${key}" with another number. Lock it again to get that number.`
      : `${user.name} holds the lock "${key}". Try again when it is released.`
  return new Problem('locked', detail, { key, holder: { memberId: id, name: user.name } })
}
