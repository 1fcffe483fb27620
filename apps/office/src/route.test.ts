import { isRoomName } from '@whereabouts/client'
import { describe, expect, it } from 'vitest'
import { addressOf, commentsOf, isOfComments, newRoom, parseRoute, type Kind } from './route.js'

describe('an address', () => {
  it.each([
    ['/', { kind: 'home' }],
    ['/doctor', { kind: 'doctor' }],
    ['/inspect/demo', { kind: 'inspect', room: 'demo' }],
    ['/sheets/demo', { kind: 'sheet', room: 'demo' }],
    ['/sheets/demo/', { kind: 'sheet', room: 'demo' }],
    ['/sheets/__proto__', { kind: 'sheet', room: '__proto__' }],
    ['/pages/minutes', { kind: 'page', room: 'minutes' }],
    [`/pages/${'r'.repeat(128)}`, { kind: 'page', room: 'r'.repeat(128) }],
  ])('[SH11] %s', (pathname, route) => {
    expect(parseRoute({ pathname })).toEqual(route)
  })

  it.each([
    '/sheets',
    '/sheets/',
    '/pages',
    '/books/demo',
    '/inspect',
    '/inspects/demo',
    '/sheets/a/b',
    '/pages/a%20b',
    `/sheets/${'r'.repeat(129)}`,
    '/pages/comments~notes',
    '/inspect/comments~notes',
  ])('[SH11] %s is no document', (pathname) => expect(parseRoute({ pathname })).toBeUndefined())

  it('[CM1] a document’s comments have a room beside it, and a view link has none', () => {
    expect(commentsOf('notes')).toBe('comments~notes')
    expect(isOfComments('comments~notes')).toBe(true)
    expect(isOfComments('notes')).toBe(false)
    expect(commentsOf(`view~${'a'.repeat(32)}`)).toBeUndefined()
  })

  it.each<Kind>(['sheet', 'page'])('[PG3] a new %s gets a random one', (kind) => {
    const rooms = Array.from({ length: 100 }, () => newRoom(kind))
    expect(new Set(rooms).size).toBe(100)
    for (const room of rooms) {
      expect(isRoomName(room)).toBe(true)
      // Six bits each.
      expect(room.length - kind.length - 1).toBe(16)
      expect(parseRoute({ pathname: addressOf({ kind, room }) })).toEqual({ kind, room })
    }
  })
})
