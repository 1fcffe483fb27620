import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createServer, type IncomingMessage, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { openStream } from 'whereabouts-conformance/stream'
import { freePort } from '../servers/free-port.js'
import { startNginx } from '../servers/nginx.js'
import { startServer, type RunningServer } from '../servers/standalone.js'
import { guideBlock, guideVariables, replaceAll } from './guide.js'
import { expectRefused, shownAs } from './refusal.js'

const ANN = { 'x-forwarded-user': 'ann' }

const startProxied = (trusted: string, variables: { readonly [name: string]: string } = {}) =>
  startServer({}, 0, [], {
    WHEREABOUTS_AUTH: 'proxy',
    WHEREABOUTS_TRUSTED_PROXIES: trusted,
    ...variables,
  })

describe('a caller from a trusted address', () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startProxied('10.0.0.0/8, 127.0.0.1')
  })
  afterAll(() => server.stop())

  it.each<[object, object]>([
    [{ 'x-forwarded-user': 'ann' }, { id: 'ann', name: 'ann' }],
    [{ 'x-forwarded-email': 'ann@a.example' }, { id: 'ann', name: 'ann@a.example' }],
    [{ 'x-forwarded-name': 'Lee, Ann' }, { id: 'ann', name: 'Lee, Ann' }],
    [
      { 'x-forwarded-name': 'Ann', 'x-forwarded-email': 'ann@a.example' },
      { id: 'ann', name: 'Ann' },
    ],
    [
      { 'x-forwarded-name': Buffer.from('Zoë 😀').toString('latin1') },
      { id: 'ann', name: 'Zoë 😀' },
    ],
    [{ 'x-forwarded-name': 'Zo\u{eb}' }, { id: 'ann', name: 'Zoë' }],
    [
      { 'x-forwarded-name': '', 'x-forwarded-email': ' ' },
      { id: 'ann', name: 'ann' },
    ],
  ])('[OP21] is the user in the headers: %j', async (own, user) => {
    expect(await shownAs(server.baseUrl, { ...ANN, ...own })).toMatchObject(user)
  })

  it.each<[string, { readonly [name: string]: string | string[] }]>([
    ['no header', {}],
    ['no user', { 'x-forwarded-name': 'Ann', 'x-forwarded-email': 'ann@a.example' }],
    ['an empty user', { 'x-forwarded-user': '' }],
    ['white space for a user', { 'x-forwarded-user': '  ' }],
    ['a user that is too long', { 'x-forwarded-user': 'a'.repeat(256) }],
    ['a user that is too long in bytes', { 'x-forwarded-user': 'é'.repeat(128) }],
    ['two users', { 'x-forwarded-user': ['mallory', 'ann'] }],
    ['the same user twice', { 'x-forwarded-user': ['ann', 'ann'] }],
    ['a user and an empty one', { 'x-forwarded-user': ['ann', ''] }],
    ['two users in one, the second one empty', { 'x-forwarded-user': 'ann,' }],
    ['two users in one', { 'x-forwarded-user': 'mallory, ann' }],
    ['two names', { ...ANN, 'x-forwarded-name': ['Mallory', 'Ann'] }],
    ['two addresses', { ...ANN, 'x-forwarded-email': 'm@a.example,ann@a.example' }],
    ['a user under another name', { x_forwarded_user: 'ann', 'remote-user': 'ann' }],
  ])('[OP12 OP20 ID16] is refused with %s', async (_what, headers) => {
    await expectRefused(server.baseUrl, headers, ANN)
  })

  // Without a body, as Node would encode the headers as UTF-8 together with a text.
  it.each([
    ['a user that isn’t UTF-8', 'Ren\xe9'],
    ['a space that isn’t one of HTTP at its end', bytesOf('ann\u00a0')],
    ['a wide space at its beginning', bytesOf('\u3000ann')],
    ['a line separator at its end', bytesOf('ann\u2028')],
    ['a byte order mark', bytesOf('\ufeffann')],
    ['a character that nobody sees', bytesOf('an\u200bn')],
  ])('[OP20 ID16] is refused with %s', async (_what, user) => {
    const headers = { 'x-forwarded-user': user }
    expect((await call(`${server.baseUrl}/session`, { headers })).status).toBe(401)
  })

  it('[OP19 OP30] sees the pages, and a stranger does not', async () => {
    expect((await call(`${server.baseUrl}/sheets/budget`, { headers: ANN })).status).toBe(200)
    expect((await call(`${server.baseUrl}/sheets/budget`)).status).toBe(401)
    const { text } = await call(`${server.baseUrl}/session`, { headers: ANN })
    const said = JSON.parse(text) as { readonly expiresInMs: number }
    expect(said).toMatchObject({ mode: 'proxy', user: { id: 'ann', name: 'ann' } })
    // Streams are opened again through the proxy by then.
    expect(said.expiresInMs).toBeLessThanOrEqual(900_000)
  })
})

it('[BU15] strangers at an address don’t keep its known users from asking who they are', async () => {
  const scale = { WHEREABOUTS_BUDGET_SCALE: '0.02' }
  await using server = await startProxied('127.0.0.1', scale)
  const statusOf = async (headers = {}) =>
    (await call(`${server.baseUrl}/session`, { headers })).status
  // 40 in 60 s for an address, and 4 for a user.
  await Promise.all(Array.from({ length: 40 }, () => statusOf()))
  expect(await statusOf()).toBe(429)
  expect(await statusOf(ANN)).toBe(200)
  await Promise.all(Array.from({ length: 4 }, () => statusOf(ANN)))
  expect(await statusOf(ANN)).toBe(429)
  expect(await statusOf({ 'x-forwarded-user': 'bob' })).toBe(200)
})

/** Returns a header that Node writes as UTF-8. */
function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1')
}

it('[ID16] a user of 255 bytes is one', async () => {
  await using server = await startProxied('127.0.0.1')
  const id = `${'é'.repeat(127)}a`
  const headers = { 'x-forwarded-user': bytesOf(id) }
  expect(await shownAs(server.baseUrl, headers)).toMatchObject({ id })
})

it('[OP20] a header can have another name, and the default one is then ignored', async () => {
  await using server = await startProxied('127.0.0.1', {
    WHEREABOUTS_PROXY_USER_HEADER: 'Remote-User',
  })
  const known = { 'remote-user': 'ann' }
  expect(await shownAs(server.baseUrl, { ...known, ...ANN })).toMatchObject({ id: 'ann' })
  await expectRefused(server.baseUrl, ANN, known)
})

describe('[OP12 OP19] the address of a caller', () => {
  /** Returns the status of a call from an address of this machine. */
  async function statusFrom(baseUrl: string, localAddress: string): Promise<number> {
    const outgoing = httpRequest(`${baseUrl}/rooms/budget/location`, { localAddress, headers: ANN })
    outgoing.end()
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    await readText(response)
    return response.statusCode!
  }

  it('is taken from the connection, not from headers', async () => {
    await using server = await startProxied('127.0.0.2/32')
    expect(await statusFrom(server.baseUrl, '127.0.0.2')).toBe(200)
    expect(await statusFrom(server.baseUrl, '127.0.0.3')).toBe(401)
    const claims = {
      ...ANN,
      'x-forwarded-for': '127.0.0.2',
      'x-real-ip': '127.0.0.2',
      forwarded: 'for=127.0.0.2',
    }
    const answer = await call(`${server.baseUrl}/rooms/budget/location`, {
      headers: claims,
      json: 1,
    })
    expect(answer.status).toBe(401)
    await expect
      .poll(() => server.output())
      .toContain('not in WHEREABOUTS_TRUSTED_PROXIES: 127.0.0.3')
  })

  it('is an IPv4 address if it is mapped into IPv6', async () => {
    await using server = await startProxied('127.0.0.2', { HOST: '::' })
    const onV4 = server.baseUrl.replace('[::1]', '127.0.0.1')
    expect(await statusFrom(onV4, '127.0.0.2')).toBe(200)
    expect(await statusFrom(onV4, '127.0.0.3')).toBe(401)
    expect(await statusFrom(server.baseUrl, '::1')).toBe(401)
  })

  it('can be an IPv6 address', async () => {
    await using server = await startProxied('fd00::/8, ::1/128', { HOST: '::' })
    expect(await statusFrom(server.baseUrl, '::1')).toBe(200)
    expect(await statusFrom(server.baseUrl.replace('[::1]', '127.0.0.1'), '127.0.0.1')).toBe(401)
  })
})

/** A stand-in for oauth2-proxy that identifies callers by a cookie. */
async function openLogin() {
  const users = new Map([
    ['login=ann', { user: 'ann', name: 'Ann Lee' }],
    ['login=bob', { user: 'bob', name: '' }],
  ])
  const server = createServer((request, response) => {
    const known = users.get(request.headers.cookie ?? '')
    if (known === undefined) return response.writeHead(401).end()
    response.setHeader('X-Auth-Request-User', known.user)
    response.setHeader('X-Auth-Request-Preferred-Username', known.name)
    response.writeHead(202).end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server.close(), 'close')
      server.closeAllConnections()
      await closed
    },
  }
}

it('[OP12 OP19 OP20 OP21] nginx with auth_request works as in the guide', async () => {
  await using login = await openLogin()
  await using server = await startServer({}, 0, [], guideVariables('proxy'))
  const baseUrl = `http://127.0.0.1:${await freePort()}`
  const configuration = replaceAll(guideBlock('nginx'), {
    'listen 443 ssl http2;': `listen ${baseUrl.slice('http://'.length)};`,
    'ssl_certificate cert.pem;': '',
    'ssl_certificate_key key.pem;': '',
    '127.0.0.1:3000': server.baseUrl.slice('http://'.length),
    '127.0.0.1:4180': login.address,
  })
  await using _nginx = await startNginx(configuration, baseUrl)
  const ann = { cookie: 'login=ann' }
  const bob = { cookie: 'login=bob' }
  expect(await shownAs(baseUrl, ann)).toMatchObject({ id: 'ann', name: 'Ann Lee' })
  // The caller's own headers are replaced, even if the proxy has no value for them.
  const forged = { 'x-forwarded-user': 'mallory', 'x-forwarded-name': 'Ann Lee' }
  expect(await shownAs(baseUrl, { ...bob, ...forged })).toMatchObject({ id: 'bob', name: 'bob' })
  const room = `${baseUrl}/rooms/budget/location`
  for (const headers of [{}, forged, { cookie: 'login=eve', ...forged }]) {
    expect((await call(room, { headers, json: 1 })).status).toBe(401)
  }
  expect(JSON.parse((await call(room, { headers: ann })).text)).toMatchObject({ members: [] })
  const page = { headers: { accept: 'text/html' } }
  const start = await call(`${baseUrl}/sheets/budget`, page)
  expect([start.status, start.headers.location]).toEqual([
    302,
    expect.stringContaining('/oauth2/start?rd=/sheets/budget'),
  ])
  await using stream = await openStream(`${baseUrl}/rooms/budget/events?member=ann`, {
    headers: ann,
  })
  await stream.next('snapshot')
  await call(`${room}?member=bob`, { headers: bob, json: { cell: 'C5' } })
  await expect(stream.next('patch')).resolves.toBeDefined()
})

/** The `location /` of each configuration of nginx that we give people. */
const LOCATIONS = ['docs/how-to/sign-in.md', 'docs/how-to/proxy.md', 'deploy/nginx.conf'] as const

it.each(LOCATIONS)(
  '[OP19 OP20 OP21] nothing that a caller says of itself gets through nginx as in %s',
  async (file) => {
    const text = await readFile(join(import.meta.dirname, '../..', file), 'utf8')
    const [, location = ''] = /^ *location \/ \{\n([^]*?)\n *\}$/m.exec(text)!
    // What the server gets.
    const server = createServer((request, response) =>
      response.end(JSON.stringify(request.headers)),
    )
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    await using login = await openLogin()
    const baseUrl = `http://127.0.0.1:${await freePort()}`
    const directives = location
      .replace(/proxy_pass http:[^;]+;/, `proxy_pass http://127.0.0.1:${port};`)
      .replace(/error_page 401[^;]*;/, '')
    const configuration = `server {
    listen ${baseUrl.slice('http://'.length)};
    location / { ${directives} }
    location = /oauth2/auth { internal; proxy_pass http://${login.address}; proxy_pass_request_body off; }
  }`
    await using _nginx = await startNginx(configuration, baseUrl)
    const forged = {
      'x-forwarded-user': 'mallory',
      'x-forwarded-name': 'Mallory',
      'x-forwarded-email': 'mallory@evil.example',
      'x-forwarded-for': '192.0.2.99',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil.example',
      forwarded: 'for=192.0.2.99;host=evil.example;proto=https',
    }
    const { text: got } = await call(baseUrl, { headers: { ...forged, cookie: 'login=bob' } })
    const headers = JSON.parse(got) as { readonly [name: string]: string }
    const known = file === 'docs/how-to/sign-in.md' ? { 'x-forwarded-user': 'bob' } : {}
    const own = Object.entries(headers).filter(([name]) => /^(x-)?forwarded/.test(name))
    expect(Object.fromEntries(own)).toEqual({
      // The server goes by the last address that isn't a trusted proxy's.
      'x-forwarded-for': '192.0.2.99, 127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': new URL(baseUrl).host,
      ...known,
    })
    server.close()
    server.closeAllConnections()
  },
)
