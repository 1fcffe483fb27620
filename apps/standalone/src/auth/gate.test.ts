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

async function open(auth: Auth) {
  const server = createServer(gate(auth, office, () => '/', console)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => void server.close(),
  }
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
  await using server = await open(auth)
  const ask = async (path: string) =>
    (await fetch(server.baseUrl + path, { method: 'POST', redirect: 'manual' })).status
  expect(await ask('/logout')).toBe(303)
  expect(await ask('/session')).toBe(429)
})

it.each([
  ['zh-CN,zh;q=0.9,en;q=0.8', 'zh-Hans', '你尚未登录', '重试'],
  ['en-GB,zh-CN;q=0.9', 'en', 'You are not signed in', 'Try again'],
])('[LA9] whoever is not let in is told in the language of %s', async (accepted, ...told) => {
  await using server = await open({ mode: 'jwt', authenticate: () => null })
  const headers = { 'Accept-Language': accepted }
  const answer = await fetch(`${server.baseUrl}/sheets/budget`, { headers })
  expect(answer.status).toBe(401)
  const page = await answer.text()
  const [, language, title, way] = /<html lang="(.+)">[^]*<h1>(.+)<\/h1>[^]*<a .*>(.+)<\/a>/.exec(
    page,
  )!
  expect([language, title, way]).toEqual(told)
})
