import { describe, expect, it } from 'vitest'
import { readSettings } from './settings.js'

describe('settings', () => {
  it('default to this machine only; an empty variable counts as unset', () => {
    expect(readSettings({ PORT: '', WHEREABOUTS_LEASE_MS: '', PATH: '/bin' })).toEqual({
      port: 3000,
      host: '127.0.0.1',
      allowedHosts: [],
      logLevel: 'info',
      offline: true,
      auth: { mode: 'open' },
      options: { dataDir: 'data' },
    })
  })

  it('come from the environment', () => {
    const environment = {
      PORT: '0',
      HOST: '0.0.0.0',
      WHEREABOUTS_AUTH: 'open',
      CORS_ORIGINS: 'https://a.example, https://b.example',
      LOG_LEVEL: 'warn',
      WHEREABOUTS_OFFLINE: 'off',
      WHEREABOUTS_DATA: '/srv/data',
      WHEREABOUTS_SECRET: 'a secret of some length',
      WHEREABOUTS_LEASE_MS: '5000',
      WHEREABOUTS_MAX_LOCATION_BYTES: '256',
    }
    expect(readSettings(environment)).toEqual({
      port: 0,
      host: '0.0.0.0',
      allowedHosts: [],
      logLevel: 'warn',
      offline: false,
      auth: { mode: 'open' },
      options: {
        dataDir: '/srv/data',
        secret: 'a secret of some length',
        leaseMs: 5000,
        maxLocationBytes: 256,
        allowedOrigins: ['https://a.example', 'https://b.example'],
      },
    })
  })

  it.each(['https://a.example/', 'a.example', 'https://a.example/app', 'null'])(
    'are refused with an origin that no browser sends: %s',
    (origin) => {
      expect(() => readSettings({ CORS_ORIGINS: `https://b.example, ${origin}` })).toThrow(
        'CORS_ORIGINS: must be an origin like "https://example.com"',
      )
    },
  )

  it('are refused with a list of all faults, including misspelt names', () => {
    const environment = {
      PORT: '70000',
      LOG_LEVEL: 'loud',
      WHEREABOUTS_LEASE_MS: '5s',
      WHEREABOUTS_MAX_ROOMS: '0',
      WHEREABOUTS_LEESE_MS: '5',
    }
    expect(() => readSettings(environment)).toThrow(TypeError)
    for (const variable of Object.keys(environment)) {
      expect(() => readSettings(environment)).toThrow(`\n  ${variable}: `)
    }
  })

  it('[BR6] know the server by the name in its address for browsers', () => {
    const oidc = {
      WHEREABOUTS_AUTH: 'oidc',
      WHEREABOUTS_OIDC_ISSUER: 'https://id.example.com',
      WHEREABOUTS_OIDC_CLIENT_ID: 'whereabouts',
      WHEREABOUTS_OIDC_CLIENT_SECRET: 'secret',
      WHEREABOUTS_PUBLIC_URL: 'https://sheets.example.com',
    }
    expect(readSettings(oidc).allowedHosts).toEqual(['sheets.example.com'])
    const more = { ...oidc, WHEREABOUTS_ALLOWED_HOSTS: 'docs.example.com' }
    expect(readSettings(more).allowedHosts).toEqual(['docs.example.com', 'sheets.example.com'])
  })

  it.each([
    'apps',
    '//apps',
    '/a/../b',
    '/a b',
    '/%61',
    `/${'a'.repeat(128)}`,
    '/sheets',
    '/rooms/a',
  ])('[HT31 OP34] are refused with a wrong path: %s', (path) => {
    const environment = { WHEREABOUTS_BASE_PATH: path }
    expect(() => readSettings(environment)).toThrow('\n  WHEREABOUTS_BASE_PATH: must ')
  })

  it('[OP34 OP35] have one path for everything', () => {
    const oidc = {
      WHEREABOUTS_AUTH: 'oidc',
      WHEREABOUTS_OIDC_ISSUER: 'https://id.example.com',
      WHEREABOUTS_OIDC_CLIENT_ID: 'whereabouts',
      WHEREABOUTS_OIDC_CLIENT_SECRET: 'secret',
      WHEREABOUTS_PUBLIC_URL: 'https://example.com/apps/where',
    }
    expect(readSettings(oidc).options.basePath).toBe('/apps/where/')
    const same = { ...oidc, WHEREABOUTS_BASE_PATH: '/apps/where' }
    expect(readSettings(same).options.basePath).toBe('/apps/where/')
    const other = { ...oidc, WHEREABOUTS_BASE_PATH: '/apps' }
    expect(() => readSettings(other)).toThrow('WHEREABOUTS_BASE_PATH: must be the path of')
    const own = { ...oidc, WHEREABOUTS_PUBLIC_URL: 'https://example.com/pages' }
    expect(() => readSettings(own)).toThrow('WHEREABOUTS_PUBLIC_URL: must be an address')
  })

  it.each([
    [{ PORT: 'abc' }, 'PORT: must be a whole number, not "abc"'],
    [{ PORT: '70000' }, 'PORT: must be at most 65535'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL: must be "fatal" or "error" or'],
    [{ WHEREABOUTS_MAX_STORED_BYTES: '-1' }, 'WHEREABOUTS_MAX_STORED_BYTES: must be at least 0'],
  ])('say what they must be: %j', (environment, what) => {
    expect(() => readSettings(environment)).toThrow(what)
  })

  it('[OP8] are named in messages by their variables', () => {
    expect(() => readSettings({ WHEREABOUTS_LEASE_MS: '5s' })).toThrow(
      'WHEREABOUTS_LEASE_MS: must be a number, not "5s"',
    )
    const redis = { REDIS_URL: 'redis://a', DATABASE_URL: 'postgres://a' }
    expect(() => readSettings(redis)).toThrow('WHEREABOUTS_SECRET: is required with REDIS_URL')
    expect(() => readSettings({ WHEREABOUTS_MAX_UPDATE_BYTES: '60000000' })).toThrow(
      'WHEREABOUTS_MAX_ARRIVING_BYTES: must be at least WHEREABOUTS_MAX_UPDATE_BYTES',
    )
    const small = { WHEREABOUTS_MAX_ARRIVING_BYTES: '1000' }
    expect(() => readSettings(small)).toThrow(/: must be at least WHEREABOUTS_MAX_UPDATE_BYTES$/m)
  })
})
