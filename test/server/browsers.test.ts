import { createServer } from 'node:http'
import { expect, it } from 'vitest'
import { call, expectProblem } from 'whereabouts-conformance/http'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { startPlain } from '../servers/plain.js'

const OTHER = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
const BYTES = { 'content-type': 'application/octet-stream' }
/** An empty Yjs update. */
const NOTHING = Buffer.from([0, 0])

it('[BR3 BR4] a page on another origin changes nothing, and gets no cookie', async () => {
  await using server = await startPlain()
  const room = new TestRoom(server.baseUrl)
  const member = memberKey()
  await using own = await room.join(member)
  await room.move(member, 1)
  const before = await room.read()
  const changes = [
    call(room.url('location'), { headers: OTHER, json: 2 }),
    call(room.url('location', { member }), { headers: OTHER, json: 2 }),
    call(room.url('events'), { headers: OTHER }),
    call(room.url('events'), { headers: OTHER, json: { watch: false } }),
    call(room.url('leave', { member }), { headers: OTHER, method: 'POST' }),
    call(room.url('confirm', { member, nextWithinMs: 1 }), { headers: OTHER, method: 'POST' }),
    call(room.url('broadcast', { member }), { headers: OTHER, json: 2 }),
    call(room.url('lock', { member, key: 'a' }), { headers: OTHER, method: 'POST' }),
    call(room.url('unlock', { member, key: 'a', number: 1 }), { headers: OTHER, method: 'POST' }),
    call(room.url('document'), { headers: { ...OTHER, ...BYTES }, method: 'POST', body: NOTHING }),
    call(`${server.baseUrl}/location`, { headers: OTHER, json: 2 }),
    call(`${server.baseUrl}/location/sse`, { headers: OTHER }),
  ]
  for (const answer of await Promise.all(changes)) {
    expectProblem(answer, 'forbidden')
    expect(answer.headers).not.toHaveProperty('set-cookie')
  }
  expect(await room.read()).toEqual(before)
  expect(own.text).not.toContain('"leave"')
})

it.each([
  { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' },
  { 'sec-fetch-site': 'cross-site' },
  { origin: 'null' },
  { origin: 'https://evil.example' },
])('[BR5] refuses a page with %j', async (headers) => {
  await using server = await startPlain()
  const room = new TestRoom(server.baseUrl)
  expectProblem(await call(room.url('location'), { headers, json: 1 }), 'forbidden')
  expect((await room.read()).members).toEqual([])
})

it('[BR5] admits its own pages, programs other than browsers, and reads by any page', async () => {
  await using server = await startPlain()
  const room = new TestRoom(server.baseUrl)
  const { host, origin } = new URL(server.baseUrl)
  const own = [
    {},
    { 'sec-fetch-site': 'same-origin', origin },
    // Behind a development server that forwards calls under another name.
    { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:5173' },
    { 'sec-fetch-site': 'none' },
    { origin, host },
  ]
  for (const headers of own) {
    expect(await call(room.url('location'), { headers, json: 1 })).toMatchObject({ status: 200 })
  }
  expect(await call(room.url('location'), { headers: OTHER })).toMatchObject({ status: 200 })
  expect(await call(room.url('document'), { headers: OTHER })).toMatchObject({ status: 200 })
})

it('[BR3] admits pages of an allowed origin', async () => {
  await using one = await startPlain({ allowedOrigins: ['https://app.example'] })
  const headers = { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' }
  const url = new TestRoom(one.baseUrl).url('location')
  expect(await call(url, { headers, json: 1 })).toMatchObject({ status: 200 })
  expectProblem(await call(url, { headers: OTHER, json: 1 }), 'forbidden')
  await using all = await startPlain({ allowedOrigins: ['*'] })
  const anywhere = new TestRoom(all.baseUrl).url('location')
  expect(await call(anywhere, { headers: OTHER, json: 1 })).toMatchObject({ status: 200 })
})

it('[BR3] admits pages that the application admits by CORS', async () => {
  await using server = await startPlain({}, (handle) =>
    createServer((request, response) => {
      response.setHeader('Access-Control-Allow-Origin', 'https://app.example')
      handle(request, response)
    }),
  )
  const url = new TestRoom(server.baseUrl).url('location')
  const headers = { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' }
  expect(await call(url, { headers, json: 1 })).toMatchObject({ status: 200 })
  expectProblem(await call(url, { headers: OTHER, json: 1 }), 'forbidden')
})

it('[BR1 BR5] a forwarded host counts only from a trusted proxy', async () => {
  const headers = { origin: 'https://docs.example', 'x-forwarded-host': 'docs.example' }
  await using behind = await startPlain({ trustedProxies: ['127.0.0.0/8'] })
  const url = new TestRoom(behind.baseUrl).url('location')
  expect(await call(url, { headers, json: 1 })).toMatchObject({ status: 200 })
  await using open = await startPlain({ trustedProxies: ['10.0.0.0/8'] })
  const direct = new TestRoom(open.baseUrl).url('location')
  expectProblem(await call(direct, { headers, json: 1 }), 'forbidden')
})

it.each([
  [{ 'x-forwarded-proto': 'https' }, true],
  [{ 'x-forwarded-proto': 'HTTPS' }, true],
  [{ 'x-forwarded-proto': 'https, http' }, true],
  [{ 'x-forwarded-proto': 'https,https' }, true],
  [{ forwarded: 'for=192.0.2.1;proto=https;by=203.0.113.1' }, true],
  [{ forwarded: 'for=192.0.2.1; Proto="https"' }, true],
  [{ forwarded: 'For="[2001:db8::1]:80";PROTO="HTTPS", for=10.0.0.1;proto=http' }, true],
  [{ forwarded: 'for=192.0.2.1;proto=http, for=10.0.0.1;proto=https' }, false],
  [{ 'x-forwarded-for': '192.0.2.1', forwarded: 'proto=https' }, false],
  [{ 'x-forwarded-proto': 'http, https' }, false],
  [{ 'x-forwarded-proto': 'http', forwarded: 'proto=https' }, false],
  [{ forwarded: 'for=proto.https' }, false],
  [{}, false],
])('[BR2 ID2] behind a trusted proxy that says %j', async (headers, isSecure) => {
  await using behind = await startPlain({ trustedProxies: ['127.0.0.1'] })
  const url = new TestRoom(behind.baseUrl).url('location')
  const answer = await call(url, { headers, json: 1 })
  const cookie = answer.headers['set-cookie']?.join('\n') ?? ''
  expect(cookie).toMatch(
    isSecure ? /^__Host-whereabouts-member=.*; Secure$/ : /^whereabouts-member=[^;]+(?!.*Secure)/,
  )
  const again = { ...headers, cookie: cookie.slice(0, cookie.indexOf(';')) }
  const repeated = await call(url, { headers: again, json: 2 })
  expect(repeated.headers).not.toHaveProperty('set-cookie')
  expect(JSON.parse(repeated.text)).toMatchObject({ self: JSON.parse(answer.text).self as string })
})

it.each([
  ['plain', true, false],
  ['__Host-', true, true],
  ['plain', false, true],
  ['__Host-', false, false],
])('[ID17] a %s cookie over TLS (%s) counts: %s', async (kind, isSecure, counts) => {
  await using server = await startPlain({ trustedProxies: ['127.0.0.1'] })
  const room = new TestRoom(server.baseUrl)
  const key = memberKey()
  const name = `${kind === 'plain' ? '' : kind}whereabouts-member`
  const secure = isSecure ? { 'x-forwarded-proto': 'https' } : {}
  const headers = { ...secure, cookie: `other=1; ${name}=${key}; whereabouts-member-2=x` }
  const own = await call(room.url('location', { member: key }), { json: 1 })
  const self = (text: string) => (JSON.parse(text) as { self: string }).self
  for (const path of ['location', 'leave'] as const) {
    const answer = await call(room.url(path), {
      headers,
      ...(path === 'leave' ? { method: 'POST' } : { json: 2 }),
    })
    if (path === 'location') expect(self(answer.text) === self(own.text)).toBe(counts)
  }
  const { members } = await room.read()
  expect(members.some(({ id }) => id === self(own.text))).toBe(!counts)
})

it('[ID17] of two cookies over TLS, a page on a sibling domain can only set the one that doesn’t count', async () => {
  await using server = await startPlain({ trustedProxies: ['127.0.0.1'] })
  const room = new TestRoom(server.baseUrl)
  const [own, set] = [memberKey(), memberKey()]
  for (const cookies of [
    [`__Host-whereabouts-member=${own}`, `whereabouts-member=${set}`],
    [`whereabouts-member=${set}`, `__Host-whereabouts-member=${own}`],
  ]) {
    const headers = { 'x-forwarded-proto': 'https', cookie: cookies.join('; ') }
    const answer = await call(room.url('location'), { headers, json: 1 })
    const known = await call(room.url('location', { member: own }), { json: 1 })
    expect(JSON.parse(answer.text).self).toBe(JSON.parse(known.text).self)
  }
})

it('[BR1] an untrusted caller does not make its cookie secure', async () => {
  await using server = await startPlain({ trustedProxies: ['10.0.0.0/8', 'fd00::/8'] })
  const headers = { 'x-forwarded-proto': 'https', forwarded: 'proto=https' }
  const answer = await call(new TestRoom(server.baseUrl).url('location'), { headers, json: 1 })
  expect(answer.headers['set-cookie']?.join()).not.toMatch(/Secure/)
})

it('[BR7] every answer has `nosniff`, so browsers don’t guess its type', async () => {
  await using server = await startPlain()
  const room = new TestRoom(server.baseUrl)
  const member = memberKey()
  await using stream = await room.join(member)
  const answers = [
    await call(room.url('location', { member }), { json: 1 }),
    await call(room.url('location')),
    await call(room.url('document')),
    await call(room.url('leave', { member: memberKey() }), { method: 'POST' }),
    await call(room.url('events', { view: 'grid' })),
    await call(`${server.baseUrl}/metrics`),
    stream,
  ]
  for (const { headers } of answers) expect(headers['x-content-type-options']).toBe('nosniff')
})

it.each(['10.0.0.0/33', 'example.com', ''])(
  '[BR1] a proxy that isn’t an IP address is refused at start: %j',
  async (proxy) => {
    await expect(startPlain({ trustedProxies: [proxy] })).rejects.toThrow(
      'trustedProxies.0: must be an IP address or a CIDR range',
    )
  },
)
