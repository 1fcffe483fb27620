import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readBasePath } from '@whereabouts/server/mount'
import { isOwnPath } from '../base-path.js'
import { isLoopback, isPrivateWay } from '../loopback.js'

/** The settings for identifying callers. */
export type AuthSettings = OpenSettings | JwtSettings | ProxySettings | OidcSettings

interface OpenSettings {
  readonly mode: 'open'
}

export interface JwtSettings {
  readonly mode: 'jwt'
  /** A secret for HS256, or the address of the JWKS: a `file:`, `https:` or loopback `http:` URL. */
  readonly key: { readonly secret: string } | { readonly jwks: URL }
  /** The cookie that may contain a token. */
  readonly cookie: string | undefined
  readonly issuer: string | undefined
  readonly audience: string | undefined
}

export interface ProxySettings {
  readonly mode: 'proxy'
  /** Addresses and ranges in the module's format. */
  readonly trusted: readonly string[]
  /** Names of headers in lower case. */
  readonly headers: { readonly user: string; readonly name: string; readonly email: string }
}

export interface OidcSettings {
  readonly mode: 'oidc'
  readonly issuer: URL
  readonly clientId: string
  readonly clientSecret: string
  readonly scope: string
  /** The server's address for browsers; its path ends with `/`. */
  readonly publicUrl: URL
}

type Mode = AuthSettings['mode']
type Given = ReadonlyMap<string, string | undefined>

const PREFIX = 'WHEREABOUTS_'
const AUTH = `${PREFIX}AUTH`

/** The settings of each mode, which other modes ignore. */
const VARIABLES: { readonly [mode in Mode]: readonly string[] } = {
  open: [],
  jwt: ['JWT_SECRET', 'JWKS', 'JWT_ISSUER', 'JWT_AUDIENCE', 'JWT_COOKIE'],
  proxy: ['PROXY_USER_HEADER', 'PROXY_NAME_HEADER', 'PROXY_EMAIL_HEADER'],
  oidc: ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_SCOPE', 'PUBLIC_URL'],
}
const MODES = Object.keys(VARIABLES) as readonly Mode[]

/** All settings of a login. */
export const AUTH_VARIABLES: ReadonlySet<string> = new Set([
  AUTH,
  ...Object.values(VARIABLES).flatMap((names) => names.map((name) => PREFIX + name)),
])

/** HS256 is only as strong as its key. RFC 7518, 3.2 */
const LEAST_SECRET_BYTES = 32
const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/

/** Reads single settings and collects their faults. */
class Reading {
  readonly faults: string[] = []

  constructor(private readonly given: Given) {}

  fault(name: string, message: string): void {
    this.faults.push(`${PREFIX}${name}: ${message}`)
  }

  optional(name: string): string | undefined {
    return this.given.get(PREFIX + name)
  }

  /** Returns the setting; if it is missing, reports a fault and returns an empty text. */
  required(name: string, what: string): string {
    const text = this.optional(name)
    if (text === undefined) this.fault(name, `is required with ${AUTH}: ${what}`)
    return text ?? ''
  }

  /** Returns the setting as a URL that is private on the way; for any other, reports a fault. */
  url(name: string, what: string): URL | undefined {
    const text = this.required(name, what)
    if (text === '') return undefined
    const url = URL.canParse(text) ? new URL(text) : undefined
    const isPlain = url?.username === '' && url.password === ''
    if (url !== undefined && isPlain && isPrivateWay(url)) return url
    this.fault(
      name,
      'must be an https:// address without user and password; http:// works on a loopback address only',
    )
    return undefined
  }
}

/**
 * Reads the settings for identifying callers.
 *
 * @param host that the server listens on
 * @returns the settings, unless there are faults
 * @see PROTOCOL.md OP10, OP11
 */
export function readAuth(
  given: Given,
  host: string,
): { readonly auth: AuthSettings | undefined; readonly faults: readonly string[] } {
  const reading = new Reading(given)
  const mode = readMode(reading, host)
  for (const [other, names] of Object.entries(VARIABLES)) {
    if (other === mode) continue
    for (const name of names) {
      if (reading.optional(name) === undefined) continue
      reading.fault(name, `has no effect unless ${AUTH} is "${other}"; leave it out`)
    }
  }
  const auth = mode && READERS[mode](reading)
  return { auth: reading.faults.length === 0 ? auth : undefined, faults: reading.faults }
}

function readMode(reading: Reading, host: string): Mode | undefined {
  const said = reading.optional('AUTH')
  if (said === undefined && isLoopback(host)) return 'open'
  const mode = MODES.find((candidate) => candidate === said)
  if (said === undefined) {
    const modes = 'to "jwt", "proxy" or "oidc" so that callers have to sign in'
    reading.fault(
      'AUTH',
      `is required where HOST is "${host}": set it ${modes}, or to "open" if anybody who reaches it may read and write`,
    )
  } else if (mode === undefined) {
    reading.fault('AUTH', `must be ${MODES.map((each) => `"${each}"`).join(' or ')}`)
  }
  return mode
}

const READERS: { readonly [mode in Mode]: (reading: Reading) => AuthSettings | undefined } = {
  open: () => ({ mode: 'open' }),
  jwt: readJwt,
  proxy: readProxy,
  oidc: readOidc,
}

function readJwt(reading: Reading): JwtSettings | undefined {
  const key = readKey(reading)
  const cookie = reading.optional('JWT_COOKIE')
  if (cookie !== undefined && !HEADER_NAME.test(cookie)) {
    reading.fault('JWT_COOKIE', 'must be the name of a cookie')
  }
  if (key === undefined) return undefined
  const [issuer, audience] = [reading.optional('JWT_ISSUER'), reading.optional('JWT_AUDIENCE')]
  return { mode: 'jwt', key, cookie, issuer, audience }
}

function readKey(reading: Reading): JwtSettings['key'] | undefined {
  const [secret, jwks] = [reading.optional('JWT_SECRET'), reading.optional('JWKS')]
  if (secret !== undefined && jwks !== undefined) {
    reading.fault('JWKS', `is set together with ${PREFIX}JWT_SECRET; leave one of them out`)
  }
  if (secret !== undefined) {
    if (Buffer.byteLength(secret) < LEAST_SECRET_BYTES) {
      reading.fault('JWT_SECRET', `must be at least ${LEAST_SECRET_BYTES} bytes`)
    }
    return { secret }
  }
  if (jwks !== undefined) return readJwks(reading, jwks)
  reading.fault(
    'JWT_SECRET',
    `set it, or ${PREFIX}JWKS: ${AUTH}=jwt needs the key that tokens are signed with`,
  )
  return undefined
}

function readJwks(reading: Reading, text: string): JwtSettings['key'] | undefined {
  if (/^https?:/i.test(text)) {
    const url = reading.url('JWKS', '')
    return url && { jwks: url }
  }
  const jwks = pathToFileURL(resolve(text))
  try {
    const { keys } = JSON.parse(readFileSync(jwks, 'utf8')) as { readonly keys?: unknown }
    if (Array.isArray(keys) && keys.length > 0) return { jwks }
    reading.fault('JWKS', `${text} has no keys; it must be a JWK set, {"keys":[…]}`)
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is not JSON' : (error as Error).message
    reading.fault('JWKS', `${text} can't be read: ${why}`)
  }
  return undefined
}

function readProxy(reading: Reading): ProxySettings {
  // Every mode can have proxies, whose addresses the module checks.
  const text = reading.required(
    'TRUSTED_PROXIES',
    'the addresses of the proxy, such as "10.0.0.0/8"',
  )
  const trusted = text.split(/[\s,]+/).filter((range) => range !== '')
  if (trusted.some((range) => /\/0+$/.test(range))) {
    reading.fault('TRUSTED_PROXIES', 'must not be all addresses: anyone could name themselves then')
  }
  const header = (name: string, otherwise: string) => {
    const said = reading.optional(name) ?? otherwise
    if (!HEADER_NAME.test(said)) reading.fault(name, 'must be the name of a header')
    return said.toLowerCase()
  }
  const headers = {
    user: header('PROXY_USER_HEADER', 'X-Forwarded-User'),
    name: header('PROXY_NAME_HEADER', 'X-Forwarded-Name'),
    email: header('PROXY_EMAIL_HEADER', 'X-Forwarded-Email'),
  }
  if (new Set(Object.values(headers)).size < 3) {
    reading.fault('PROXY_USER_HEADER', 'the three headers must have different names')
  }
  return { mode: 'proxy', trusted, headers }
}

function readOidc(reading: Reading): OidcSettings | undefined {
  const issuer = reading.url('OIDC_ISSUER', 'the address of the provider')
  const clientId = reading.required('OIDC_CLIENT_ID', 'what the provider calls this server')
  const clientSecret = reading.required('OIDC_CLIENT_SECRET', 'what it proves that with')
  const publicUrl = reading.url('PUBLIC_URL', 'where browsers find this server')
  const path = publicUrl && readBasePath(publicUrl.pathname)
  if (publicUrl !== undefined) {
    const said = reading.optional('PUBLIC_URL')?.replace(/\/$/, '')
    if (path === undefined || isOwnPath(path) || said !== publicUrl.origin + path) {
      reading.fault(
        'PUBLIC_URL',
        'must be an address like "https://sheets.example.com" or "https://example.com/apps/where"',
      )
    }
    publicUrl.pathname = `${path}/`
  }
  const scope = reading.optional('OIDC_SCOPE') ?? 'openid profile email'
  if (!scope.split(' ').includes('openid')) reading.fault('OIDC_SCOPE', 'must contain "openid"')
  if (issuer === undefined || publicUrl === undefined) return undefined
  return { mode: 'oidc', issuer, clientId, clientSecret, scope, publicUrl }
}
