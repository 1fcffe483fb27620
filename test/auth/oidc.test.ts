import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, callJson } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { newPlace } from '../nodes/place.js'
import { freePort } from '../servers/free-port.js'
import { startServer, type RunningServer } from '../servers/standalone.js'
import { startBoth, untilOpen } from './both.js'
import { guideVariables } from './guide.js'
import { CLIENT, oidcVariables, type Served, serveAt, startProvider } from './provider.js'
import { expectRefused, shownAs } from './refusal.js'
import { claims, nowS, Signer, forge, signHs } from './tokens.js'
import { Visitor } from './visitor.js'

const SESSION = 'whereabouts-session'

async function loggedIn(publicUrl: string, login = 'ann'): Promise<Visitor> {
  const visitor = new Visitor()
  await visitor.logIn(await visitor.go(`${publicUrl}/`), login)
  expect(visitor.cookieNames(publicUrl)).toEqual([SESSION])
  return visitor
}

describe('a login', () => {
  let both: Awaited<ReturnType<typeof startBoth>>
  let publicUrl: string
  beforeAll(async () => {
    both = await startBoth()
    ;({ publicUrl } = both)
  })
  afterAll(() => both[Symbol.asyncDispose]())

  it('[OP22 OP25] leads to the provider and back to the page, which then knows the user', async () => {
    const page = `${publicUrl}/sheets/budget?watch=1`
    const ann = new Visitor()
    const asked = await ann.go(page)
    const request = new URL(asked.way.find((url) => url.includes('/auth?'))!)
    expect(Object.fromEntries(request.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: CLIENT.client_id,
      redirect_uri: `${publicUrl}/login/callback`,
      code_challenge_method: 'S256',
      scope: 'openid profile email',
    })
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(request.searchParams.get(name)?.length).toBeGreaterThan(20)
    }
    const arrived = await ann.logIn(asked, 'ann')
    expect(arrived.url).toBe(page)
    expect(arrived.text).toContain('<div id="app">')
    const cookie = ann.cookiesFor(publicUrl)
    expect(await shownAs(publicUrl, { cookie })).toMatchObject({
      id: 'ann',
      name: 'ann of the provider',
    })
    const session = JSON.parse((await ann.ask(`${publicUrl}/session`)).text) as object
    expect(session).toMatchObject({ mode: 'oidc', user: { id: 'ann' } })
    expect(cookie).not.toContain(Buffer.from('ann').toString('base64url'))
  })

  it('[OP12 OP22] is required: without one, calls are refused and pages redirect to it', async () => {
    const known = { cookie: (await loggedIn(publicUrl)).cookiesFor(publicUrl) }
    const cookies = [
      '',
      'nonsense',
      `${known.cookie.slice(SESSION.length + 1, -3)}AAA`,
      'a.b.c.d.e',
    ]
    for (const cookie of cookies) {
      await expectRefused(publicUrl, cookie === '' ? {} : { cookie: `${SESSION}=${cookie}` }, known)
    }
    await expectRefused(publicUrl, { authorization: `Bearer ${known.cookie}` }, known)
    const answer = await call(`${publicUrl}/pages/notes`, { headers: { accept: 'text/html' } })
    expect([answer.status, answer.headers.location]).toEqual([
      303,
      '/login?return=%2Fpages%2Fnotes',
    ])
  })

  it('[OP23] never leads to another host', async () => {
    for (const said of ['https://evil.example/', '//evil.example', '/..//evil.example', '/login']) {
      const ann = new Visitor()
      const asked = await ann.go(`${publicUrl}/login?return=${encodeURIComponent(said)}`)
      expect((await ann.logIn(asked, 'ann')).url).toBe(`${publicUrl}/`)
    }
  })

  it('[OP22] works in several tabs at the same time', async () => {
    const ann = new Visitor()
    const pages = ['/sheets/a', '/sheets/b', '/pages/c']
    const asked = [await ann.go(publicUrl + pages[0]), await ann.go(publicUrl + pages[1])]
    expect((await ann.logIn(asked[1]!, 'ann')).url).toBe(`${publicUrl}/sheets/b`)
    // The provider already knows her.
    expect((await ann.go(publicUrl + pages[2])).url).toBe(`${publicUrl}/pages/c`)
    expect((await ann.logIn(asked[0]!, 'ann')).url).toBe(`${publicUrl}/sheets/a`)
    expect(ann.cookieNames(publicUrl)).toEqual([SESSION])
  })

  it('[OP22] that is abandoned again and again doesn’t fill the headers', async () => {
    const ann = new Visitor()
    for (let count = 0; count < 40; count++) await ann.ask(`${publicUrl}/login?return=/`)
    expect(ann.cookieNames(publicUrl).length).toBeLessThanOrEqual(9)
    expect((await ann.logIn(await ann.go(`${publicUrl}/login`), 'ann')).url).toBe(`${publicUrl}/`)
  })

  it('[OP22] that is begun again and again with long addresses leaves room for other headers', async () => {
    const ann = await loggedIn(publicUrl)
    for (let count = 0; count < 10; count++) {
      const path = `/${count}${'x'.repeat(2_000)}`
      expect(await ann.ask(`${publicUrl}/login?return=${path}`)).toMatchObject({ status: 303 })
      expect(ann.cookiesFor(publicUrl).length).toBeLessThan(12_288)
    }
  })

  it('[OP22] is completed in each of two tabs, though others were abandoned', async () => {
    const ann = new Visitor()
    for (let count = 0; count < 7; count++) await ann.ask(`${publicUrl}/login?return=/${count}`)
    const one = await ann.go(`${publicUrl}/login?return=/sheets/one`)
    const two = await ann.go(`${publicUrl}/login?return=/sheets/two`)
    expect((await ann.logIn(one, 'ann')).url).toBe(`${publicUrl}/sheets/one`)
    expect((await ann.logIn(two, 'ann')).url).toBe(`${publicUrl}/sheets/two`)
  })

  it('[OP23] leads to / if the path to return to is too long for a cookie once escaped', async () => {
    const ann = new Visitor()
    const said = encodeURIComponent(`/sheets/a?q=${'文'.repeat(1_000)}`)
    const asked = await ann.go(`${publicUrl}/login?return=${said}`)
    expect((await ann.logIn(asked, 'ann')).url).toBe(`${publicUrl}/`)
  })

  it('[OP24] replaces a session that somebody planted in the browser', async () => {
    const mallory = await loggedIn(publicUrl, 'mallory')
    const ann = new Visitor()
    ann.setCookie(publicUrl, SESSION, mallory.cookiesFor(publicUrl).slice(SESSION.length + 1))
    await ann.logIn(await ann.go(`${publicUrl}/login`), 'ann')
    expect(await shownAs(publicUrl, { cookie: ann.cookiesFor(publicUrl) })).toMatchObject({
      id: 'ann',
    })
  })

  /** Logs a visitor in up to the callback; returns its address and the visitor. */
  async function lastStep(login: string) {
    const visitor = new Visitor()
    const asked = await visitor.submit(await visitor.go(publicUrl), { login, password: 'any' })
    const action = /<form[^>]* action="([^"]+)"/.exec(asked.text)![1]!
    let next = new URL(action, asked.url).href
    let options: Parameters<Visitor['ask']>[1] = {
      body: 'prompt=consent',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }
    while (!next.startsWith(publicUrl)) {
      const { headers } = await visitor.ask(next, options)
      next = new URL(headers.location!, next).href
      options = {}
    }
    return { visitor, callback: next }
  }

  async function expectNoSession(
    visitor: Visitor,
    callback: string,
    status: number,
  ): Promise<void> {
    const answer = await visitor.ask(callback)
    expect(answer.status).toBe(status)
    expect(answer.text).not.toContain('<div id="app">')
    expect(answer.text).toContain('href="/login?return=')
    expect(visitor.cookieNames(publicUrl)).not.toContain(SESSION)
  }

  it('[OP24] isn’t completed in another browser', async () => {
    const mallory = await lastStep('mallory')
    await expectNoSession(new Visitor(), mallory.callback, 400)
    // The victim has started its own login, which the answer of another login doesn't belong to.
    const victim = new Visitor()
    await victim.go(publicUrl)
    await expectNoSession(victim, mallory.callback, 400)
    const own = victim.cookieNames(publicUrl)[0]!
    const swapped = new URL(mallory.callback)
    const theirs = mallory.visitor.cookieNames(publicUrl)[0]!
    const value = victim.cookiesFor(publicUrl).split('=')[1]!
    victim.setCookie(publicUrl, theirs, value)
    await expectNoSession(victim, swapped.href, 400)
    expect(own).not.toBe(theirs)
  })

  it('[OP24] isn’t completed with another state, or another code', async () => {
    for (const [name, value, status] of [
      ['state', 'x'.repeat(43), 400],
      ['state', '', 400],
      ['code', 'another', 502],
      ['iss', 'https://evil.example', 502],
    ] as const) {
      const { visitor, callback } = await lastStep('ann')
      const url = new URL(callback)
      url.searchParams.set(name, value)
      await expectNoSession(visitor, url.href, status)
    }
  })

  it('[OP24] isn’t completed with the code of another person’s login', async () => {
    const [mallory, ann] = [await lastStep('mallory'), await lastStep('ann')]
    const url = new URL(ann.callback)
    url.searchParams.set('code', new URL(mallory.callback).searchParams.get('code')!)
    await expectNoSession(ann.visitor, url.href, 502)
  })

  it('[OP24] makes one session, however often its callback is opened at once', async () => {
    const { visitor, callback } = await lastStep('ann')
    const headers = { cookie: visitor.cookiesFor(publicUrl) }
    const answers = await Promise.all(Array.from({ length: 10 }, () => call(callback, { headers })))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 303)).toHaveLength(1)
    expect(statuses.filter((status) => status === 400)).toHaveLength(9)
  })

  it('[OP24] isn’t completed twice', async () => {
    const { visitor, callback } = await lastStep('ann')
    const cookies = visitor.cookiesFor(publicUrl)
    expect((await visitor.go(callback)).url).toBe(`${publicUrl}/`)
    const again = new Visitor()
    const [name = '', value = ''] = cookies.split(/=(.*)/)
    again.setCookie(publicUrl, name, value)
    // The provider isn't asked again.
    await expectNoSession(again, callback, 400)
  })

  it('[OP24] that the provider refuses shows a message, and escapes everything from the address', async () => {
    const ann = new Visitor()
    await ann.ask(`${publicUrl}/login?return=/sheets/a`)
    const { location = '' } = (await ann.ask(`${publicUrl}/login`)).headers
    const state = new URL(location).searchParams.get('state')!
    const query = new URLSearchParams({ state, error: '<script>', iss: both.provider.url })
    const answer = await ann.ask(`${publicUrl}/login/callback?${query.toString()}`)
    expect(answer.status).toBe(403)
    expect(answer.text).toContain('&lt;script>')
    expect(answer.text).not.toContain('<script>')
  })

  it('[OP25] creates a session that only nodes with the same secret accept', async () => {
    const ann = await loggedIn(publicUrl)
    const known = { cookie: ann.cookiesFor(publicUrl) }
    await using second = await startServer({}, 0, [], both.variables)
    expect(await shownAs(second.baseUrl, known)).toMatchObject({ id: 'ann' })
    const another = { ...both.variables, WHEREABOUTS_SECRET: 'the secret of another server' }
    await using third = await startServer({}, 0, [], another)
    for (const path of ['/rooms/budget/location', '/session']) {
      expect((await call(third.baseUrl + path, { headers: known })).status).toBe(401)
    }
  })

  it('[OP25 BR6] over TLS sets cookies for this host and TLS only', async () => {
    const example = guideVariables('oidc', { WHEREABOUTS_OIDC_ISSUER: both.provider.url })
    await using server = await startServer({}, 0, [], example)
    await untilOpen(server)
    const asked = (host: string) => call(`${server.baseUrl}/login`, { headers: { host } })
    expect((await asked('evil.example')).status).toBe(421)
    const answer = await asked('sheets.example.com')
    const redirectUri = encodeURIComponent('https://sheets.example.com/login/callback')
    expect(answer.headers.location).toContain(redirectUri)
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^__Host-whereabouts-login-[\w-]{16}=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=600$/,
      ),
    ])
  })

  it('[OP27] can be ended in this browser and at the provider', async () => {
    const ann = await loggedIn(publicUrl)
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `${publicUrl}.evil.example` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: publicUrl, 'sec-fetch-site': 'cross-site' },
    ]) {
      for (const path of ['/logout', '/session']) {
        expect((await ann.ask(publicUrl + path, { method: 'POST', headers })).status).toBe(403)
      }
    }
    expect(ann.cookieNames(publicUrl)).toEqual([SESSION])
    const own = { method: 'POST', headers: { origin: publicUrl } }
    const left = await ann.ask(`${publicUrl}/logout`, own)
    expect(left.status).toBe(303)
    expect(left.headers.location).toBe('/logout')
    expect(ann.cookieNames(publicUrl)).toEqual([])
    const said = await ann.go(`${publicUrl}/logout`)
    expect(said.text).toContain('You are signed out')
    const next = /content="0; url=([^"]+)"/.exec(said.text)![1]!
    expect(next).toMatch(`${both.provider.url}/session/end?client_id=whereabouts`)
    const page = await ann.go(next)
    const done = await ann.submit(page, { logout: 'yes' })
    expect(done.status).toBe(200)
    // The provider asks for the login again.
    expect((await ann.go(publicUrl)).text).toContain('name="password"')
  })
})

it('[OP27] signing out ends what this session has open, and nothing of others', async () => {
  await using both = await startBoth()
  const { publicUrl } = both
  const [here, there, bob] = [
    await loggedIn(publicUrl),
    await loggedIn(publicUrl),
    await loggedIn(publicUrl, 'bob'),
  ]
  const cookieOf = (visitor: Visitor) => ({ headers: { cookie: visitor.cookiesFor(publicUrl) } })
  const room = new TestRoom(publicUrl)
  await using own = await room.join('own', {}, cookieOf(here))
  await using other = await room.join('other', {}, cookieOf(there))
  await using bobs = await room.join('bob', {}, cookieOf(bob))
  const { id } = (await callJson(room.url('location'), cookieOf(bob))) as { id: string }
  await other.until('all three', ({ members }) => members.size === 3)
  await here.ask(`${publicUrl}/logout`, { method: 'POST', headers: { origin: publicUrl } })
  expect((await own.next('problem')).data).toMatchObject({ status: 401 })
  await own.ended
  await bobs.until('one has left', ({ members }) => !members.has(own.self))
  expect([...bobs.state.members.keys()].toSorted()).toEqual([other.self, bobs.self].toSorted())
  expect(other.text + bobs.text).not.toContain('event: problem')
  expect(id).not.toBe('')
})

describe('[OP44] signing out', () => {
  const own = (publicUrl: string) => ({ method: 'POST', headers: { origin: publicUrl } })

  it('isn’t undone by a renewal that was under way', async () => {
    await using both = await startBoth({ hasRefresh: true })
    const { publicUrl, provider } = both
    const ann = await loggedIn(publicUrl)
    const held = provider.hold()
    const renewal = ann.ask(`${publicUrl}/session`, own(publicUrl))
    await held.asked
    await ann.ask(`${publicUrl}/logout`, own(publicUrl))
    held.answer()
    const renewed = await renewal
    expect([renewed.status, renewed.headers['set-cookie']]).toEqual([401, undefined])
    expect(ann.cookieNames(publicUrl)).toEqual([])
  })

  it.each([
    ['after a renewal', true],
    ['without one', false],
  ])('ends every copy of the cookie, %s', async (_when, renews) => {
    await using both = await startBoth({ hasRefresh: true })
    const { publicUrl } = both
    const ann = await loggedIn(publicUrl)
    const headers = { cookie: ann.cookiesFor(publicUrl) }
    if (renews) await ann.ask(`${publicUrl}/session`, own(publicUrl))
    const other = await loggedIn(publicUrl)
    expect((await call(`${publicUrl}/rooms/budget/location`, { headers })).status).toBe(200)
    await ann.ask(`${publicUrl}/logout`, own(publicUrl))
    const copied = await call(`${publicUrl}/session`, { method: 'POST', headers })
    expect([copied.status, copied.headers['set-cookie']?.join() ?? '']).toEqual([
      401,
      expect.not.stringMatching(/whereabouts-session=./),
    ])
    expect((await call(`${publicUrl}/rooms/budget/location`, { headers })).status).toBe(401)
    // The same user's other login goes on.
    expect((await other.ask(`${publicUrl}/rooms/budget/location`)).status).toBe(200)
  })
})

it('[OP44] [AC42] signing out holds at every node', async () => {
  await using place = await newPlace()
  const port = await freePort()
  const publicUrl = `http://127.0.0.1:${port}`
  await using provider = await startProvider({ publicUrl, hasRefresh: true })
  const variables = oidcVariables(provider.url, publicUrl)
  await using here = await startServer(place.settings, port, [], variables)
  await using there = await startServer(place.settings, await freePort(), [], variables)
  for (const server of [here, there]) await untilOpen(server)
  const ann = await loggedIn(publicUrl)
  const headers = { cookie: ann.cookiesFor(publicUrl) }
  const statusAt = async (path: string, method = 'GET') =>
    (await call(`${there.baseUrl}${path}`, { method, headers })).status
  expect(await statusAt('/rooms/budget/location')).toBe(200)
  expect(await statusAt('/session')).toBe(200)
  const others = { cookie: (await loggedIn(publicUrl)).cookiesFor(publicUrl) }
  const watched = new TestRoom(publicUrl, 'budget').stream({ watch: 1 }, { headers: others })
  await using other = await watched
  const member = `${there.baseUrl}/rooms/budget/location?member=posts&nextWithinMs=90000`
  await callJson(member, { headers, json: 1 })
  await other.until('her member', ({ members }) => members.size === 1)
  await ann.ask(`${publicUrl}/logout`, { method: 'POST', headers: { origin: publicUrl } })
  await expect.poll(() => statusAt('/rooms/budget/location')).toBe(401)
  expect(await statusAt('/session')).toBe(401)
  expect(await statusAt('/session', 'POST')).toBe(401)
  await other.until('nobody', ({ members }) => members.size === 0)
  expect(other.text).not.toContain('event: problem')
})

it('[BU2] requests for a login are counted by address, and hold back nobody who is in', async () => {
  const port = await freePort()
  const publicUrl = `http://127.0.0.1:${port}`
  await using provider = await startProvider({ publicUrl })
  // 100 in 60 s.
  const variables = { ...oidcVariables(provider.url, publicUrl), WHEREABOUTS_BUDGET_SCALE: '0.05' }
  await using server = await startServer({}, port, [], variables)
  await untilOpen(server)
  const cookie = (await loggedIn(publicUrl)).cookiesFor(publicUrl)
  for (const [method, path] of [
    ['GET', '/session'],
    ['POST', '/session'],
    ['GET', '/login'],
    ['GET', '/login/callback?state=x'],
  ] as const) {
    const ask = () => call(publicUrl + path, { method, headers: { cookie } })
    const answers = await Promise.all(Array.from({ length: 110 }, ask))
    const held = answers.filter(({ status }) => status === 429)
    expect(held.length, path).toBeGreaterThanOrEqual(10)
    expect(Number(held[0]!.headers['retry-after'])).toBeGreaterThan(0)
  }
  const read = await call(`${publicUrl}/rooms/budget/location`, { headers: { cookie } })
  expect(read.status).toBe(200)
})

describe('[OP26] a session', () => {
  it('ends with the tokens, and can’t be renewed without a refresh token', async () => {
    await using both = await startBoth({ tokensS: 1 })
    const { publicUrl } = both
    const ann = await loggedIn(publicUrl)
    const own = { method: 'POST', headers: { origin: publicUrl } }
    const renewed = await ann.ask(`${publicUrl}/session`, own)
    const { expiresInMs } = JSON.parse(renewed.text) as { readonly expiresInMs: number }
    expect(expiresInMs).toBeLessThanOrEqual(10_000)
    const known = { cookie: (await loggedIn(publicUrl, 'bob')).cookiesFor(publicUrl) }
    const status = async () => (await ann.ask(`${publicUrl}/rooms/budget/location`)).status
    expect(await status()).toBe(200)
    await expect.poll(status).toBe(401)
    expect(known.cookie).not.toBe('')
    expect((await ann.ask(`${publicUrl}/session`, own)).status).toBe(401)
    expect((await ann.go(publicUrl)).url).toBe(`${publicUrl}/`)
  })

  it('is renewed with a refresh token, once for simultaneous requests', async () => {
    await using both = await startBoth({ tokensS: 1, hasRefresh: true })
    const { publicUrl } = both
    const ann = await loggedIn(publicUrl)
    const before = ann.cookiesFor(publicUrl)
    const headers = { origin: publicUrl, cookie: before }
    const ask = () => call(`${publicUrl}/session`, { method: 'POST', headers })
    const answers = await Promise.all([ask(), ask(), ask()])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    // The first refresh token has been used, and the second one is in the cookie.
    await ann.ask(`${publicUrl}/session`, { method: 'POST', headers: { origin: publicUrl } })
    expect(ann.cookiesFor(publicUrl)).not.toBe(before)
    const status = async () => (await ann.ask(`${publicUrl}/rooms/budget/location`)).status
    await expect.poll(status).toBe(401)
    // Like a laptop that slept.
    const woken = await ann.ask(`${publicUrl}/session`, { method: 'POST' })
    expect(woken.status).toBe(200)
    expect(await status()).toBe(200)
  })

  it('ends when the provider refuses to renew it', async () => {
    await using both = await startBoth({ tokensS: 1, hasRefresh: true })
    const { publicUrl } = both
    // The node that ends a session doesn't ask the provider any more.
    await using another = await startServer({}, 0, [], both.variables)
    await untilOpen(another)
    const ann = await loggedIn(publicUrl)
    const copy = ann.cookiesFor(publicUrl)
    await ann.ask(`${publicUrl}/logout`, { method: 'POST', headers: { origin: publicUrl } })
    const thief = new Visitor()
    const [name = '', value = ''] = copy.split(/=(.*)/)
    const renew = async () => {
      thief.setCookie(another.baseUrl, name, value)
      return (await thief.ask(`${another.baseUrl}/session`, { method: 'POST' })).status
    }
    await expect.poll(renew).toBe(401)
    expect(thief.cookieNames(another.baseUrl)).toEqual([])
  })

  it('continues while the provider is unavailable, but can’t be renewed then', async () => {
    await using both = await startBoth({ hasRefresh: true })
    const { publicUrl } = both
    const ann = await loggedIn(publicUrl)
    await both.provider.stop()
    expect((await ann.ask(`${publicUrl}/rooms/budget/location`)).status).toBe(200)
    const renewed = await ann.ask(`${publicUrl}/session`, { method: 'POST' })
    expect(renewed.status).toBe(503)
    expect(ann.cookieNames(publicUrl)).toEqual([SESSION])
  })
})

it('[OP28] a server starts without its provider, reports that, and connects later', async () => {
  const [port, providerPort] = [await freePort(), await freePort()]
  const publicUrl = `http://127.0.0.1:${port}`
  const variables = oidcVariables(`http://127.0.0.1:${providerPort}`, publicUrl)
  await using server: RunningServer = await startServer({}, port, [], variables)
  await expect
    .poll(() => server.output())
    .toContain(`can't be reached at http://127.0.0.1:${providerPort}`)
  const ann = new Visitor()
  const away = await ann.go(`${publicUrl}/sheets/budget`)
  expect([away.status, away.text.includes('can’t be reached')]).toEqual([503, true])
  expect((await call(`${publicUrl}/rooms/budget/location`)).status).toBe(401)
  expect((await call(`${publicUrl}/health/ready`)).status).toBe(200)
  await using _provider = await startProvider({ publicUrl, port: providerPort })
  await untilOpen(server)
  await loggedIn(publicUrl)
})

describe('[ID16 OP24] an ID token', () => {
  let signer: Signer
  let port: number
  let publicUrl: string
  let fake: Served
  let server: RunningServer
  /** What the provider says of its access token. */
  let expiresIn: number | undefined = 60
  /** Makes the provider's answer to a code, from the nonce of the login. */
  let idToken: (nonce: string) => Promise<string> | string

  /** Claims of a valid ID token. */
  const good = (nonce: string, own: object = {}) =>
    claims({ iss: fake.url, aud: CLIENT.client_id, iat: nowS(), nonce, ...own })

  beforeAll(async () => {
    signer = await Signer.of('RS256')
    port = await freePort()
    publicUrl = `http://127.0.0.1:${port}`
    const providerPort = await freePort()
    const issuer = `http://127.0.0.1:${providerPort}`
    const documents = new Map<string, object>([
      [
        '/.well-known/openid-configuration',
        {
          issuer,
          authorization_endpoint: `${issuer}/auth`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/keys`,
          id_token_signing_alg_values_supported: ['RS256'],
        },
      ],
      ['/keys', { keys: [await signer.jwk()] }],
    ])
    fake = await serveAt(providerPort, async (request, response) => {
      response.setHeader('Content-Type', 'application/json')
      const document = documents.get(request.url!)
      if (document !== undefined) return response.end(JSON.stringify(document))
      const form = new URLSearchParams(await readBody(request))
      // In this test, the code is the nonce.
      const token = { token_type: 'Bearer', access_token: 'a', expires_in: expiresIn }
      const body = { ...token, id_token: await idToken(form.get('code')!) }
      return response.end(JSON.stringify(body))
    })
    server = await startServer({}, port, [], oidcVariables(issuer, publicUrl))
    await untilOpen(server)
  })
  afterAll(async () => {
    await server.stop()
    await fake.stop()
  })

  async function logIn() {
    const visitor = new Visitor()
    const { headers } = await visitor.ask(`${publicUrl}/login?return=/sheets/a`)
    const { searchParams } = new URL(headers.location!)
    const query = new URLSearchParams({
      code: searchParams.get('nonce')!,
      state: searchParams.get('state')!,
    })
    const answer = await visitor.ask(`${publicUrl}/login/callback?${query.toString()}`)
    return { visitor, answer }
  }

  it.each([
    [3_600, 60, 60],
    [60, 3_600, 60],
    [undefined, 60, 60],
    [3_600, 3_600, 3_600],
    [1_000_000, 1_000_000, 86_400],
    [1, 1, 10],
  ])(
    '[OP26] with an access token of %s s and its own %i s makes a session of %i s',
    async (tokenS, idS, sessionS) => {
      idToken = (nonce) => signer.sign(good(nonce, { exp: nowS() + idS, name: 'Ann' }))
      expiresIn = tokenS
      const { visitor } = await logIn()
      expiresIn = 60
      const { text } = await visitor.ask(`${publicUrl}/session`)
      const { expiresInMs, user } = JSON.parse(text) as { expiresInMs: number; user: object }
      expect(expiresInMs).toBeLessThanOrEqual(sessionS * 1_000)
      expect(expiresInMs).toBeGreaterThan(sessionS * 1_000 - 9_500)
      expect(Object.keys(user).toSorted()).toEqual(['id', 'name'])
    },
  )

  it('that is valid creates a session', async () => {
    idToken = (nonce) => signer.sign(good(nonce, { preferred_username: 'Ann' }))
    const { visitor, answer } = await logIn()
    expect([answer.status, answer.headers.location]).toEqual([303, '/sheets/a'])
    const session = JSON.parse((await visitor.ask(`${publicUrl}/session`)).text) as object
    expect(session).toMatchObject({ user: { id: 'ann', name: 'Ann' } })
  })

  it('that is too large for a cookie creates a session with what fits', async () => {
    const picture = `https://a.example/${'p'.repeat(1_000)}`
    idToken = (nonce) => signer.sign(good(nonce, { name: 'A'.repeat(500), picture }))
    const { visitor } = await logIn()
    expect(visitor.cookiesFor(publicUrl).length).toBeLessThan(4_096)
    const session = JSON.parse((await visitor.ask(`${publicUrl}/session`)).text) as object
    expect(session).toMatchObject({ user: { id: 'ann', name: 'A'.repeat(64), avatar: picture } })
  })

  it.each<[string, (nonce: string) => Promise<string> | string]>([
    ['for another login', () => signer.sign(good('another nonce'))],
    ['without a nonce', () => signer.sign({ ...good(''), nonce: undefined })],
    ['for another client', (nonce) => signer.sign(good(nonce, { aud: 'another' }))],
    ['of another provider', (nonce) => signer.sign(good(nonce, { iss: 'https://evil.example' }))],
    ['that has expired', (nonce) => signer.sign(good(nonce, { exp: nowS() - 60 }))],
    ['that isn’t signed', (nonce) => forge({ alg: 'none' }, good(nonce))],
    ['of an unknown key', async (nonce) => (await Signer.of('RS256')).sign(good(nonce))],
    ['with the client’s secret for a key', (nonce) => signHs(CLIENT.client_secret, good(nonce))],
    ['with the public key for a secret', async (nonce) => signHs(await signer.pem(), good(nonce))],
    ['with an id that is too long', (nonce) => signer.sign(good(nonce, { sub: 'é'.repeat(128) }))],
    ['that is malformed', () => 'a.b.c'],
  ])('%s creates no session', async (_what, make) => {
    idToken = make
    const { visitor, answer } = await logIn()
    expect(answer.status).toBe(502)
    expect(visitor.cookieNames(publicUrl)).toEqual([])
    expect((await call(`${publicUrl}/session`)).status).toBe(401)
  })
})

async function readBody(request: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
