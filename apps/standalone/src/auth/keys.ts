import { readFile } from 'node:fs/promises'
import type { Log } from '@whereabouts/server'
import {
  createRemoteJWKSet,
  customFetch,
  type FetchImplementation,
  type JWTVerifyGetKey,
} from 'jose'

const TIMEOUT_MS = 5_000
/** How long a set is used before it is fetched again. */
const FRESH_MS = 600_000
/** The shortest time between fetches for unknown keys, as strangers can name any key. */
const COOLDOWN_MS = 10_000
/** How long nothing is fetched after a failure, as otherwise every call would try. */
const PAUSE_MS = 2_000
/** How long the last set stays valid if no other can be fetched. */
const STALE_MS = 86_400_000
const MOST_BYTES = 1_048_576

/** There is no valid key set. */
export class KeysUnavailable extends Error {}

type Options = Parameters<FetchImplementation>[1]

/** The source of a JWK set: a file or an address, which may be unavailable, slow or invalid for a while. */
class JwksSource {
  #last: { readonly text: string; readonly atMs: number } | undefined
  #failure: { readonly error: unknown; readonly atMs: number } | undefined

  constructor(
    private readonly source: URL,
    private readonly log: Log,
  ) {}

  /** Resolves with the current set, or the last known one. @throws {KeysUnavailable} */
  readonly fetch: FetchImplementation = async (_href, options) => {
    if (this.#failure === undefined || Date.now() - this.#failure.atMs >= PAUSE_MS) {
      await this.#refresh(options)
    }
    if (this.#last !== undefined && Date.now() - this.#last.atMs < STALE_MS) {
      return new Response(this.#last.text)
    }
    throw new KeysUnavailable('there are no keys to verify with', { cause: this.#failure?.error })
  }

  async #refresh(options: Options): Promise<void> {
    try {
      const text = await this.#read(options)
      assertKeys(text)
      this.#last = { text, atMs: Date.now() }
      if (this.#failure !== undefined) this.log.info(`the keys at ${this.source.href} are back`)
      this.#failure = undefined
    } catch (error) {
      if (this.#failure === undefined) this.log.error(unavailable(this.source, error))
      this.#failure = { error, atMs: Date.now() }
    }
  }

  async #read(options: Options): Promise<string> {
    if (this.source.protocol === 'file:') return readFile(this.source, 'utf8')
    const response = await fetch(this.source, options)
    if (response.status !== 200) throw new Error(`it answered ${response.status}`)
    return readBounded(response)
  }
}

function unavailable({ href }: URL, error: unknown): string {
  const { message, cause } = error as Error
  const why = cause instanceof Error ? cause.message : message
  return `the keys of WHEREABOUTS_JWKS can't be fetched from ${href}: ${why}. Tokens that need a new key are refused`
}

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (text.length > MOST_BYTES) throw new Error(`it is larger than ${MOST_BYTES} bytes`)
  }
  return text
}

function assertKeys(text: string): void {
  const { keys } = JSON.parse(text) as { readonly keys?: unknown }
  if (!Array.isArray(keys)) throw new Error('it is not a JWK set')
}

/**
 * Fetches the public keys of a JWK set in the background, and logs a failure.
 *
 * @see PROTOCOL.md OP18
 */
export function openJwks(source: URL, log: Log): JWTVerifyGetKey {
  const jwks = new JwksSource(source, log)
  const keys = createRemoteJWKSet(source, {
    [customFetch]: jwks.fetch,
    timeoutDuration: TIMEOUT_MS,
    cacheMaxAge: FRESH_MS,
    cooldownDuration: COOLDOWN_MS,
  })
  // The source has logged the failure, and the next token tries again.
  keys.reload().catch(() => undefined)
  return keys
}
