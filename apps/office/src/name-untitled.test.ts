import { beforeAll, expect, it } from 'vitest'
import { speak } from './language/language.js'
import { nameUntitled } from './name-untitled.js'
import { newRoom, type Kind } from './route.js'

beforeAll(() => speak('en'))

it.each<Kind>(['sheet', 'page'])('[PG3] names an untitled %s', (kind) => {
  expect(nameUntitled({ kind, room: newRoom(kind) })).toBe(`Untitled ${kind}`)
})

it('[PG3] names an untitled document by its room, if a person chose that', () => {
  expect(nameUntitled({ kind: 'sheet', room: 'demo' })).toBe('demo')
})
