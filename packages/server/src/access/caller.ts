import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isColor, isMemberKey, parseUserName, Problem } from '@whereabouts/protocol'
import type { MemberKey } from '../room/ids.js'
import type { UserClaim } from '../room/user.js'
import type { Proxies } from './proxies.js'

/** The caller of a request. */
export interface Caller {
  readonly key: MemberKey
  /** Whether the key was made for this call, because the caller had none. */
  readonly isNew: boolean
  readonly user: UserClaim
}

/** Returns a parameter of a call from its query or its body, or `undefined`. */
export type Parameter = (name: string) => string | undefined

const COOKIE = 'whereabouts-member'
const COOKIE_VALUES = new Map(
  [COOKIE, `__Host-${COOKIE}`, `__Secure-${COOKIE}`].map((name) => [
    name,
    new RegExp(`(?:^|;)\\s*${name}=([^;\\s]*)`),
  ]),
)

/** Identifies the callers of requests. */
export class Callers {
  constructor(private readonly proxies: Pick<Proxies, 'isSecure' | 'prefixOf'>) {}

  /**
   * Identifies the caller of a request.
   *
   * @param keyParameter the name of the parameter with the member key
   * @param user the user that the application vouches for; without it, the caller names itself
   * @throws {Problem} bad-member-key, bad-name, bad-color
   * @see PROTOCOL.md §3
   */
  identify(
    request: IncomingMessage,
    parameter: Parameter,
    keyParameter: string,
    user: UserClaim | undefined,
  ): Caller {
    const said = this.#saidKey(request, parameter(keyParameter))
    return {
      key: said === undefined ? newMemberKey() : checkMemberKey(said),
      isNew: said === undefined,
      user: user ?? checkUser({ name: parameter('name'), color: parameter('color') }),
    }
  }

  /**
   * Returns the key that a caller names in its first line or its headers, to count its call for. A caller
   * with an invalid key has none here.
   */
  namedKey(
    request: IncomingMessage,
    parameter: Parameter,
    keyParameter: string,
  ): MemberKey | undefined {
    const key = this.#saidKey(request, parameter(keyParameter))
    return isMemberKey(key) ? (key as MemberKey) : undefined
  }

  /** Returns the cookie header that gives a new caller its key. @see PROTOCOL.md ID2 */
  cookie(request: IncomingMessage, key: MemberKey): string {
    const path = this.proxies.prefixOf(request) || '/'
    const secure = this.proxies.isSecure(request) ? '; Secure' : ''
    return `${this.#cookieName(request)}=${key}; Path=${path}; HttpOnly; SameSite=Lax${secure}`
  }

  /**
   * The prefixes keep pages without TLS from setting the cookie. The first one, which is for whole hosts
   * only, keeps sibling domains from it as well. RFC 6265bis 4.1.3
   */
  #cookieName(request: IncomingMessage): string {
    if (!this.proxies.isSecure(request)) return COOKIE
    return (this.proxies.prefixOf(request) ? '__Secure-' : '__Host-') + COOKIE
  }

  #saidKey(request: IncomingMessage, parameter: string | undefined): string | undefined {
    const header = request.headers['whereabouts-member']
    return parameter ?? (typeof header === 'string' ? header : this.#cookieOf(request))
  }

  /** A cookie that isn't a key was set by somebody else, so it is ignored. @see PROTOCOL.md ID17 */
  #cookieOf(request: IncomingMessage): string | undefined {
    const { cookie } = request.headers
    if (cookie === undefined) return undefined
    const key = COOKIE_VALUES.get(this.#cookieName(request))?.exec(cookie)?.[1]
    return isMemberKey(key) ? key : undefined
  }
}

/** 128 random bits. */
export function newMemberKey(): MemberKey {
  return randomBytes(16).toString('base64url') as MemberKey
}

/**
 * Checks what a caller says about itself.
 *
 * @throws {Problem} bad-name, bad-color
 */
export function checkUser(said: { readonly name?: unknown; readonly color?: unknown }): UserClaim {
  return {
    ...(said.name !== undefined && { name: checkName(said.name) }),
    ...(said.color !== undefined && { color: checkColor(said.color) }),
  }
}

function checkName(text: unknown): string {
  const name = parseUserName(text)
  if (name !== undefined) return name
  throw new Problem(
    'bad-name',
    'Choose a name of 1 to 64 characters, without control characters or characters that change the text direction.',
  )
}

function checkColor(color: unknown): string {
  if (isColor(color)) return color
  throw new Problem(
    'bad-color',
    'Choose a color written as # and six hexadecimal digits, such as "#e11d48".',
  )
}

/** @throws {Problem} bad-member-key */
export function checkMemberKey(key: unknown): MemberKey {
  if (isMemberKey(key)) return key as MemberKey
  throw new Problem(
    'bad-member-key',
    'Send a member key of 1 to 128 characters of A-Z a-z 0-9 _ and -. It is a secret, so make it random.',
  )
}
