import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose'

export const nowS = () => Math.floor(Date.now() / 1_000)

/** Claims that are valid for an hour. */
export const claims = (own: JWTPayload = {}): JWTPayload => ({
  sub: 'ann',
  exp: nowS() + 3_600,
  ...own,
})

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** A pair of keys, whose public key has an id in a JWK set. */
export class Signer {
  private constructor(
    readonly alg: string,
    readonly kid: string,
    private readonly keys: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey },
  ) {}

  static async of(alg: string, kid = `key of ${alg}`): Promise<Signer> {
    return new Signer(alg, kid, await generateKeyPair(alg, { extractable: true }))
  }

  /** @param header in the place of what is usual */
  sign(
    payload: JWTPayload,
    header: { readonly kid?: string } = { kid: this.kid },
  ): Promise<string> {
    return new SignJWT(payload)
      .setProtectedHeader({ alg: this.alg, ...header })
      .sign(this.keys.privateKey)
  }

  async jwk(): Promise<JWK> {
    return { ...(await exportJWK(this.keys.publicKey)), kid: this.kid }
  }

  /** The public key as text, which a vulnerable server would use as a secret. */
  pem(): Promise<string> {
    return exportSPKI(this.keys.publicKey)
  }
}

/** Signs with a secret. */
export function signHs(
  secret: string,
  payload: JWTPayload,
  alg = 'HS256',
  kid?: string,
): Promise<string> {
  return new SignJWT(payload)
    .setProtectedHeader({ alg, ...(kid !== undefined && { kid }) })
    .sign(new TextEncoder().encode(secret))
}

/** Makes a token with any header and payload, unsigned or with any text as its signature. */
export function forge(header: object, payload: JWTPayload, signature = ''): string {
  const parts = [header, payload].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  return [...parts, signature].join('.')
}

/** Serves a JWK set or any other answer that a test sets. */
export class JwksServer implements AsyncDisposable {
  /** The number of requests. */
  asked = 0
  #answer: RequestListener

  private constructor(private readonly server: Server) {
    this.#answer = (_request, response) => void response.writeHead(500).end()
    server.on('request', (request, response) => {
      this.asked += 1
      this.#answer(request, response)
    })
  }

  static async open(...signers: readonly Signer[]): Promise<JwksServer> {
    const server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const jwks = new JwksServer(server)
    await jwks.has(...signers)
    return jwks
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/keys`
  }

  /** Serves exactly the keys of these signers from now on. */
  async has(...signers: readonly Signer[]): Promise<void> {
    const keys = await Promise.all(signers.map((signer) => signer.jwk()))
    this.answers((_request, response) => response.end(JSON.stringify({ keys })))
  }

  answers(listener: RequestListener): void {
    this.#answer = listener
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.server.close(), 'close')
    this.server.closeAllConnections()
    await closed
  }
}
