import type { IncomingMessage } from 'node:http'
import { isColor, parseUserName, Problem } from '@whereabouts/protocol'
import type { Log } from '../log.js'
import type { ResolvedOptions } from '../options.js'
import type { UserClaim } from '../room/user.js'
import { checkUser } from './caller.js'
import { RareWarning } from './rare-warning.js'

/** The users whom the application vouches for. It may say anything, and fails closed. */
export class Users {
  readonly #threw: RareWarning
  readonly #badName: RareWarning
  readonly #badColor: RareWarning

  constructor(
    private readonly options: Pick<ResolvedOptions, 'authenticate'>,
    log: Log,
  ) {
    this.#threw = new RareWarning(
      log,
      '`authenticate` threw, so the caller was refused; return `null` for an unknown caller',
    )
    this.#badName = new RareWarning(
      log,
      'a user has an invalid name, which is left out; a name has 1 to 64 characters, without control characters or characters that change the text direction',
    )
    this.#badColor = new RareWarning(
      log,
      'a user has an invalid color, which is left out; a color is written like "#e11d48"',
    )
  }

  /**
   * The user whom the application says is calling; `undefined` where it isn't asked (open mode).
   *
   * @throws {Problem} unauthorized
   * @see PROTOCOL.md ID5, ID8, ID9, ID10
   */
  async calling(request: IncomingMessage): Promise<UserClaim | undefined> {
    const { authenticate } = this.options
    if (authenticate === undefined) return undefined
    let user: UserClaim | undefined
    try {
      user = this.#vouched(await authenticate(request))
    } catch (error) {
      this.#threw.warn(error)
    }
    if (user !== undefined) return user
    throw new Problem('unauthorized', 'The application does not know you. Sign in and try again.')
  }

  /**
   * The user that one of the application's own calls says: with an `id` it vouches for it; without,
   * it passes on what a caller says of itself.
   *
   * @throws {Problem} unauthorized, bad-name, bad-color
   * @see PROTOCOL.md ID15
   */
  said(user: unknown): UserClaim {
    if (typeof user === 'object' && user !== null && !('id' in user)) return checkUser(user)
    const vouched = this.#vouched(user)
    if (vouched !== undefined) return vouched
    throw new Problem('unauthorized', 'Pass a user with an `id` that is a non-empty string.')
  }

  /** `undefined` if it is no user. */
  #vouched(user: unknown): UserClaim | undefined {
    if (typeof user !== 'object' || user === null) return undefined
    const { id, name: saidName, color: saidColor } = user as { readonly [field: string]: unknown }
    if (typeof id !== 'string' || id === '') return undefined
    const name = parseUserName(saidName)
    const color = isColor(saidColor) ? saidColor : undefined
    // Refusing a strange name would lock its owner out, and a name that isn't shown does no harm.
    if (name === undefined && isSaid(saidName)) this.#badName.warn()
    if (color === undefined && isSaid(saidColor)) this.#badColor.warn()
    return { id, ...(name !== undefined && { name }), ...(color !== undefined && { color }) }
  }
}

/** Databases use `null` for a missing value. */
function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null
}
