import type { IncomingMessage } from 'node:http'
import {
  type Authenticate,
  type AuthenticatedUser,
  type Authorize,
  type Log,
  sharedAccess,
} from '@whereabouts/server'
import { RareWarning } from '@whereabouts/server/mount'
import {
  errors,
  jwtVerify,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  type JWTVerifyResult,
} from 'jose'
import type { Auth } from './auth.js'
import type { JwtSettings } from './auth-settings.js'
import { grants, malformedClaim, readClaims, type Vouched } from './claims.js'
import { readCookie } from './cookies.js'
import { KeysUnavailable, openJwks } from './keys.js'
import { VerifiedTokens } from './verified-tokens.js'

const BEARER = /^bearer +([\w.-]+) *$/i
const MOST_BYTES = 8_192
/** The tolerance for start times of tokens. Their end is exact. */
const TOLERANCE_S = 5

/** Identifies callers by a signed token. @see PROTOCOL.md OP13 to OP18 */
class JwtAuth implements Auth {
  readonly mode = 'jwt'
  readonly #verified = new VerifiedTokens<Vouched>()
  /** By the returned user object, which `authorize` receives again. */
  readonly #vouched = new WeakMap<AuthenticatedUser, Vouched>()
  readonly #refused: RareWarning

  constructor(
    private readonly cookie: string | undefined,
    private readonly key: Uint8Array | JWTVerifyGetKey,
    private readonly options: JWTVerifyOptions,
    log: Log,
  ) {
    this.#refused = new RareWarning(log, 'a token was refused')
  }

  readonly authenticate: Authenticate = (request) => {
    const token = tokenOf(request, this.cookie)
    if (token === undefined || token.length > MOST_BYTES) return null
    const known = this.#verified.get(token)
    return known === undefined ? this.#verify(token) : known.user
  }

  readonly authorize: Authorize = (asked) => {
    const vouched = asked.user && this.#vouched.get(asked.user)
    if (vouched === undefined) return false
    const { rooms } = vouched
    return rooms === undefined ? sharedAccess(asked) : grants(rooms, asked.room, asked.action)
  }

  async #verify(token: string): Promise<AuthenticatedUser | null> {
    const vouched = await this.#read(token)
    if (vouched === undefined || vouched.user.expiresAtMs <= Date.now()) return null
    this.#verified.add(token, vouched, vouched.user.expiresAtMs)
    this.#vouched.set(vouched.user, vouched)
    return vouched.user
  }

  async #read(token: string): Promise<Vouched | undefined> {
    try {
      const { payload } = await verifyWith(token, this.key, this.options)
      const vouched = readClaims(payload)
      if (vouched === undefined)
        this.#refused.warn(`its \`${malformedClaim(payload)}\` is malformed`)
      return vouched
    } catch (error) {
      // That was already logged.
      if (error instanceof KeysUnavailable) return undefined
      if (!(error instanceof errors.JOSEError)) throw error
      // Tokens expire every day.
      if (!(error instanceof errors.JWTExpired)) this.#refused.warn(refusalOf(error, this.options))
      return undefined
    }
  }
}

/** Verifies with a secret or with a function that finds keys, which are two overloads of one call. */
function verifyWith(
  token: string,
  key: Uint8Array | JWTVerifyGetKey,
  options: JWTVerifyOptions,
): Promise<JWTVerifyResult> {
  return typeof key === 'function' ? jwtVerify(token, key, options) : jwtVerify(token, key, options)
}

/** Says why a token was refused, in words of which none are the token's. */
function refusalOf(error: errors.JOSEError, options: JWTVerifyOptions): string {
  if (error instanceof errors.JWTClaimValidationFailed) return claimRefusal(error, options)
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return `it isn't signed with ${options.algorithms?.join(' or ')}`
  }
  return REFUSALS.get(error.code) ?? 'it is no signed JWT'
}

const REFUSALS: ReadonlyMap<string, string> = new Map([
  [errors.JWSSignatureVerificationFailed.code, "its signature doesn't match the key"],
  [errors.JWKSNoMatchingKey.code, 'the key that signed it is not in WHEREABOUTS_JWKS'],
  [
    errors.JWKSMultipleMatchingKeys.code,
    'several keys of WHEREABOUTS_JWKS match it: give it a `kid`',
  ],
])

function claimRefusal(
  { claim, reason }: errors.JWTClaimValidationFailed,
  { audience, issuer }: JWTVerifyOptions,
): string {
  if (reason === 'missing') return `it has no \`${claim}\``
  if (claim === 'aud') return `its \`aud\` is not "${String(audience)}"`
  if (claim === 'iss') return `its \`iss\` is not "${String(issuer)}"`
  return claim === 'nbf' ? 'its `nbf` is in the future' : `its \`${claim}\` is malformed`
}

function tokenOf(request: IncomingMessage, cookie: string | undefined): string | undefined {
  const { authorization } = request.headers
  if (authorization !== undefined) return BEARER.exec(authorization)?.[1]
  return cookie === undefined ? undefined : readCookie(request, cookie)
}

/** Opens the mode `jwt`. */
export function openJwt(settings: JwtSettings, log: Log): Auth {
  const { key, cookie, issuer, audience } = settings
  const options = {
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
    requiredClaims: ['sub', 'exp'],
    clockTolerance: TOLERANCE_S,
  }
  if ('secret' in key) {
    const secret = new TextEncoder().encode(key.secret)
    return new JwtAuth(cookie, secret, { ...options, algorithms: ['HS256'] }, log)
  }
  if (audience === undefined) log.warn(ANY_AUDIENCE)
  const keys = openJwks(key.jwks, log)
  const algorithms = ['RS256', 'ES256', 'EdDSA']
  return new JwtAuth(cookie, keys, { ...options, algorithms }, log)
}

const ANY_AUDIENCE =
  'WHEREABOUTS_JWT_AUDIENCE is not set, so tokens that the same issuer signed for other applications are accepted too'
