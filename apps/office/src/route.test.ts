import { describe, expect, it } from 'vitest'
import { parseRoute } from './route.js'

describe('the address of a sheet', () => {
  it.each([
    ['/sheets/demo', '', { room: 'demo', watch: false }],
    ['/sheets/demo/', '?watch=1', { room: 'demo', watch: true }],
    ['/sheets/__proto__', '', { room: '__proto__', watch: false }],
    [`/sheets/${'r'.repeat(128)}`, '', { room: 'r'.repeat(128), watch: false }],
  ])('[SH11] %s%s', (pathname, search, route) => {
    expect(parseRoute({ pathname, search })).toEqual(route)
  })

  it.each([
    '/',
    '/sheets',
    '/sheets/',
    '/sheets/a/b',
    '/sheets/a%20b',
    `/sheets/${'r'.repeat(129)}`,
  ])('[SH11] %s is not a sheet', (pathname) =>
    expect(parseRoute({ pathname, search: '' })).toBeUndefined(),
  )
})
