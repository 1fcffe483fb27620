import { type Member, Problem } from '@whereabouts/protocol'

/**
 * Returns the problem of a caller that doesn't hold a lock.
 *
 * @param holder who holds it instead; `undefined` if nobody does
 * @see PROTOCOL.md LK3, LK12
 */
export function locked(key: string, holder: Member | undefined): Problem {
  if (holder === undefined) {
    return new Problem('locked', `Nobody holds the lock "${key}" any more. Lock it again.`, { key })
  }
  const { id: memberId, user } = holder
  return new Problem(
    'locked',
    `${user.name} holds the lock "${key}". Try again when it is released.`,
    { key, holder: { memberId, name: user.name } },
  )
}
