import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@whereabouts/server'
import { RareWarning } from '@whereabouts/server/mount'
import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  discovery,
  enableNonRepudiationChecks,
} from 'openid-client'
import type { OidcSettings } from './auth-settings.js'

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
const TIMEOUT_S = 5

/** The login provider, which may be unavailable for a while. @see PROTOCOL.md OP28 */
export class Provider {
  readonly #life = new AbortController()
  #configuration: Configuration | undefined

  constructor(
    private readonly settings: OidcSettings,
    private readonly log: Log,
  ) {
    void this.#find()
  }

  /** Its configuration; `undefined` until it could be reached. */
  get configuration(): Configuration | undefined {
    return this.#configuration
  }

  /** Stops trying to reach it. */
  close(): void {
    this.#life.abort()
  }

  async #find(): Promise<void> {
    const { href } = this.settings.issuer
    const away = new RareWarning(
      this.log,
      `the provider of WHEREABOUTS_OIDC_ISSUER can't be reached at ${href}, so nobody can log in; trying again`,
    )
    const { signal } = this.#life
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs *= 2) {
      try {
        this.#configuration = await discover(this.settings)
        this.log.info(`people log in at ${href}`)
        return
      } catch (error) {
        if (!signal.aborted) away.warn(reasonOf(error))
      }
      // Aborted when the server shuts down.
      await sleep(Math.min(pauseMs, LONGEST_PAUSE_MS), null, { signal }).catch(() => null)
    }
  }
}

/** Returns the reason for a failure in one line. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error ? `${message}: ${reasonOf(cause)}` : message
}

async function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<Configuration> {
  const ways = issuer.protocol === 'http:' ? [allowInsecureRequests] : []
  const options = { execute: ways, timeout: TIMEOUT_S }
  const found = (await discovery(issuer, clientId, undefined, undefined, options)).serverMetadata()
  // The default for a provider that doesn't name its methods. RFC 8414, 2
  const methods = found.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  const isBasic = methods.includes('client_secret_basic')
  const proof = isBasic ? ClientSecretBasic(clientSecret) : ClientSecretPost(clientSecret)
  const configuration = new Configuration({ ...found }, clientId, clientSecret, proof)
  for (const adapt of [...ways, enableNonRepudiationChecks]) adapt(configuration)
  configuration.timeout = TIMEOUT_S
  return configuration
}
