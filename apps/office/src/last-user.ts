import { storedAs } from './base.js'
import type { Identity } from './identity.js'

const STORED_AS = storedAs('whereabouts:user')

/** The storage of the id. */
export type UserStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** Nobody is signed in from now on, as far as this browser knows. */
export function forgetUser(storage: UserStorage): void {
  storage.removeItem(STORED_AS)
}

/**
 * Returns whose copies and lists of this browser a window uses: those of the user that the server names,
 * or of nobody. If the server can't be reached, those of the user that it named last.
 *
 * @returns the user's id; `undefined` for nobody
 * @see OFFICE.md OF35
 */
export function userAtWindow(
  { mode, user, isRefused }: Identity,
  storage: UserStorage,
): string | undefined {
  if (mode === 'unknown' && isRefused !== true) return storage.getItem(STORED_AS) ?? undefined
  if (user === undefined) forgetUser(storage)
  else storage.setItem(STORED_AS, user.id)
  return user?.id
}
