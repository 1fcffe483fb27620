import { EventEmitter, once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { Provider } from 'oidc-provider'
import { freePort } from '../servers/free-port.js'

export const CLIENT = { client_id: 'whereabouts', client_secret: 'the secret of the client' }

/** A server of a test, at a port that may be given. */
export interface Served extends AsyncDisposable {
  readonly url: string
  stop(): Promise<void>
}

/** Serves requests on a port of this machine. */
export async function serveAt(port: number, listener: RequestListener): Promise<Served> {
  const server = createServer(listener)
  await once(server.listen(port, '127.0.0.1'), 'listening')
  let stopped: Promise<unknown> | undefined
  const stop = async () => {
    stopped ??= once(server.close(), 'close')
    server.closeAllConnections()
    await stopped
  }
  return { url: `http://127.0.0.1:${port}`, stop, [Symbol.asyncDispose]: stop }
}

/** Holds back the answers of a provider. */
export interface Held {
  /** Resolves when the next request for tokens has come, which then waits. */
  readonly asked: Promise<unknown>
  /** Answers it. */
  readonly answer: () => void
}

interface ProviderOptions {
  /** The server whose users log in here. */
  readonly publicUrl: string
  readonly port?: number
  readonly hasRefresh?: boolean
  /** The lifetime of its tokens. */
  readonly tokensS?: number
}

/** A provider that runs. */
export interface RunningProvider extends Served {
  /** Holds back its answer to the next request for tokens. */
  hold(): Held
}

/** A complete OpenID Connect provider that accepts any name and password. */
export async function startProvider(options: ProviderOptions): Promise<RunningProvider> {
  const { publicUrl, hasRefresh = false, tokensS = 3_600 } = options
  const port = options.port ?? (await freePort())
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [
      {
        ...CLIENT,
        redirect_uris: [`${publicUrl}/login/callback`],
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    claims: { openid: ['sub'], profile: ['name', 'picture'], email: ['email'] },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, name: `${id} of the provider`, email: `${id}@id.example` }),
    }),
    issueRefreshToken: () => hasRefresh,
    rotateRefreshToken: true,
    pkce: { required: () => true },
    ttl: {
      AccessToken: tokensS,
      IdToken: tokensS,
      RefreshToken: 3_600,
      Session: 3_600,
      Grant: 3_600,
      Interaction: 600,
    },
    cookies: { keys: ['a key of the provider'] },
    features: { devInteractions: { enabled: true }, revocation: { enabled: true } },
  })
  const answer = provider.callback()
  let gate: EventEmitter | undefined
  const served = await serveAt(port, (request, response) => {
    const holding = request.url === '/token' ? gate : undefined
    if (holding === undefined) return answer(request, response)
    gate = undefined
    holding.once('answer', () => answer(request, response))
    return void holding.emit('asked')
  })
  const hold = () => {
    const holding = new EventEmitter()
    gate = holding
    return { asked: once(holding, 'asked'), answer: () => void holding.emit('answer') }
  }
  return { ...served, hold }
}

/** The settings of a server with such a provider. */
export function oidcVariables(
  issuer: string,
  publicUrl: string,
): { readonly [name: string]: string } {
  return {
    WHEREABOUTS_AUTH: 'oidc',
    WHEREABOUTS_OIDC_ISSUER: issuer,
    WHEREABOUTS_OIDC_CLIENT_ID: CLIENT.client_id,
    WHEREABOUTS_OIDC_CLIENT_SECRET: CLIENT.client_secret,
    WHEREABOUTS_PUBLIC_URL: publicUrl,
    WHEREABOUTS_SECRET: 'the secret of all nodes of a test',
  }
}
