import { describe, expect, it } from 'vitest'
import { baseOf, storedAs, withoutBase } from './base.js'
import { addressOf, parseRoute } from './route.js'

describe('the root of the application', () => {
  it.each([
    ['https://host/assets/index-x.js', '/'],
    ['https://host/apps/where/assets/index-x.js', '/apps/where/'],
    ['https://host/assets/assets/index-x.js', '/assets/'],
    ['http://localhost:5173/src/base.ts', '/'],
  ])('[OF16] %s belongs to %s', (script, base) => expect(baseOf(script)).toBe(base))

  it.each([
    ['/', '/', '/'],
    ['/sheets/a', '/', '/sheets/a'],
    ['/apps/where/', '/apps/where/', '/'],
    ['/apps/where', '/apps/where/', '/'],
    ['/apps/where/sheets/a', '/apps/where/', '/sheets/a'],
    ['/apps/whereabouts', '/apps/where/', undefined],
    ['/sheets/a', '/apps/where/', undefined],
  ])('[OF16] %s below %s is %s', (path, base, rest) => expect(withoutBase(path, base)).toBe(rest))

  it('[OF16] a document has its address below it', () => {
    const route = { kind: 'sheet', room: 'demo' } as const
    expect(addressOf(route, '/apps/where/')).toBe('/apps/where/sheets/demo')
    expect(parseRoute({ pathname: '/apps/where/sheets/demo' }, '/apps/where/')).toEqual(route)
    expect(parseRoute({ pathname: '/sheets/demo' }, '/apps/where/')).toBeUndefined()
  })

  it('[OF18] two applications of one host store their lists apart', () => {
    expect(storedAs('list', '/')).toBe('list')
    expect(storedAs('list', '/a/')).not.toBe(storedAs('list', '/b/'))
  })
})
