import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readAuth } from './auth-settings.js'

type Variables = { readonly [name: string]: string }

const SECRET = 's'.repeat(32)
const OIDC = {
  WHEREABOUTS_AUTH: 'oidc',
  WHEREABOUTS_OIDC_ISSUER: 'https://id.example.com',
  WHEREABOUTS_OIDC_CLIENT_ID: 'whereabouts',
  WHEREABOUTS_OIDC_CLIENT_SECRET: 'secret',
  WHEREABOUTS_PUBLIC_URL: 'https://sheets.example.com',
}

const read = (variables: Variables, host = '127.0.0.1') =>
  readAuth(new Map(Object.entries(variables)), host)

/** Returns the variables that the faults name, in order. */
const named = (variables: Variables, host?: string) =>
  read(variables, host).faults.map((fault) => fault.split(':')[0]!.replace('WHEREABOUTS_', ''))

describe('[OP10] who may call', () => {
  it.each(['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1', 'localhost', 'LOCALHOST'])(
    'is anyone by default on %s, which only this machine can reach',
    (host) => expect(read({}, host)).toEqual({ auth: { mode: 'open' }, faults: [] }),
  )

  it.each(['0.0.0.0', '::', '10.0.0.1', 'sheets.example.com', '::ffff:10.0.0.1', '128.0.0.1'])(
    'must be set if the server listens on %s',
    (host) => {
      const { auth, faults } = read({}, host)
      expect(auth).toBeUndefined()
      expect(faults).toEqual([expect.stringContaining('set it to "jwt", "proxy" or "oidc"')])
      expect(faults[0]).toMatch(/or to "open" if anybody who reaches it may read and write$/)
      expect(read({ WHEREABOUTS_AUTH: 'open' }, host).auth).toEqual({ mode: 'open' })
    },
  )

  it('has four modes', () => {
    expect(read({ WHEREABOUTS_AUTH: 'none' }).faults).toEqual([
      'WHEREABOUTS_AUTH: must be "open" or "jwt" or "proxy" or "oidc"',
    ])
  })
})

describe('[OP11] invalid, missing and unused settings are reported by name', () => {
  it.each<[string, Variables, string[]]>([
    ['jwt without a key', { WHEREABOUTS_AUTH: 'jwt' }, ['JWT_SECRET']],
    [
      'jwt with both kinds of keys',
      {
        WHEREABOUTS_AUTH: 'jwt',
        WHEREABOUTS_JWT_SECRET: SECRET,
        WHEREABOUTS_JWKS: 'https://a.example/keys',
      },
      ['JWKS'],
    ],
    [
      'a short secret',
      { WHEREABOUTS_AUTH: 'jwt', WHEREABOUTS_JWT_SECRET: 'x'.repeat(31) },
      ['JWT_SECRET'],
    ],
    [
      'keys from an unencrypted address',
      { WHEREABOUTS_AUTH: 'jwt', WHEREABOUTS_JWKS: 'http://id.example.com/keys' },
      ['JWKS'],
    ],
    [
      'keys at an address with a password, which would be logged',
      { WHEREABOUTS_AUTH: 'jwt', WHEREABOUTS_JWKS: 'https://me:secret@id.example.com/keys' },
      ['JWKS'],
    ],
    [
      'a file of keys that is not there',
      { WHEREABOUTS_AUTH: 'jwt', WHEREABOUTS_JWKS: '/nowhere/keys.json' },
      ['JWKS'],
    ],
    [
      'an invalid name of a cookie',
      {
        WHEREABOUTS_AUTH: 'jwt',
        WHEREABOUTS_JWT_SECRET: SECRET,
        WHEREABOUTS_JWT_COOKIE: 'a cookie',
      },
      ['JWT_COOKIE'],
    ],
    ['proxy without addresses', { WHEREABOUTS_AUTH: 'proxy' }, ['TRUSTED_PROXIES']],
    [
      'a proxy at every address',
      { WHEREABOUTS_AUTH: 'proxy', WHEREABOUTS_TRUSTED_PROXIES: '10.0.0.0/8, 0.0.0.0/0' },
      ['TRUSTED_PROXIES'],
    ],
    [
      'headers that are invalid or the same',
      {
        WHEREABOUTS_AUTH: 'proxy',
        WHEREABOUTS_TRUSTED_PROXIES: '10.0.0.0/8',
        WHEREABOUTS_PROXY_USER_HEADER: 'Remote-User',
        WHEREABOUTS_PROXY_NAME_HEADER: 'remote-user',
        WHEREABOUTS_PROXY_EMAIL_HEADER: 'Remote Email',
      },
      ['PROXY_EMAIL_HEADER', 'PROXY_USER_HEADER'],
    ],
    [
      'oidc without settings',
      { WHEREABOUTS_AUTH: 'oidc' },
      ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'PUBLIC_URL'],
    ],
    [
      'oidc without TLS, below a path and without an ID token',
      {
        ...OIDC,
        WHEREABOUTS_OIDC_ISSUER: 'http://id.example.com',
        WHEREABOUTS_PUBLIC_URL: 'https://example.com/sheets',
        WHEREABOUTS_OIDC_SCOPE: 'profile',
      },
      ['OIDC_ISSUER', 'PUBLIC_URL', 'OIDC_SCOPE'],
    ],
    [
      'settings of other modes',
      {
        ...OIDC,
        WHEREABOUTS_JWT_SECRET: SECRET,
        WHEREABOUTS_PROXY_USER_HEADER: 'Remote-User',
      },
      ['JWT_SECRET', 'PROXY_USER_HEADER'],
    ],
    ['settings of a mode that is not set', { WHEREABOUTS_JWT_SECRET: SECRET }, ['JWT_SECRET']],
  ])('%s', (_what, variables, faulty) => {
    expect(read(variables).auth).toBeUndefined()
    expect(named(variables)).toEqual(faulty)
  })

  it('a file of keys without keys', () => {
    const folder = mkdtempSync(join(tmpdir(), 'whereabouts-'))
    try {
      for (const text of ['{"keys":[]}', '{}', 'null', '[]', 'keys']) {
        const file = join(folder, 'keys.json')
        writeFileSync(file, text)
        expect(named({ WHEREABOUTS_AUTH: 'jwt', WHEREABOUTS_JWKS: file })).toEqual(['JWKS'])
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('valid settings are accepted', () => {
    expect(read(OIDC)).toEqual({
      auth: {
        mode: 'oidc',
        issuer: new URL('https://id.example.com'),
        clientId: 'whereabouts',
        clientSecret: 'secret',
        scope: 'openid profile email',
        publicUrl: new URL('https://sheets.example.com'),
      },
      faults: [],
    })
    const onLoopback = {
      WHEREABOUTS_OIDC_ISSUER: 'http://127.0.0.1:4000',
      WHEREABOUTS_PUBLIC_URL: 'http://localhost:3000/',
    }
    expect(read({ ...OIDC, ...onLoopback }).faults).toEqual([])
    const jwt = { WHEREABOUTS_AUTH: 'jwt', WHEREABOUTS_JWKS: 'https://id.example.com/keys' }
    expect(read(jwt).auth).toMatchObject({ key: { jwks: new URL('https://id.example.com/keys') } })
  })
})
