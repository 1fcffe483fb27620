import { randomUUID } from 'node:crypto'
import type {
  Configuration,
  TokenEndpointResponse,
  TokenEndpointResponseHelpers,
} from 'openid-client'
import { fetchUserInfo } from 'openid-client'
import { isUserId } from '@whereabouts/server/mount'
import type { OwnCookie } from './cookies.js'
import type { Sealed } from './sealed.js'

/** The shortest session, as shorter ones would make people log in with every click. */
const LEAST_MS = 10_000
const MOST_MS = 86_400_000
/** How long after its end a session can be renewed, so that a laptop that slept needs no login. */
const RENEWABLE_MS = 86_400_000
/** The longest values that fit into the cookie. */
const MOST_AVATAR_CHARACTERS = 1_024
const MOST_NAME_CHARACTERS = 64

/** The user who is logged in, and the end of the session. */
export interface Session {
  /** Names the login, also after it is renewed. */
  readonly id: string
  readonly user: { readonly id: string; readonly name?: string; readonly avatar?: string }
  readonly expiresAtMs: number
  readonly refreshToken?: string
}

export type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers

type Claims = { readonly [claim: string]: unknown }

/** Creates a session from a provider's tokens. @throws the error of the user info request */
export async function openSession(configuration: Configuration, tokens: Tokens): Promise<Session> {
  const claims = tokens.claims()
  if (claims === undefined) throw new Error('the provider sent no ID token')
  const { sub } = claims
  if (!isUserId(sub)) throw new Error('the provider sent a `sub` that is too long')
  // Many providers return everything except `sub` in the user info only.
  const isNamed = nameOf(claims) !== undefined
  const asks = !isNamed && configuration.serverMetadata().userinfo_endpoint !== undefined
  const said: Claims = asks ? await fetchUserInfo(configuration, tokens.access_token, sub) : claims
  return { id: randomUUID(), user: describeUser(sub, said), ...termsOf(tokens) }
}

/**
 * Returns the renewed session; `undefined` if the tokens are of another user.
 *
 * @see PROTOCOL.md OP26
 */
export function renewSession(
  { id, user, refreshToken }: Session,
  tokens: Tokens,
): Session | undefined {
  const sub = tokens.claims()?.sub
  if (sub !== undefined && sub !== user.id) return undefined
  return { id, user, ...(refreshToken !== undefined && { refreshToken }), ...termsOf(tokens) }
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

/** Returns the end of the token that ends first, and the refresh token. */
function termsOf(tokens: Tokens): Pick<Session, 'expiresAtMs' | 'refreshToken'> {
  const nowMs = Date.now()
  const [leftS, endS] = [tokens.expiresIn(), tokens.claims()?.exp]
  // A renewal often comes without an ID token, and some providers don't say when the other one ends.
  const ends = [
    ...(leftS === undefined ? [] : [nowMs + leftS * 1_000]),
    ...(endS === undefined ? [] : [endS * 1_000]),
  ]
  const endMs = ends.length === 0 ? nowMs : Math.min(...ends)
  const { refresh_token: refreshToken } = tokens
  return {
    expiresAtMs: Math.min(Math.max(endMs, nowMs + LEAST_MS), nowMs + MOST_MS),
    ...(refreshToken !== undefined && { refreshToken }),
  }
}

/**
 * Returns the header that stores a session in the browser. Drops the refresh token if it doesn't
 * fit, so that a new login is needed at the end of the session.
 *
 * @throws {Error} if it is still too long
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
  throw new Error('the user’s details from the provider are too long for a cookie')
}
