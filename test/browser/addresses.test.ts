import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { type RunningServer, startServer } from '../servers/standalone.js'

let server: RunningServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const browser = { accept: 'text/html,*/*', 'accept-encoding': 'gzip, br' }

describe('[PG18 PG41] the addresses of the application', () => {
  it.each(['/', '/sheets/budget', '/pages/budget'])('%s serves its page', async (path) => {
    const { status, headers } = await call(server.baseUrl + path, { headers: browser })
    expect({ status, headers }).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': expect.stringContaining("default-src 'self'"),
        'cache-control': 'no-cache',
      },
    })
  })

  it.each(['/sheets', '/nowhere'])('[OP41] %s/a/a/… is not one of them', async (path) => {
    const { status, headers, text } = await call(`${server.baseUrl}${path}${'/a'.repeat(5_000)}`, {
      headers: browser,
    })
    expect(status).toBe(404)
    expect(headers['content-type']).toBe('application/problem+json')
    expect(text.length).toBeLessThan(1_000)
  })

  it('[BR8 OF21] allows only its own scripts, and tells other sites no address', async () => {
    const { headers } = await call(server.baseUrl, { headers: browser })
    const directives = new Map(
      String(headers['content-security-policy'])
        .split('; ')
        .map((directive) => directive.split(/ (.*)/) as [string, string]),
    )
    expect(directives.get('script-src') ?? directives.get('default-src')).toBe("'self'")
    expect(directives.get('worker-src') ?? directives.get('default-src')).toBe("'self'")
    expect(Object.fromEntries(directives)).toMatchObject({
      'object-src': "'none'",
      'base-uri': "'none'",
      'form-action': "'self'",
      'frame-ancestors': "'self'",
    })
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['referrer-policy']).toBe('same-origin')
  })

  it('everything that the page refers to is served and cached for good', async () => {
    const { text } = await call(server.baseUrl)
    const assets = text.match(/\/assets\/[^"]+/g) ?? []
    expect(assets.length).toBeGreaterThan(1)
    for (const asset of assets) {
      const { status, headers } = await call(server.baseUrl + asset, { headers: browser })
      expect({ asset, status, headers }).toMatchObject({
        status: 200,
        headers: { 'cache-control': expect.stringContaining('immutable'), vary: 'Accept-Encoding' },
      })
    }
  })

  it('[OF1] shows the licences of its components', async () => {
    const { status, headers, text } = await call(`${server.baseUrl}/THIRD-PARTY-NOTICES.txt`)
    expect(status).toBe(200)
    expect(headers['content-type']).toMatch(/^text\/plain/)
    for (const name of ['@univerjs/core', '@tiptap/core', 'react', 'yjs']) {
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((?:MIT|Apache-2.0)\\)$`, 'm'))
    }
  })

  const nowhere = ['/nothing', '/index.html', '/assets', '/assets/nothing.js']
  it.each(nowhere)('%s is not found', async (path) => {
    const problem = await call(server.baseUrl + path)
    expect(problem.status).toBe(404)
    expect(JSON.parse(problem.text)).toMatchObject({ type: 'about:blank', status: 404 })
    const { status, headers } = await call(server.baseUrl + path, { headers: browser })
    expect({ status, type: headers['content-type'] }).toEqual({
      status: 404,
      type: 'text/html; charset=utf-8',
    })
    expect(headers['content-security-policy']).toBeDefined()
  })

  const outside = ['/assets/../index.html', '/assets/%2e%2e/index.html', '/assets/..%2findex.html']
  it.each(outside)('%s does not lead out of the folder', async (path) => {
    const { status, headers } = await call(server.baseUrl + path)
    expect([403, 404]).toContain(status)
    expect(headers['content-type']).toBe('application/problem+json')
  })
})
