import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import { isColor, isMemberKey, parseUserName, Problem } from '@whereabouts/protocol'
import type { Authenticate } from '../options.js'
import type { UserClaim } from '../room/user.js'

/** Who makes a call. */
export interface Caller {
  /** The member key; a secret. */
  readonly key: string
  /** Whether the key was made for this call, because the caller had none. */
  readonly isNew: boolean
  readonly user: UserClaim
}

/** The parameters of a call, from its query or its body; `undefined` where there is none. */
export type Parameter = (name: string) => string | undefined

const COOKIE = 'whereabouts-member'
const COOKIE_VALUE = new RegExp(`(?:^|;)\\s*${COOKIE}=([^;\\s]*)`)

/**
 * The user whom the application says is calling; `undefined` where it isn't asked (open mode).
 *
 * @throws {Problem} unauthorized
 * @see PROTOCOL.md ID5
 */
export async function authorize(
  request: IncomingMessage,
  authenticate: Authenticate | undefined,
): Promise<UserClaim | undefined> {
  if (authenticate === undefined) return undefined
  const user = await authenticate(request)
  if (user !== null) return { id: user.id, name: user.name, color: user.color }
  throw new Problem('unauthorized', 'The application does not know this caller; sign in first.')
}

/**
 * Says who is calling.
 *
 * @param keyParameter the parameter that the member key comes in
 * @param user what `authorize()` said; without it, who the caller says it is
 * @throws {Problem} bad-member-key, bad-name, bad-color
 * @see PROTOCOL.md §3
 */
export function identify(
  request: IncomingMessage,
  parameter: Parameter,
  keyParameter: string,
  user: UserClaim | undefined,
): Caller {
  const key = memberKey(request, parameter(keyParameter))
  return {
    key: key ?? newMemberKey(),
    isNew: key === undefined,
    user: user ?? checkUser({ name: parameter('name'), color: parameter('color') }),
  }
}

/** The header that gives a new caller its key. @see PROTOCOL.md ID2 */
export function memberCookie(key: string, request: IncomingMessage): string {
  const secure =
    request.socket instanceof TLSSocket || request.headers['x-forwarded-proto'] === 'https'
  return `${COOKIE}=${key}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
}

/** 128 random bits. */
export function newMemberKey(): string {
  return randomBytes(16).toString('base64url')
}

/**
 * What a caller says of itself, checked.
 *
 * @throws {Problem} bad-name, bad-color
 */
export function checkUser(said: {
  readonly name?: string | undefined
  readonly color?: string | undefined
}): UserClaim {
  return {
    ...(said.name !== undefined && { name: checkName(said.name) }),
    ...(said.color !== undefined && { color: checkColor(said.color) }),
  }
}

function checkName(text: string): string {
  const name = parseUserName(text)
  if (name !== undefined) return name
  throw new Problem(
    'bad-name',
    'A name is 1 to 64 characters without control or text direction characters.',
  )
}

function checkColor(color: string): string {
  if (isColor(color)) return color
  throw new Problem('bad-color', 'A color is # and six hexadecimal digits, "#e11d48" for one.')
}

function memberKey(request: IncomingMessage, parameter: string | undefined): string | undefined {
  const header = request.headers['whereabouts-member']
  const key = parameter ?? (typeof header === 'string' ? header : undefined)
  if (key !== undefined) return checkMemberKey(key)
  // A cookie that isn't a key was not set here, and is as good as none.
  const cookie = COOKIE_VALUE.exec(request.headers.cookie ?? '')?.[1]
  return cookie !== undefined && isMemberKey(cookie) ? cookie : undefined
}

/** @throws {Problem} bad-member-key */
export function checkMemberKey(key: string): string {
  if (isMemberKey(key)) return key
  throw new Problem(
    'bad-member-key',
    'A member key is 1 to 128 characters of A-Z a-z 0-9 _ and -; random ones, as it is a secret.',
  )
}
