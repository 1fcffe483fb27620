import { BASE } from './base.js'

/** The user at this window, according to the server. @see PROTOCOL.md OP29 */
export interface Identity {
  /** `unknown` if the server can't be reached, or doesn't know the caller. */
  readonly mode: 'open' | 'jwt' | 'proxy' | 'oidc' | 'unknown'
  /** Whether the server answered that it doesn't know the caller. */
  readonly isRefused?: boolean
  readonly user?: SignedIn
  /** The time until the session ends, if it does. */
  readonly expiresInMs?: number
}

/** A user that the server knows. */
export interface SignedIn {
  readonly id: string
  readonly name?: string | null
  readonly color?: string | null
}

const ADDRESS = `${BASE}session`
/** Without an answer, a document opens from the copy of the last user. */
const ANSWER_MS = 4_000

/** Asks the server who is at this window. Never throws. */
export async function readIdentity(): Promise<Identity> {
  try {
    const response = await fetch(ADDRESS, {
      cache: 'no-store',
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    if (response.ok) return (await response.json()) as Identity
    if (response.status === 401) return { mode: 'unknown', isRefused: true }
  } catch {
    // The server can't be reached, which the room's status shows.
  }
  return { mode: 'unknown' }
}

/**
 * Asks the server to renew the session; resolves with `undefined` if it refuses.
 *
 * @throws {Error} if the server can't answer now
 */
export async function renewIdentity(): Promise<Identity | undefined> {
  const response = await fetch(ADDRESS, { method: 'POST', cache: 'no-store' })
  // 403: the page has another address than the server's own.
  if (response.status === 401 || response.status === 403) return undefined
  if (!response.ok) throw new Error(`the server answered ${response.status}`)
  return (await response.json()) as Identity
}
