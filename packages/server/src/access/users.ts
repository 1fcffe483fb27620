import type { IncomingMessage } from 'node:http'
import { Problem } from '@whereabouts/protocol'
import type { After } from '../in-time.js'
import type { Log } from '../log.js'
import type { ResolvedOptions } from '../options.js'
import { checkUser } from './caller.js'
import { EndedLogins } from './ended-logins.js'
import { type KnownUser, KnownUsers } from './known-user.js'
import { answered } from './patience.js'
import { RareWarning } from './rare-warning.js'
import type { UserClaim } from '../room/user.js'

/** Asks the application for users. Invalid answers are refused. */
export class Users {
  readonly #known: KnownUsers
  readonly #threw: RareWarning

  constructor(
    private readonly options: Pick<ResolvedOptions, 'authenticate'>,
    log: Log,
    private readonly after: After,
    ended = new EndedLogins(),
  ) {
    this.#known = new KnownUsers(log, ended)
    this.#threw = new RareWarning(
      log,
      '`authenticate` threw, so the caller was refused; return `null` for an unknown caller',
    )
  }

  /** Whether the application is asked who is calling. */
  get areAsked(): boolean {
    return this.options.authenticate !== undefined
  }

  /**
   * Returns the user that the application names as the caller; `undefined` in open mode.
   *
   * @throws {Problem} unauthorized
   * @see PROTOCOL.md ID5, ID8, ID9, ID10, AC1, AC27, AC42
   */
  async calling(request: IncomingMessage): Promise<KnownUser | undefined> {
    const { authenticate } = this.options
    if (authenticate === undefined) return undefined
    let user: KnownUser | undefined
    try {
      user = this.#known.read(await answered(authenticate(request), this.after))
    } catch (error) {
      this.#threw.warn(error)
    }
    if (user?.hasEnded() === true) throw loginExpired()
    if (user !== undefined) return user
    throw unauthorized('The application does not know you. Sign in and try again.')
  }

  /**
   * Checks a user that the application passes to `Rooms`. With an `id`, the application vouches for the
   * user; without one, it passes on what a caller says about itself.
   *
   * @throws {Problem} unauthorized, bad-name, bad-color
   * @see PROTOCOL.md ID15
   */
  said(user: unknown): UserClaim {
    if (typeof user === 'object' && user !== null && !('id' in user)) return checkUser(user)
    const known = this.#known.read(user)
    if (known !== undefined) return known.claim
    throw unauthorized('Pass a user with an `id` that is a string of 1 to 255 bytes.')
  }
}

/**
 * The user of a call may have expired, or signed out, while its body arrived.
 *
 * @throws {Problem} unauthorized
 * @see PROTOCOL.md AC25, AC42
 */
export function assertCurrent(user: KnownUser | undefined): void {
  if (user === undefined) return
  const { expiresAtMs = Infinity } = user
  if (expiresAtMs <= Date.now() || user.hasEnded()) throw loginExpired()
}

/** @see PROTOCOL.md AC3, AC25 */
export function loginExpired(): Problem {
  return unauthorized('Your login has expired. Sign in again.')
}

/** @param detail what to do */
function unauthorized(detail: string): Problem {
  return new Problem('unauthorized', detail)
}
