import { afterAll, beforeAll, describe, it, vi } from 'vitest'
import { type RunningServer, startServer } from '../servers/standalone.js'
import { manyTabs, meet } from './people.js'
import { PROXIES, type RunningProxy } from './programs.js'

/** It serves six requests of a connection at once until some of them end; the last one here moves. */
const AT_ONCE_IN_APACHE = 5

let server: RunningServer
let address: string
beforeAll(async () => {
  // The certificate of these tests is nobody's.
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  server = await startServer({}, 0, [], { WHEREABOUTS_TRUSTED_PROXIES: '127.0.0.1' })
  address = new URL(server.baseUrl).host
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await server.stop()
})

async function behind(
  start: (address: string) => Promise<RunningProxy>,
  tabs?: number,
): Promise<void> {
  await using proxy = await start(address)
  await meet(proxy.baseUrl)
  await manyTabs(proxy.baseUrl, tabs)
}

describe('people meet, and thirty tabs share a connection, through the guide’s', () => {
  it('[HT9 FR1] nginx', () => behind(PROXIES.nginx))
  it('[HT9 FR1] Caddy', () => behind(PROXIES.Caddy))
  it('[HT9 FR1] Caddy in front of several nodes', () =>
    behind(PROXIES['Caddy in front of several nodes']))
  it('[HT9 FR1] HAProxy', () => behind(PROXIES.HAProxy))
  it('[HT9 FR1] Apache', () => behind(PROXIES.Apache, AT_ONCE_IN_APACHE))
})

describe('people meet through the guide’s', () => {
  it.each(['Varnish', 'Squid'] as const)('[HT9 FR1] %s', async (name) => {
    await using proxy = await PROXIES[name](address)
    await meet(proxy.baseUrl)
  })
})
