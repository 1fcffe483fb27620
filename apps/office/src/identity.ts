/** Who the server says is at this window. @see PROTOCOL.md OP29 */
export interface Identity {
  /** `unknown` if the server didn't say: it is away, or doesn't know the caller. */
  readonly mode: 'open' | 'jwt' | 'proxy' | 'oidc' | 'unknown'
  readonly user?: SignedIn
  /** How long that holds, if it ends. */
  readonly expiresInMs?: number
}

/** A user whom the server knows. */
export interface SignedIn {
  readonly id: string
  readonly name?: string | null
  readonly color?: string | null
}

const ADDRESS = '/session'

/** Asks the server who is at this window. Never throws. */
export async function readIdentity(): Promise<Identity> {
  try {
    const response = await fetch(ADDRESS, { cache: 'no-store' })
    if (response.ok) return (await response.json()) as Identity
  } catch {
    // The server is away; the room says so.
  }
  return { mode: 'unknown' }
}

/**
 * Has the server renew the session; `undefined` if it refuses.
 *
 * @throws {Error} if that can't be known now
 */
export async function renewIdentity(): Promise<Identity | undefined> {
  const response = await fetch(ADDRESS, { method: 'POST', cache: 'no-store' })
  // 403: the page has another address than the server's own.
  if (response.status === 401 || response.status === 403) return undefined
  if (!response.ok) throw new Error(`the server answered ${response.status}`)
  return (await response.json()) as Identity
}
