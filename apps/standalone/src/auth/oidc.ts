import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type Authenticate,
  type AuthenticatedUser,
  type Log,
  Problem,
  type Rooms,
  sharedAccess,
} from '@whereabouts/server'
import { pathOf, RareWarning } from '@whereabouts/server/mount'
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  type Configuration,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  tokenRevocation,
} from 'openid-client'
import { sendProblem } from '../problem.js'
import { answerProblem, redirect, sendJson, sendMessage, unauthorized } from './answers.js'
import type { Auth } from './auth.js'
import type { OidcSettings } from './auth-settings.js'
import { cookiesOf, OwnCookie, readCookie } from './cookies.js'
import { describeSession } from './gate.js'
import { Latest } from './latest.js'
import { away, failed, notBegun, signedOut } from './oidc-messages.js'
import { openSession, type Session, sessionCookie } from './oidc-session.js'
import { Provider, reasonOf } from './provider.js'
import { Renewals } from './renewals.js'
import { below, loginFor, queryOf, returnPath } from './return-path.js'
import { Sealed } from './sealed.js'
import { VerifiedTokens } from './verified-tokens.js'

/** More than are finished in the ten minutes that a login holds. */
const MOST_FINISHED = 100_000
const CALLBACK = 'login/callback'
const LOGIN_S = 600
/** The most logins that one browser may have in progress, such as when it restores its tabs. */
const MOST_LOGINS = 8
/** The most that their cookies take, without that of a new one: together with the session they fit into the headers. */
const MOST_LOGIN_BYTES = 6_144
const LOGIN_COOKIE = 'whereabouts-login-'
/** Where a page of this server, or its user, sends a request from. */
const OWN_SITES: ReadonlySet<unknown> = new Set(['same-origin', 'none'])
const STATE = /^[\w-]{20,128}$/

/** A login in progress. */
interface Login {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  /** The path to return to. */
  readonly path: string
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void

/** Identifies callers by a login at a provider. @see PROTOCOL.md OP22 to OP28 */
class OidcAuth implements Auth {
  /** The states of logins that were finished here. */
  readonly #finished = new Latest(MOST_FINISHED)
  readonly mode = 'oidc'
  readonly authorize = sharedAccess
  readonly #provider: Provider
  readonly #sessions: Sealed<Session>
  readonly #logins: Sealed<Login>
  readonly #known = new VerifiedTokens<Session>()
  readonly #renewals: Renewals
  readonly #cookie: OwnCookie
  readonly #failed: RareWarning
  readonly #answers: ReadonlyMap<string, Answer>
  #rooms: Pick<Rooms, 'endSession' | 'hasEnded'> | undefined

  constructor(
    private readonly settings: OidcSettings,
    secret: string,
    log: Log,
  ) {
    const { issuer, clientId } = settings
    this.#provider = new Provider(settings, log)
    // Another provider may use the same id for another user.
    this.#sessions = new Sealed(secret, `session ${issuer.href} ${clientId}`)
    this.#logins = new Sealed(secret, `login ${issuer.href} ${clientId}`)
    this.#cookie = this.#ownCookie('whereabouts-session')
    this.#renewals = new Renewals(this.#provider)
    this.#failed = new RareWarning(log, 'a login failed')
    this.#answers = new Map<string, Answer>([
      ['GET /login', (request, response) => this.#begin(request, response)],
      [`GET /${CALLBACK}`, (request, response) => this.#finish(request, response)],
      ['POST /session', (request, response) => this.#renew(request, response)],
      ['POST /logout', (request, response) => this.#end(request, response)],
      ['GET /logout', (_request, response) => this.#signedOut(response)],
    ])
  }

  readonly authenticate: Authenticate = (request) => {
    const text = readCookie(request, this.#cookie.name)
    if (text === undefined) return null
    const known = this.#known.get(text)
    return known === undefined ? this.#read(text) : this.#userNow(known)
  }

  readonly handle = async (
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<boolean> => {
    const answer = this.#answers.get(`${request.method} ${pathOf(request.url ?? '')}`)
    await answer?.(request, response)
    return answer !== undefined
  }

  readonly close = (): void => this.#provider.close()

  readonly serve = (rooms: Pick<Rooms, 'endSession' | 'hasEnded'>): void => {
    this.#rooms = rooms
  }

  async #read(text: string): Promise<AuthenticatedUser | null> {
    const session = await this.#sessions.open(text)
    if (session === undefined || session.expiresAtMs <= Date.now()) return null
    this.#known.add(text, session, session.expiresAtMs)
    return this.#userNow(session)
  }

  #userNow(session: Session): AuthenticatedUser | null {
    return this.#hasEnded(session) ? null : userOf(session)
  }

  /** @see PROTOCOL.md OP44 */
  #hasEnded({ id }: Session): boolean {
    return this.#rooms?.hasEnded(id) === true
  }

  async #begin(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { configuration } = this.#provider
    if (configuration === undefined) return sendMessage(response, away(this.#root))
    const login: Login = {
      state: randomState(),
      nonce: randomNonce(),
      verifier: randomPKCECodeVerifier(),
      path: returnPath(queryOf(request).get('return')),
    }
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: this.#callbackUrl(),
      scope: this.settings.scope,
      state: login.state,
      nonce: login.nonce,
      code_challenge: await calculatePKCECodeChallenge(login.verifier),
      code_challenge_method: 'S256',
    })
    const sealed = await this.#logins.seal(login, Date.now() + LOGIN_S * 1_000)
    const cookie = this.#loginCookie(login.state).set(sealed, LOGIN_S)
    redirect(response, url.href, [...(cookie ? [cookie] : []), ...this.#forgetLogins(request)])
  }

  async #finish(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { configuration } = this.#provider
    if (configuration === undefined) return sendMessage(response, away(this.#root))
    const state = queryOf(request).get('state') ?? ''
    const login = await this.#loginOf(request, state)
    // Each login asks the provider once, whoever repeats its callback (OP24).
    if (login === undefined || !this.#finished.add(state))
      return sendMessage(response, notBegun(this.#root))
    const done = this.#loginCookie(state).remove()
    try {
      const session = await this.#exchange(configuration, request, login)
      const cookie = await sessionCookie(this.#cookie, this.#sessions, session)
      redirect(response, below(this.#root, login.path), [cookie, done])
    } catch (error) {
      this.#failed.warn(reasonOf(error))
      response.setHeader('Set-Cookie', done)
      sendMessage(response, failed(error, loginFor(login.path, this.#root)))
    }
  }

  async #exchange(
    configuration: Configuration,
    request: IncomingMessage,
    { state, nonce, verifier }: Login,
  ): Promise<Session> {
    const answer = new URL(`${this.#callbackUrl()}?${queryOf(request).toString()}`)
    const tokens = await authorizationCodeGrant(configuration, answer, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    })
    return openSession(configuration, tokens)
  }

  async #loginOf(request: IncomingMessage, state: string): Promise<Login | undefined> {
    if (!STATE.test(state)) return undefined
    const text = readCookie(request, this.#loginCookie(state).name)
    const login = text === undefined ? undefined : await this.#logins.open(text)
    return login?.state === state ? login : undefined
  }

  async #renew(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#isOwnPage(request)) return answerProblem(response, foreign())
    const text = readCookie(request, this.#cookie.name) ?? ''
    const session = await this.#sessions.open(text)
    if (session === undefined) return answerProblem(response, unauthorized())
    const { refreshToken } = session
    try {
      const renewed = refreshToken ? await this.#renewals.renew(session, refreshToken) : session
      const open = renewed !== undefined && renewed.expiresAtMs > Date.now() ? renewed : undefined
      const cookie = open && (await sessionCookie(this.#cookie, this.#sessions, open))
      // The user signed out meanwhile; the browser's cookie may be of another login by now, so it stays.
      if (this.#hasEnded(session)) return answerProblem(response, unauthorized())
      if (open === undefined || cookie === undefined) {
        return answerProblem(response, unauthorized(), [this.#cookie.remove()])
      }
      sendJson(response, describeSession(this.mode, userOf(open)), [cookie])
    } catch (error) {
      this.#failed.warn(reasonOf(error))
      sendProblem(response, 503, 'Service Unavailable', 'The login provider can’t be reached.')
    }
  }

  async #end(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#isOwnPage(request)) return answerProblem(response, foreign())
    const { configuration } = this.#provider
    const session = await this.#sessions.open(readCookie(request, this.#cookie.name) ?? '')
    // Before anything is waited for, so that no renewal under way brings the session back.
    const ended = this.#endLogin(session?.id)
    if (configuration !== undefined && session?.refreshToken !== undefined) {
      // For nodes that can't be told, which then can't renew a copy of the cookie. A failure doesn't matter here.
      tokenRevocation(configuration, session.refreshToken).catch((error: unknown) => {
        this.#failed.warn(reasonOf(error))
      })
    }
    await ended
    redirect(response, `${this.#root}logout`, [this.#cookie.remove()])
  }

  /** @see PROTOCOL.md AC31, AC42 */
  async #endLogin(session: string | undefined): Promise<void> {
    if (session === undefined) return
    try {
      await this.#rooms?.endSession(session)
    } catch (error) {
      // The others are told later than this node, or not at all; the session ends here in any case.
      this.#failed.warn(reasonOf(error))
    }
  }

  /** Redirects to the provider by a page, as forms may be sent only to this server. */
  #signedOut(response: ServerResponse): void {
    const { configuration } = this.#provider
    const isThere = configuration?.serverMetadata().end_session_endpoint !== undefined
    const next = isThere ? buildEndSessionUrl(configuration).href : undefined
    sendMessage(response, { ...signedOut(this.#root), ...(next !== undefined && { next }) })
  }

  /** Checks what browsers say with each `POST`; a program says neither. */
  #isOwnPage({ headers: { origin, 'sec-fetch-site': site } }: IncomingMessage): boolean {
    const { origin: own } = this.settings.publicUrl
    return (origin ?? own) === own && (site === undefined || OWN_SITES.has(site))
  }

  /** The path of the application's root; ends with `/`. */
  get #root(): string {
    return this.settings.publicUrl.pathname
  }

  #callbackUrl(): string {
    return new URL(CALLBACK, this.settings.publicUrl).href
  }

  #ownCookie(name: string): OwnCookie {
    return new OwnCookie(name, this.settings.publicUrl)
  }

  /** Each login has its own cookie, so that several tabs can log in at the same time. */
  #loginCookie(state: string): OwnCookie {
    return this.#ownCookie(LOGIN_COOKIE + state.slice(0, 16))
  }

  /**
   * Removes the cookies of the oldest logins, which are probably abandoned, so that no page that begins many
   * fills the headers. Browsers send the oldest cookie first. RFC 6265, 5.4
   */
  #forgetLogins(request: IncomingMessage): string[] {
    const begun = cookiesOf(request).filter(([name]) => name.includes(LOGIN_COOKIE))
    let bytes = 0
    const tooMany = begun.toReversed().filter(([name, value], at) => {
      bytes += name.length + value.length
      return at >= MOST_LOGINS - 1 || bytes > MOST_LOGIN_BYTES
    })
    return tooMany.map(([name]) => this.#ownCookie(name.slice(name.indexOf(LOGIN_COOKIE))).remove())
  }
}

function userOf({ id, user, expiresAtMs }: Session): AuthenticatedUser {
  return { ...user, expiresAtMs, session: id }
}

function foreign(): Problem {
  return new Problem('forbidden', 'Only a page of this server can ask for that.')
}

/** Opens the mode `oidc`. */
export function openOidc(settings: OidcSettings, secret: string, log: Log): Auth {
  return new OidcAuth(settings, secret, log)
}
