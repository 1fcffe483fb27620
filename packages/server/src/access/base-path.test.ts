import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { readBasePath } from './base-path.js'
import { Proxies } from './proxies.js'

const LONGEST = `/${'a'.repeat(127)}`

describe('a base path', () => {
  it.each([
    ['/apps/where', '/apps/where'],
    ['/apps/where/', '/apps/where'],
    ['/~ann/a.b-c_d', '/~ann/a.b-c_d'],
    ['/...', '/...'],
    ['/', ''],
    ['', ''],
    [LONGEST, LONGEST],
  ])('[HT31] %s', (text, path) => expect(readBasePath(text)).toBe(path))

  it.each([
    'apps',
    '//evil.example',
    '/apps//where',
    '/apps/../where',
    '/..',
    '/./apps',
    '/apps/where//',
    '/a b',
    '/a%2fb',
    '/a\\b',
    '/a;b',
    '/a?b',
    '/a#b',
    '/"><script>',
    '/a, /b',
    '/a\n',
    'https://evil.example/a',
    `${LONGEST}a`,
  ])('[HT31] %j is none', (text) => expect(readBasePath(text)).toBeUndefined())
})

describe('the prefix of a request', () => {
  const from = (remoteAddress: string, said?: string) =>
    ({
      socket: { remoteAddress },
      headers: said === undefined ? {} : { 'x-forwarded-prefix': said },
    }) as unknown as IncomingMessage
  const proxies = new Proxies(['10.0.0.1'])

  it('[BR1 HT30] is what a trusted proxy says', () => {
    expect(proxies.prefixOf(from('10.0.0.1', '/apps/where/'))).toBe('/apps/where')
    expect(proxies.prefixOf(from('10.0.0.1', '/'))).toBe('')
    expect(proxies.prefixOf(from('10.0.0.1'))).toBeUndefined()
  })

  it('[BR1 HT31] is nothing that anybody else says, or that is no path', () => {
    expect(proxies.prefixOf(from('10.0.0.2', '/apps/where'))).toBeUndefined()
    expect(proxies.prefixOf(from('10.0.0.1', '//evil.example'))).toBeUndefined()
  })

  it('[HT30] is the setting, whatever a proxy says', () => {
    const set = new Proxies(['10.0.0.1'], '/docs')
    expect(set.prefixOf(from('10.0.0.1', '/apps/where'))).toBe('/docs')
    expect(set.prefixOf(from('10.0.0.2'))).toBe('/docs')
    expect(new Proxies(['10.0.0.1'], '/').prefixOf(from('10.0.0.1', '/apps'))).toBe('')
  })
})
