import { refreshTokenGrant, ResponseBodyError } from 'openid-client'
import { renewSession, type Session } from './oidc-session.js'
import type { Provider } from './provider.js'

/** How long one renewal answers all requests with the same refresh token, which is valid only once. */
const SHARED_MS = 30_000

/** Renews sessions at the provider. */
export class Renewals {
  readonly #underWay = new Map<string, Promise<Session | undefined>>()

  constructor(private readonly provider: Provider) {}

  /**
   * Resolves with the renewed session; `undefined` if the provider refuses.
   *
   * @throws {Error} if the provider can't be reached
   */
  renew(session: Session, refreshToken: string): Promise<Session | undefined> {
    const known = this.#underWay.get(refreshToken)
    if (known !== undefined) return known
    const renewal = this.#ask(session, refreshToken)
    this.#underWay.set(refreshToken, renewal)
    const forget = () => this.#underWay.delete(refreshToken)
    // A failed renewal may be retried immediately.
    renewal.then(() => setTimeout(forget, SHARED_MS).unref(), forget)
    return renewal
  }

  async #ask(session: Session, refreshToken: string): Promise<Session | undefined> {
    const { configuration } = this.provider
    if (configuration === undefined) throw new Error('the provider can’t be reached')
    try {
      return renewSession(session, await refreshTokenGrant(configuration, refreshToken))
    } catch (error) {
      if (error instanceof ResponseBodyError && error.error === 'invalid_grant') return undefined
      throw error
    }
  }
}
