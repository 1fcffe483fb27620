import { expect, it } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { startServer } from '../servers/standalone.js'

it('[BR6] refuses requests to a foreign name that points to it', async () => {
  await using server = await startServer()
  const { port } = new URL(server.baseUrl)
  const paths = ['/', '/rooms/budget/location', '/rooms/budget/document', '/metrics', '/nowhere']
  for (const path of paths) {
    const evil = await call(server.baseUrl + path, { headers: { host: `evil.example:${port}` } })
    expect(evil, path).toMatchObject({ status: 421 })
    expect(JSON.parse(evil.text)).toMatchObject({
      detail: expect.stringContaining('WHEREABOUTS_ALLOWED_HOSTS') as string,
    })
  }
})

it('[BR6] accepts requests to any IP address and to the names of this machine', async () => {
  await using server = await startServer()
  const { port } = new URL(server.baseUrl)
  const hosts = [
    'localhost',
    'LOCALHOST.',
    'sheets.localhost',
    'node-1',
    '127.0.0.1',
    '192.0.2.7',
    '[::1]',
  ]
  for (const name of hosts) {
    const headers = { host: `${name}:${port}` }
    expect(await call(`${server.baseUrl}/health/live`, { headers }), name).toMatchObject({
      status: 200,
    })
  }
})

it.each([
  [{ WHEREABOUTS_AUTH: 'open' }, 421],
  [{ WHEREABOUTS_AUTH: 'open', WHEREABOUTS_ALLOWED_HOSTS: '' }, 421],
  [{ WHEREABOUTS_AUTH: 'open', WHEREABOUTS_ALLOWED_HOSTS: '*' }, 200],
  [{ WHEREABOUTS_AUTH: 'jwt', WHEREABOUTS_JWT_SECRET: 'x'.repeat(32) }, 200],
])(
  '[BR6] on every address of the machine, with %j, answers a foreign name with %i',
  async (said, status) => {
    await using server = await startServer({}, 0, [], { HOST: '0.0.0.0', ...said })
    const ask = (host: string) => call(`${server.baseUrl}/health/live`, { headers: { host } })
    expect(await ask('evil.example')).toMatchObject({ status })
    expect(await ask('192.0.2.7')).toMatchObject({ status: 200 })
    expect(await ask('localhost:3000')).toMatchObject({ status: 200 })
  },
)

it('[BR6] accepts requests to the configured names', async () => {
  await using server = await startServer({ allowedHosts: 'docs.example.com, other.example' })
  const ask = (host: string) => call(`${server.baseUrl}/health/live`, { headers: { host } })
  expect(await ask('docs.example.com')).toMatchObject({ status: 200 })
  expect(await ask('Other.Example:8080')).toMatchObject({ status: 200 })
  expect(await ask('docs.example.com.evil.example')).toMatchObject({ status: 421 })
  expect(await ask('evil-docs.example.com')).toMatchObject({ status: 421 })
})
