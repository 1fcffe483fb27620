import { describe, expect, it } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { signHs } from '../auth/tokens.js'
import { startServer, type RunningServer } from '../servers/standalone.js'

const BASE = '/apps/where'
const start = (variables: { readonly [name: string]: string }) => startServer({}, 0, [], variables)
const page = { accept: 'text/html', 'x-forwarded-prefix': BASE }

/** The first file that the page of an address refers to. */
async function fileOf({ baseUrl }: RunningServer, path: string, headers = page): Promise<string> {
  const { status, text } = await call(baseUrl + path, { headers })
  expect([200, 404]).toContain(status)
  return /<script type="module" crossorigin src="([^"]+)\/index-/.exec(text)?.[1] ?? ''
}

async function serversOf({ baseUrl }: RunningServer, path = '/openapi.json'): Promise<unknown> {
  const { text } = await call(baseUrl + path, { headers: { 'x-forwarded-prefix': BASE } })
  return (JSON.parse(text) as { readonly servers: unknown }).servers
}

async function cookieOf({ baseUrl }: RunningServer, own: object = {}): Promise<string> {
  const headers = { 'x-forwarded-prefix': BASE, ...own }
  const answer = await call(`${baseUrl}/rooms/a/location`, { headers, json: 1 })
  return answer.headers['set-cookie']?.[0] ?? ''
}

describe('a server below a path', () => {
  it('[OF16 HT30 BR1] is told the path by a trusted proxy', async () => {
    await using server = await start({ WHEREABOUTS_TRUSTED_PROXIES: '127.0.0.1' })
    expect(await fileOf(server, '/')).toBe(`${BASE}/assets`)
    expect(await fileOf(server, '/sheets/a')).toBe(`${BASE}/assets`)
    expect(await serversOf(server)).toEqual([{ url: BASE }])
    expect(await cookieOf(server)).toMatch(/^whereabouts-member=[^;]+; Path=\/apps\/where; /)
    const secure = await cookieOf(server, { 'x-forwarded-proto': 'https' })
    expect(secure).toMatch(/^__Secure-whereabouts-member=[^;]+; Path=\/apps\/where; .*; Secure$/)
    const headers = {
      'x-forwarded-prefix': BASE,
      'x-forwarded-proto': 'https',
      cookie: secure.split(';')[0]!,
    }
    const again = await call(`${server.baseUrl}/rooms/a/location`, { headers, json: 2 })
    expect(again.headers['set-cookie']).toBeUndefined()
  })

  it('[HT31] takes nothing else for a path', async () => {
    await using server = await start({ WHEREABOUTS_TRUSTED_PROXIES: '127.0.0.1' })
    for (const prefix of [
      '//evil.example',
      '/a/../b',
      '/"><b>',
      'https://evil.example',
      '/a, /b',
    ]) {
      const headers = { ...page, 'x-forwarded-prefix': prefix }
      expect(await fileOf(server, '/sheets/a', headers), prefix).toBe('../assets')
    }
  })

  it('[OF16 HT30 BR1] isn’t told it by anybody else, and works nevertheless', async () => {
    await using server = await start({ WHEREABOUTS_TRUSTED_PROXIES: '10.0.0.1' })
    expect(await fileOf(server, '/')).toBe('./assets')
    expect(await fileOf(server, '/sheets/a?b=/c')).toBe('../assets')
    expect(await fileOf(server, '/sheets/a/')).toBe('../../assets')
    expect(await fileOf(server, '/no/such/page')).toBe('../../assets')
    expect(await serversOf(server)).toEqual([{ url: '/' }])
    expect(await cookieOf(server)).toMatch(/; Path=\/; /)
  })

  it('[OP34 HT30] takes requests with the path and without it', async () => {
    const variables = {
      WHEREABOUTS_BASE_PATH: `${BASE}/`,
      WHEREABOUTS_TRUSTED_PROXIES: '127.0.0.1',
    }
    await using server = await start(variables)
    const ignored = { ...page, 'x-forwarded-prefix': '/other' }
    for (const path of ['/', '/sheets/a', BASE, `${BASE}/`, `${BASE}?a=b`, `${BASE}/pages/a`]) {
      expect(await fileOf(server, path, ignored), path).toBe(`${BASE}/assets`)
    }
    expect(await serversOf(server, `${BASE}/openapi.json`)).toEqual([{ url: BASE }])
    expect(await serversOf(server)).toEqual([{ url: BASE }])
    for (const path of [`${BASE}${BASE}/metrics`, `${BASE}x/metrics`, '/apps/metrics']) {
      expect(await call(server.baseUrl + path), path).toMatchObject({ status: 404 })
    }
  })

  it('[RM19 HT30] says by its path where a full room can be watched', async () => {
    await using server = await start({ WHEREABOUTS_BASE_PATH: BASE, WHEREABOUTS_MAX_MEMBERS: '1' })
    const post = (key: string) =>
      call(`${server.baseUrl}${BASE}/rooms/a/location?member=${key}`, { json: 1 })
    expect(await post('one')).toMatchObject({ status: 200 })
    expect(JSON.parse((await post('two')).text)).toMatchObject({
      watch: `${BASE}/rooms/a/events?watch=1`,
    })
  })

  it.each([
    ['', '../'],
    [BASE, `${BASE}/`],
  ])('[OF17] leads a caller through its login, with the path %j', async (prefix, root) => {
    const secret = 'a secret of more than 32 bytes for tokens'
    await using server = await start({
      WHEREABOUTS_AUTH: 'jwt',
      WHEREABOUTS_JWT_SECRET: secret,
      WHEREABOUTS_JWT_COOKIE: 'token',
      WHEREABOUTS_TRUSTED_PROXIES: '127.0.0.1',
    })
    const headers = { accept: 'text/html', ...(prefix !== '' && { 'x-forwarded-prefix': prefix }) }
    const unknown = await call(`${server.baseUrl}/sheets/a`, { headers })
    expect(unknown.status).toBe(401)
    expect(unknown.text).toContain(`<a href="${root}sheets/a">`)
    const cookie = `token=${await signHs(secret, { sub: 'ann', exp: Date.now() / 1_000 + 600 })}`
    const known = await call(`${server.baseUrl}/login?return=%2Fsheets%2Fa`, {
      headers: { ...headers, cookie },
    })
    expect(known).toMatchObject({ status: 303 })
    expect(known.headers.location).toBe(`${prefix === '' ? './' : root}sheets/a`)
  })
})
