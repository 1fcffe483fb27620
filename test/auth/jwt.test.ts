import type { ServerResponse } from 'node:http'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JWTPayload } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { openStream } from 'whereabouts-conformance/stream'
import { startServer, type RunningServer } from '../servers/standalone.js'
import { expectRefused, shownAs } from './refusal.js'
import { bearer, claims, forge, JwksServer, nowS, Signer, signHs } from './tokens.js'

const SECRET = 'a secret of at least 32 bytes, for HS256'
const ISSUER = 'https://id.example.com'
const AUDIENCE = 'whereabouts'

/** Claims that the servers of these tests accept. */
const good = (own: JWTPayload = {}) => claims({ iss: ISSUER, aud: AUDIENCE, ...own })

function goodWithout(claim: string): JWTPayload {
  const { [claim]: _claim, ...others } = good()
  return others
}

const startJwt = (variables: { readonly [name: string]: string }) =>
  startServer({}, 0, [], {
    WHEREABOUTS_AUTH: 'jwt',
    WHEREABOUTS_JWT_ISSUER: ISSUER,
    WHEREABOUTS_JWT_AUDIENCE: AUDIENCE,
    ...variables,
  })

const statusOf = async (server: RunningServer, headers: { [name: string]: string }) =>
  (await call(`${server.baseUrl}/rooms/budget/location`, { headers })).status

describe('with a secret', () => {
  let server: RunningServer
  let known: { authorization: string }
  beforeAll(async () => {
    server = await startJwt({
      WHEREABOUTS_JWT_SECRET: SECRET,
      WHEREABOUTS_JWT_COOKIE: 'app-token',
    })
    known = bearer(await signHs(SECRET, good()))
  })
  afterAll(() => server.stop())

  it('[OP14 OP16] a caller is the user of the token, whatever name it claims', async () => {
    const own = {
      name: 'Ann',
      picture: 'https://a.example/ann.png',
      color: '#e11d48',
      aud: ['other', AUDIENCE],
    }
    const token = await signHs(SECRET, good(own))
    expect(await shownAs(server.baseUrl, bearer(token))).toMatchObject({
      id: 'ann',
      name: 'Ann',
      color: '#e11d48',
      avatar: 'https://a.example/ann.png',
    })
    // Again, from the cache of verified tokens.
    expect(await shownAs(server.baseUrl, bearer(token))).toMatchObject({ name: 'Ann' })
  })

  it('[OP13] the token may be in a cookie, and one in the header takes precedence', async () => {
    const ann = await signHs(SECRET, good({ name: 'Ann' }))
    const bob = await signHs(SECRET, good({ sub: 'bob', name: 'Bob' }))
    const cookie = `theme=dark; app-token=${ann}; app-token=${bob}`
    expect(await shownAs(server.baseUrl, { cookie })).toMatchObject({ id: 'ann' })
    const both = { cookie, authorization: `bearer ${bob}` }
    expect(await shownAs(server.baseUrl, both)).toMatchObject({ id: 'bob' })
    for (const authorization of ['Bearer nonsense', `Basic ${ann}`, 'Bearer', '']) {
      await expectRefused(server.baseUrl, { cookie, authorization }, known)
    }
    await expectRefused(server.baseUrl, { cookie: `other=${ann}` }, known)
    await expectRefused(server.baseUrl, { cookie: 'app-token=' }, known)
  })

  it('[OP12] a caller without a token is refused', () => expectRefused(server.baseUrl, {}, known))

  it('[OP12] a caller with only a name or with the token in the address is refused', async () => {
    const token = await signHs(SECRET, good())
    const room = `${server.baseUrl}/rooms/budget/location`
    for (const query of ['name=Ann', `token=${token}`, `access_token=${token}`]) {
      expect((await call(`${room}?${query}`, { json: 1 })).status).toBe(401)
    }
  })

  it.each<[string, () => Promise<string> | string]>([
    ['signed with another secret', () => signHs('another secret of at least 32 bytes', good())],
    ['not signed', () => forge({ alg: 'none' }, good())],
    ['not signed, with capitals', () => forge({ alg: 'nOnE' }, good())],
    ['not signed, but signed it says', () => forge({ alg: 'HS256' }, good())],
    ['signed with HS512', () => signHs(SECRET.repeat(2), good(), 'HS512')],
    ['signed with HS384', () => signHs(SECRET.repeat(2), good(), 'HS384')],
    ['signed by a key pair', async () => (await Signer.of('ES256')).sign(good())],
    [
      'with the signature of another token',
      async () => {
        const [header, , signature] = (await signHs(SECRET, good())).split('.')
        const [, payload] = (await signHs(SECRET, good({ sub: 'bob' }))).split('.')
        return [header, payload, signature].join('.')
      },
    ],
    ['that is over', () => signHs(SECRET, good({ exp: nowS() - 1 }))],
    ['that counts later', () => signHs(SECRET, good({ nbf: nowS() + 60 }))],
    ['without an end', () => signHs(SECRET, goodWithout('exp'))],
    ['for another audience', () => signHs(SECRET, good({ aud: 'another application' }))],
    ['without an audience', () => signHs(SECRET, goodWithout('aud'))],
    ['of another issuer', () => signHs(SECRET, good({ iss: 'https://evil.example' }))],
    ['without an issuer', () => signHs(SECRET, goodWithout('iss'))],
    ['of nobody', () => signHs(SECRET, goodWithout('sub'))],
    ['of an empty user', () => signHs(SECRET, good({ sub: '' }))],
    ['of a user whose id is too long', () => signHs(SECRET, good({ sub: 'é'.repeat(128) }))],
    ['of a user that is a number', () => signHs(SECRET, good({ sub: 5 as unknown as string }))],
    ['with rooms of another form', () => signHs(SECRET, good({ rooms: { '*': ['write'] } }))],
    [
      'with a misspelt action',
      () => signHs(SECRET, good({ rooms: [{ room: '*', can: ['rite'] }] })),
    ],
    ['that is too large', () => signHs(SECRET, good({ more: 'x'.repeat(7_000) }))],
    ['that is cut', async () => (await signHs(SECRET, good())).slice(0, -1)],
    ['that is no token', () => 'a.b.c'],
    ['that is two', async () => `${await signHs(SECRET, good())},${await signHs(SECRET, good())}`],
    [
      'with a header that must be understood',
      () => forge({ alg: 'HS256', crit: ['x'], x: 1 }, good(), 'x'),
    ],
  ])('[ID16 OP12 OP14 OP15 OP17] a token is refused %s', async (_what, make) => {
    await expectRefused(server.baseUrl, bearer(await make()), known)
  })

  it('[OP15] a token expires even while it is remembered', async () => {
    const token = bearer(await signHs(SECRET, good({ exp: nowS() + 5 })))
    expect(await statusOf(server, token)).toBe(200)
    await expect.poll(() => statusOf(server, token)).toBe(401)
    await expectRefused(server.baseUrl, token, known)
  })

  it('[OP17 OP31] the user has the rights in the token, or without a list all except manage', async () => {
    const can = async (room: string, rooms?: object) => {
      const token = await signHs(SECRET, good({ name: 'Ann', ...(rooms && { rooms }) }))
      const url = `${server.baseUrl}/rooms/${room}/events?watch=1`
      await using stream = await openStream(url, { headers: bearer(token) })
      const { data } = await stream.next('hello')
      return (data as unknown as { readonly can: readonly string[] }).can
    }
    const usual = ['watch', 'join', 'move', 'write', 'comment']
    expect(await can('budget')).toEqual(usual)
    const rooms = [
      { room: 'budget-*', can: ['watch', 'join', 'move'] },
      { room: 'budget-2', can: ['manage'] },
    ]
    expect(await can('budget-1', rooms)).toEqual(['watch', 'join', 'move'])
    expect(await can('budget-2', rooms)).toEqual(['watch', 'join', 'move', 'manage'])
    const token = bearer(await signHs(SECRET, good({ rooms })))
    const statuses = await Promise.all(
      ['budget-1/location', 'budget/location', 'budget/events', 'budget/document'].map(
        async (path) => (await call(`${server.baseUrl}/rooms/${path}`, { headers: token })).status,
      ),
    )
    expect(statuses).toEqual([200, 403, 403, 403])
    const written = await call(`${server.baseUrl}/rooms/budget-1/document`, {
      body: Buffer.from([0, 0]),
      headers: { ...token, 'content-type': 'application/octet-stream' },
    })
    expect(written.status).toBe(403)
  })

  it('[OP31] without a list, a document has an owner, who says what others may do', async () => {
    const url = `${server.baseUrl}/rooms/owned`
    const token = async (sub: string) => bearer(await signHs(SECRET, good({ sub })))
    const [ann, eve] = [await token('ann'), await token('eve')]
    const post = { ...ann, 'content-type': 'application/octet-stream' }
    await call(`${url}/document`, {
      headers: post,
      body: Buffer.from('AQEBAAQBAXQBYQA=', 'base64'),
    })
    const { text } = await call(`${url}/access`, { headers: ann })
    const { access } = JSON.parse(text) as { access: { revision: number; owner: string } }
    expect(access).toMatchObject({ owner: 'ann', link: 'edit' })
    const json = { revision: access.revision, link: 'view' }
    expect((await call(`${url}/access`, { headers: eve, json })).status).toBe(403)
    expect((await call(`${url}/access`, { headers: ann, json })).status).toBe(200)
    expect((await call(`${url}/location`, { headers: eve })).status).toBe(200)
    expect((await call(`${url}/location`, { headers: eve, json: 1 })).status).toBe(403)
  })

  it('[SR23] a token that may only read accepts no offer', async () => {
    const url = `${server.baseUrl}/rooms/offered`
    const token = async (sub: string, rooms?: object) =>
      bearer(await signHs(SECRET, good({ sub, ...(rooms && { rooms }) })))
    const [ann, eve] = [await token('ann'), await token('eve')]
    const reads = await token('eve', [{ room: '*', can: ['watch'] }])
    await call(`${url}/document`, {
      headers: { ...ann, 'content-type': 'application/octet-stream' },
      body: Buffer.from('AQEBAAQBAXQBYQA=', 'base64'),
    })
    const { access } = JSON.parse((await call(`${url}/access`, { headers: ann })).text) as {
      access: { revision: number }
    }
    const users = { eve: { role: 'viewer' } }
    const json = { revision: access.revision, users, offeredTo: 'eve' }
    expect((await call(`${url}/access`, { headers: ann, json })).status).toBe(200)
    const accept = (headers: object) =>
      call(`${url}/access/offer`, { headers: { ...headers }, json: { accept: true } })
    expect((await accept(reads)).status).toBe(403)
    expect((await accept(eve)).status).toBe(204)
  })

  it('[OP16] an open stream ends with its token', async () => {
    const token = await signHs(SECRET, good({ exp: nowS() + 5 }))
    const url = `${server.baseUrl}/rooms/budget/events?watch=1`
    await using stream = await openStream(url, { headers: bearer(token) })
    await expect(stream.next('problem', 20_000)).resolves.toMatchObject({
      data: { type: 'urn:whereabouts:problem:unauthorized' },
    })
    await stream.ended
  })

  it('[OP29] the server reports who the caller is', async () => {
    const token = bearer(await signHs(SECRET, good({ name: 'Ann' })))
    const answer = await call(`${server.baseUrl}/session`, { headers: token })
    const said = JSON.parse(answer.text) as { readonly expiresInMs: number }
    expect(said).toMatchObject({ mode: 'jwt', user: { id: 'ann', name: 'Ann' } })
    expect(said.expiresInMs).toBeGreaterThan(3_500_000)
    expect(said.expiresInMs).toBeLessThanOrEqual(3_600_000)
    expect(answer.headers['cache-control']).toBe('no-store')
    const stranger = await call(`${server.baseUrl}/session`)
    expect(stranger.status).toBe(401)
    expect(stranger.headers['content-type']).toBe('application/problem+json')
  })

  it('[OP30] pages are shown only to known callers', async () => {
    const cookie = `app-token=${await signHs(SECRET, good())}`
    const accept = 'text/html'
    for (const path of ['/', '/sheets/budget', '/pages/budget?watch=1', '/nowhere']) {
      const page = await call(server.baseUrl + path, { headers: { accept, cookie } })
      expect([page.status, page.text.includes('<div id="app">')]).toEqual([
        path === '/nowhere' ? 404 : 200,
        true,
      ])
      const refused = await call(server.baseUrl + path, { headers: { accept } })
      expect([refused.status, refused.text.includes('<div id="app">')]).toEqual([401, false])
      const again = /<a href="([^"]+)">Try again<\/a>/.exec(refused.text)?.[1] ?? ''
      const url = new URL(path, server.baseUrl).href
      expect(new URL(again, url).href).toBe(url)
      expect(refused.headers['cache-control']).toBe('no-store')
    }
    const path = '/login?return=%2Fsheets%2Fbudget'
    const back = await call(server.baseUrl + path, { headers: { cookie } })
    expect([back.status, back.headers.location]).toEqual([303, './sheets/budget'])
    expect((await call(server.baseUrl + path)).status).toBe(401)
  })
})

describe('with a JWK set', () => {
  let signers: readonly Signer[]
  let jwks: JwksServer
  let server: RunningServer
  let known: { authorization: string }
  beforeAll(async () => {
    signers = await Promise.all(['RS256', 'ES256', 'EdDSA'].map((alg) => Signer.of(alg)))
    jwks = await JwksServer.open(...signers)
    server = await startJwt({ WHEREABOUTS_JWKS: jwks.url })
    known = bearer(await signers[0]!.sign(good()))
  })
  afterAll(async () => {
    await server.stop()
    await jwks[Symbol.asyncDispose]()
  })

  it.each([0, 1, 2])('[OP14] a token signed with key %i is accepted', async (index) => {
    const token = await signers[index]!.sign(good({ name: signers[index]!.alg }))
    expect(await shownAs(server.baseUrl, bearer(token))).toMatchObject({
      name: signers[index]!.alg,
    })
  })

  it.each<[string, () => Promise<string>]>([
    [
      'with the public key as a secret',
      async () => signHs(await signers[0]!.pem(), good(), 'HS256', signers[0]!.kid),
    ],
    [
      'with the text of the public key as a secret',
      async () => signHs(JSON.stringify(await signers[0]!.jwk()), good(), 'HS256', signers[0]!.kid),
    ],
    ['by an unknown key', async () => (await Signer.of('RS256', 'unknown')).sign(good())],
    [
      'by an unknown key with the id of a known one',
      async () => (await Signer.of('RS256', signers[0]!.kid)).sign(good()),
    ],
    [
      'by a key in the token itself',
      async () => {
        const own = await Signer.of('ES256', 'own')
        return own.sign(good(), { kid: 'own', jwk: await own.jwk() } as object)
      },
    ],
    [
      'by a key at an address in the token',
      async () => {
        const own = await Signer.of('ES256', 'own')
        return own.sign(good(), { kid: 'own', jku: 'https://evil.example/keys' } as object)
      },
    ],
    ['with PS256', async () => (await Signer.of('PS256', signers[0]!.kid)).sign(good())],
    ['with RS512', async () => (await Signer.of('RS512', signers[0]!.kid)).sign(good())],
    [
      'unsigned, with the id of a known key',
      async () => forge({ alg: 'none', kid: signers[0]!.kid }, good()),
    ],
  ])('[OP12 OP14] a token is refused %s', async (_what, make) => {
    await expectRefused(server.baseUrl, bearer(await make()), known)
  })
})

describe('[OP12] the log says why a token was refused', () => {
  const rooms = [{ room: '*', can: ['rite'] }]
  it.each<[string, () => Promise<string> | string]>([
    ['its `aud` is not "whereabouts"', () => signHs(SECRET, good({ aud: 'another' }))],
    ['it has no `aud`', () => signHs(SECRET, goodWithout('aud'))],
    [`its \`iss\` is not "${ISSUER}"`, () => signHs(SECRET, good({ iss: 'https://evil.example' }))],
    ['its `nbf` is in the future', () => signHs(SECRET, good({ nbf: nowS() + 60 }))],
    ['its `rooms` is malformed', () => signHs(SECRET, good({ rooms }))],
    ['its `sub` is malformed', () => signHs(SECRET, good({ sub: '' }))],
    [
      "its signature doesn't match the key",
      () => signHs('another secret of at least 32 bytes', good()),
    ],
    ["it isn't signed with HS256", () => forge({ alg: 'none' }, good())],
    ['it is no signed JWT', () => 'a.b.c'],
  ])('%s', async (why, make) => {
    await using server = await startJwt({ WHEREABOUTS_JWT_SECRET: SECRET })
    const ended = await signHs(SECRET, good({ exp: nowS() - 1 }))
    expect(await statusOf(server, bearer(ended))).toBe(401)
    expect(server.output()).not.toContain('a token was refused')
    const token = await make()
    for (let times = 0; times < 3; times++) {
      expect(await statusOf(server, bearer(token))).toBe(401)
    }
    const line = JSON.stringify(`a token was refused: ${why}`)
    await expect.poll(() => server.output()).toContain(line)
    expect(server.output().split('a token was refused')).toHaveLength(2)
    for (const part of token.split('.')) {
      if (part.length > 1) expect(server.output()).not.toContain(part)
    }
  })
})

describe('[OP18] keys', () => {
  it('are fetched again for a new key, once for many unknown ones', async () => {
    const [old, next] = await Promise.all([Signer.of('ES256', 'old'), Signer.of('ES256', 'next')])
    const sinceMs = performance.now()
    await using jwks = await JwksServer.open(old)
    await using server = await startJwt({ WHEREABOUTS_JWKS: jwks.url })
    expect(await statusOf(server, bearer(await old.sign(good())))).toBe(200)
    const unknown = await Promise.all(
      Array.from({ length: 20 }, (_, count) => old.sign(good(), { kid: `unknown ${count}` })),
    )
    for (const token of unknown) expect(await statusOf(server, bearer(token))).toBe(401)
    await jwks.has(next)
    const token = bearer(await next.sign(good()))
    await expect.poll(() => statusOf(server, token), { timeout: 60_000, interval: 1_000 }).toBe(200)
    // At the start, and then every 10 s at most.
    expect(jwks.asked).toBeLessThanOrEqual(2 + (performance.now() - sinceMs) / 10_000)
    // What was withdrawn goes: a token that nobody verified before isn't remembered.
    expect(await statusOf(server, bearer(await old.sign(good({ jti: 'new' }))))).toBe(401)
  })

  it('that can’t be fetched refuse all callers until they can be fetched', async () => {
    const signer = await Signer.of('ES256')
    await using jwks = await JwksServer.open(signer)
    const token = bearer(await signer.sign(good()))
    let isBroken = true
    const answers: ((response: ServerResponse) => unknown)[] = [
      (response) => response.writeHead(503).end('{"keys":[]}'),
      (response) => response.end('<html>'),
      (response) => response.end('{"keys":"none"}'),
      (response) => response.writeHead(302, { location: 'https://evil.example' }).end(),
      (response) => response.end(`["${'x'.repeat(2e6)}"]`),
      (response) => response.destroy(),
    ]
    const jwk = await signer.jwk()
    jwks.answers((_request, response) => {
      if (isBroken) answers[jwks.asked % answers.length]!(response)
      else response.end(JSON.stringify({ keys: [jwk] }))
    })
    const sinceMs = performance.now()
    await using server = await startJwt({ WHEREABOUTS_JWKS: jwks.url })
    for (let count = 0; count < 50; count++) expect(await statusOf(server, token)).toBe(401)
    // Strangers can't cause unlimited fetches.
    expect(jwks.asked).toBeLessThanOrEqual(2 + (performance.now() - sinceMs) / 2_000)
    await expect.poll(() => server.output()).toContain(`can't be fetched from ${jwks.url}`)
    isBroken = false
    await expect.poll(() => statusOf(server, token)).toBe(200)
    await expect.poll(() => server.output()).toContain(`the keys at ${jwks.url} are back`)
    isBroken = true
    expect(await statusOf(server, bearer(await signer.sign(good({ jti: '2' }))))).toBe(200)
  })

  it('that are slow delay no caller for longer than 5 s', async () => {
    const signer = await Signer.of('ES256')
    await using jwks = await JwksServer.open(signer)
    jwks.answers(() => undefined)
    await using server = await startJwt({ WHEREABOUTS_JWKS: jwks.url })
    const sinceMs = performance.now()
    expect(await statusOf(server, bearer(await signer.sign(good())))).toBe(401)
    expect(performance.now() - sinceMs).toBeLessThan(15_000)
  })

  it('can be in a file, which is read again for a new key', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'whereabouts-'))
    const file = join(folder, 'keys.json')
    const [old, next] = await Promise.all([Signer.of('RS256', 'old'), Signer.of('EdDSA', 'next')])
    const write = async (signer: Signer) =>
      writeFile(file, JSON.stringify({ keys: [await signer.jwk()] }))
    try {
      await write(old)
      await using server = await startJwt({ WHEREABOUTS_JWKS: file })
      expect(await statusOf(server, bearer(await old.sign(good())))).toBe(200)
      await write(next)
      const token = bearer(await next.sign(good()))
      await expect
        .poll(() => statusOf(server, token), { timeout: 60_000, interval: 1_000 })
        .toBe(200)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

it('[OP11] a server with invalid settings reports all faults and ends', async () => {
  const start = startServer({}, 0, [], {
    WHEREABOUTS_AUTH: 'jwt',
    WHEREABOUTS_JWT_SECRET: 'short',
    WHEREABOUTS_OIDC_ISSUER: 'https://id.example.com',
    WHEREABOUTS_LEASE_MS: 'soon',
    HOST: '0.0.0.0',
  })
  await expect(start).rejects.toThrow(
    /ended with 1: [^]*JWT_SECRET: must be at least 32 bytes[^]*LEASE_MS|OIDC_ISSUER/,
  )
})
