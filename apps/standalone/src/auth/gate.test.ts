import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { Problem } from '@whereabouts/server'
import type { Auth } from './auth.js'
import { gate } from './gate.js'

/** Refuses everybody who is counted. */
const office = {
  countLogin: () => Promise.reject(new Problem('too-many-requests', 'Later.')),
  serve: () => {},
  isPage: () => true,
}

it('[BU15] nobody is kept from signing out', async () => {
  const auth: Auth = {
    mode: 'oidc',
    authenticate: () => null,
    handle: async ({ url }, response) => {
      if (url === '/logout') response.writeHead(303).end()
      return url === '/logout'
    },
  }
  const server = createServer(gate(auth, office, () => '/', console)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const ask = async (path: string) =>
    (await fetch(baseUrl + path, { method: 'POST', redirect: 'manual' })).status
  expect(await ask('/logout')).toBe(303)
  expect(await ask('/session')).toBe(429)
  server.close()
})
