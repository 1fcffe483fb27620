import type {
  Configuration,
  TokenEndpointResponse,
  TokenEndpointResponseHelpers,
} from 'openid-client'
import { fetchUserInfo } from 'openid-client'
import type { OwnCookie } from './cookies.js'
import type { Sealed } from './sealed.js'

/** A provider whose tokens end sooner would have people log in with every click. */
const LEAST_MS = 10_000
const MOST_MS = 86_400_000
/** How long after its end a session can be renewed: a laptop that slept needs no login. */
const RENEWABLE_MS = 86_400_000
/** Longer ones would fill the cookie. */
const MOST_AVATAR_CHARACTERS = 1_024
const MOST_NAME_CHARACTERS = 64

/** Who is logged in, and until when. */
export interface Session {
  readonly user: { readonly id: string; readonly name?: string; readonly avatar?: string }
  readonly expiresAtMs: number
  readonly refreshToken?: string
}

export type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers

type Claims = { readonly [claim: string]: unknown }

/** The session that a provider's tokens make. @throws what the provider's user info throws */
export async function openSession(configuration: Configuration, tokens: Tokens): Promise<Session> {
  const claims = tokens.claims()
  if (claims === undefined) throw new Error('the provider sent no ID token')
  const { sub } = claims
  // Many a provider leaves all but `sub` to the user info.
  const isNamed = nameOf(claims) !== undefined
  const asks = !isNamed && configuration.serverMetadata().userinfo_endpoint !== undefined
  const said: Claims = asks ? await fetchUserInfo(configuration, tokens.access_token, sub) : claims
  return { user: describeUser(sub, said), ...termsOf(tokens) }
}

/**
 * The session after it was renewed; `undefined` if the tokens are somebody else's.
 *
 * @see PROTOCOL.md OP26
 */
export function renewSession({ user, refreshToken }: Session, tokens: Tokens): Session | undefined {
  const sub = tokens.claims()?.sub
  if (sub !== undefined && sub !== user.id) return undefined
  return { user, ...(refreshToken !== undefined && { refreshToken }), ...termsOf(tokens) }
}

function describeUser(id: string, claims: Claims): Session['user'] {
  const name = nameOf(claims)
  const { picture } = claims
  const hasAvatar = typeof picture === 'string' && picture.length <= MOST_AVATAR_CHARACTERS
  return { id, ...(name !== undefined && { name }), ...(hasAvatar && { avatar: picture }) }
}

function nameOf({ name, preferred_username: username, email }: Claims): string | undefined {
  const said = [name, username, email].find((each) => typeof each === 'string' && each !== '')
  return said === undefined
    ? undefined
    : Array.from(said as string)
        .slice(0, MOST_NAME_CHARACTERS)
        .join('')
}

/** How long the tokens count, and how they are renewed. */
function termsOf(tokens: Tokens): Pick<Session, 'expiresAtMs' | 'refreshToken'> {
  const nowMs = Date.now()
  const tokenMs = nowMs + (tokens.expiresIn() ?? 0) * 1_000
  const idTokenMs = (tokens.claims()?.exp ?? 0) * 1_000
  const endMs = Math.max(tokenMs, idTokenMs, nowMs + LEAST_MS)
  const { refresh_token: refreshToken } = tokens
  return {
    expiresAtMs: Math.min(endMs, nowMs + MOST_MS),
    ...(refreshToken !== undefined && { refreshToken }),
  }
}

/**
 * The header that keeps a session in the browser. What makes it too long is left out: without a
 * refresh token one logs in again.
 *
 * @throws {Error} if it is too long all the same
 * @see PROTOCOL.md OP25
 */
export async function sessionCookie(
  cookie: OwnCookie,
  sealed: Sealed<Session>,
  session: Session,
): Promise<string> {
  const { refreshToken, ...unrenewable } = session
  const { avatar: _avatar, ...user } = session.user
  for (const content of [session, unrenewable, { ...unrenewable, user }]) {
    const isRenewable = 'refreshToken' in content && refreshToken !== undefined
    const untilMs = session.expiresAtMs + (isRenewable ? RENEWABLE_MS : 0)
    const header = cookie.set(await sealed.seal(content, untilMs))
    if (header !== undefined) return header
  }
  throw new Error('what the provider says of the user is too long for a cookie')
}
