import type { JWTPayload } from 'jose'
import { describe, expect, it } from 'vitest'
import { grants, readClaims } from './claims.js'

const GOOD = { sub: 'ann', exp: 2_000_000_000 }
const read = (claims: object) => readClaims(claims as JWTPayload)

describe('the claims of a token', () => {
  it('[OP16] are the user', () => {
    const shown = { name: 'Ann', picture: 'https://a.example/ann.png', color: '#e11d48' }
    expect(read({ ...GOOD, ...shown })).toEqual({
      user: {
        id: 'ann',
        name: 'Ann',
        avatar: 'https://a.example/ann.png',
        color: '#e11d48',
        expiresAtMs: 2_000_000_000_000,
      },
      rooms: undefined,
    })
  })

  it.each<object>([
    { exp: 2e9 },
    { sub: '', exp: 2e9 },
    { sub: 5, exp: 2e9 },
    { sub: ['ann'], exp: 2e9 },
    { sub: 'a'.repeat(256), exp: 2e9 },
    { sub: 'ann' },
    { sub: 'ann', exp: '2000000000' },
    { sub: 'ann', exp: Infinity },
    { sub: 'ann', exp: NaN },
    { sub: 'ann', exp: 1e300 },
  ])('[OP15] are refused without a user or an end: %j', (claims) => {
    expect(read(claims)).toBeUndefined()
  })

  it.each<unknown>([
    null,
    {},
    'budget',
    ['budget'],
    [null],
    [{ room: 'budget' }],
    [{ can: ['watch'] }],
    [{ room: 'budget', can: 'watch' }],
    [{ room: 'budget', can: ['watch', 'rite'] }],
    [{ room: 'budget', can: [1] }],
    [{ room: '', can: ['watch'] }],
    [{ room: '*budget', can: ['watch'] }],
    [{ room: 'bud*get', can: ['watch'] }],
    [{ room: 'budget**', can: ['watch'] }],
    [{ room: 'bud/get', can: ['watch'] }],
    [{ room: ['budget'], can: ['watch'] }],
    [{ room: 'good', can: ['watch'] }, { room: 'budget' }],
  ])('[OP17] are refused with rooms of another form: %j', (rooms) => {
    expect(read({ ...GOOD, rooms })).toBeUndefined()
  })
})

describe('[OP17] the rooms of a token', () => {
  const rooms = read({
    ...GOOD,
    rooms: [
      { room: 'budget', can: ['watch', 'write'] },
      { room: 'budget', can: ['comment'] },
      { room: 'team-*', can: ['join'] },
    ],
  })!.rooms!

  it.each([
    ['budget', 'watch', true],
    ['budget', 'write', true],
    ['budget', 'comment', true],
    ['budget', 'join', false],
    ['budget', 'manage', false],
    ['budget-2', 'watch', false],
    ['Budget', 'watch', false],
    ['team-', 'join', true],
    ['team-a*', 'join', true],
    ['team', 'join', false],
    ['my-team-a', 'join', false],
    ['team-a', 'watch', false],
  ] as const)('say of %s and %s: %s', (room, action, may) => {
    expect(grants(rooms, room, action)).toBe(may)
  })

  it('give no rights if there are none, and rights in every room if the name is `*`', () => {
    expect(grants(read({ ...GOOD, rooms: [] })!.rooms!, 'budget', 'watch')).toBe(false)
    const all = read({ ...GOOD, rooms: [{ room: '*', can: ['watch'] }] })!.rooms!
    expect(grants(all, 'budget', 'watch')).toBe(true)
    expect(grants(all, 'budget', 'join')).toBe(false)
  })
})
