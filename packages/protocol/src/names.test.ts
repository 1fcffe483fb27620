import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  commentsOf,
  documentOfComments,
  isColor,
  isMemberKey,
  isOwnRoomName,
  isRoomName,
  parseUserName,
} from './names.js'

const ROOM_CHARACTERS = 'ABCXYZabcxyz0189._:~-'
const KEY_CHARACTERS = 'ABCXYZabcxyz0189_-'

const wordsOf = (characters: string) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 128 })

describe('room names', () => {
  it('[NM1] a room name is 1 to 128 of the allowed characters', () => {
    fc.assert(
      fc.property(wordsOf(ROOM_CHARACTERS), (name) => {
        expect(isRoomName(name)).toBe(name !== '.' && name !== '..')
      }),
    )
  })

  it.each([
    '__proto__',
    'constructor',
    'toString',
    '...',
    '.well-known',
    '~',
    ':',
    'a'.repeat(128),
  ])('[NM1] %s is a room name', (name) => expect(isRoomName(name)).toBe(true))

  it.each(['', '.', '..', 'a'.repeat(129), 'a b', 'a/b', 'a%20b', 'a?b', 'ä', '😀', 'a\n', '\0'])(
    '[NM1] %j is not a room name',
    (name) => expect(isRoomName(name)).toBe(false),
  )

  it('[NM1] a room name is the path segment that a URL parser keeps', () => {
    fc.assert(
      fc.property(fc.oneof(wordsOf(ROOM_CHARACTERS), wordsOf('.')), (name) => {
        fc.pre(isRoomName(name))
        expect(new URL(`/rooms/${name}/events`, 'http://host').pathname).toBe(
          `/rooms/${name}/events`,
        )
      }),
    )
  })
})

describe('comments', () => {
  it.each(['budget', 'comments', 'x'.repeat(128), '__proto__'])(
    '[CM1] on the document of %s have a room, whatever its name',
    (name) => {
      const room = commentsOf(name)
      expect(room).toBe(`comments~${name}`)
      expect(isOwnRoomName(room)).toBe(true)
      expect(documentOfComments(room!)).toBe(name)
      expect(commentsOf(room!)).toBeUndefined()
      expect(documentOfComments(name)).toBeUndefined()
    },
  )

  it.each([`view~${'x'.repeat(32)}`, '', '.', 'a b', 'x'.repeat(129)])(
    '[CM1] there are none on %j',
    (name) => {
      expect(commentsOf(name)).toBeUndefined()
      expect(isOwnRoomName(`comments~${name}`)).toBe(false)
    },
  )
})

describe('member keys', () => {
  it('[NM2] a member key is 1 to 128 of the allowed characters', () => {
    fc.assert(
      fc.property(wordsOf(KEY_CHARACTERS), (key) => {
        expect(isMemberKey(key)).toBe(true)
      }),
    )
  })

  it.each(['', 'a'.repeat(129), 'a.b', 'a:b', 'a~b', 'a b', 'ä', 'a\n', 'a\r', '\0'])(
    '[NM2] %j is not a member key',
    (key) => expect(isMemberKey(key)).toBe(false),
  )
})

describe("users' names", () => {
  it.each([
    ['Ada', 'Ada'],
    ['  Ada Lovelace\u3000', 'Ada Lovelace'],
    ['\tAda\r\n', 'Ada'],
    ['a', 'a'],
    ['李小龍', '李小龍'],
    ['نجيب محفوظ', 'نجيب محفوظ'],
    ['👩‍👩‍👧‍👦', '👩‍👩‍👧‍👦'],
    ['__proto__', '__proto__'],
    ['😀'.repeat(64), '😀'.repeat(64)],
    [` ${'x'.repeat(64)} `, 'x'.repeat(64)],
  ])('[NM3] %j is the name %j', (text, name) => expect(parseUserName(text)).toBe(name))

  it.each([
    '',
    ' \t\u3000\n',
    'x'.repeat(65),
    '😀'.repeat(65),
    'a\nb',
    'a\tb',
    'a\0b',
    'a\u007fb',
    'a\u0085b',
    '\u001b[31mred',
    '\ud83d',
    'a\ude00b',
  ])('[NM3] %j is not a name', (text) => expect(parseUserName(text)).toBeUndefined())

  const BIDIRECTIONAL = [
    0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069,
  ]
  it.each([...BIDIRECTIONAL, 0x2028, 0x2029].map((code) => [code.toString(16), code] as const))(
    '[NM10] a name with U+%s in it is not valid',
    (_hex, code) => {
      expect(parseUserName(`a${String.fromCodePoint(code)}b`)).toBeUndefined()
    },
  )

  it('[NM3] for any text, a name is 1 to 64 characters, trimmed, and parsing it again doesn’t change it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        const name = parseUserName(text)
        if (name === undefined) return
        expect(name).toBe(text.trim())
        expect(Array.from(name).length).toBeGreaterThan(0)
        expect(Array.from(name).length).toBeLessThanOrEqual(64)
        expect(parseUserName(name)).toBe(name)
      }),
    )
  })
})

describe('colors', () => {
  it.each(['#000000', '#e11d48', '#ABCDEF'])('[NM4] %s is a color', (text) => {
    expect(isColor(text)).toBe(true)
  })

  it.each([
    '',
    '#',
    'e11d48',
    '#fff',
    '#e11d4',
    '#e11d488',
    '#e11d4g',
    ' #e11d48',
    '#e11d48\n',
    'red',
  ])('[NM4] %j is not a color', (text) => expect(isColor(text)).toBe(false))
})

describe('values that aren’t strings', () => {
  // Query parsers return such values, and applications pass them on unchecked.
  const NO_TEXTS = [undefined, null, 5, true, {}, ['a'], { toString: () => 'a' }]

  it.each(NO_TEXTS)('[NM1] [NM2] [NM3] [NM4] %j is not a name, key or color', (value) => {
    expect(isRoomName(value)).toBe(false)
    expect(isMemberKey(value)).toBe(false)
    expect(isColor(value)).toBe(false)
    expect(isColor(['#e11d48'])).toBe(false)
    expect(parseUserName(value)).toBeUndefined()
  })
})
