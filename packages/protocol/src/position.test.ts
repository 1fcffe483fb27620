import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatPosition, parsePosition } from './position.js'

const EPOCH_CHARACTERS = 'ABCXYZabcxyz0189_-'

it('a formatted position parses to itself', () => {
  const anyPosition = fc.record({
    epoch: fc.string({ unit: fc.constantFrom(...EPOCH_CHARACTERS), minLength: 1, maxLength: 32 }),
    version: fc.maxSafeNat(),
  })
  fc.assert(
    fc.property(anyPosition, (position) => {
      expect(parsePosition(formatPosition(position))).toEqual(position)
    }),
  )
})

it('[ST9] parsing any text gives a position or undefined, and never throws', () => {
  const almost = fc.string({ unit: fc.constantFrom(...'a1:0-_ .'), maxLength: 40 })
  fc.assert(
    fc.property(fc.oneof(almost, fc.string({ unit: 'binary' })), (text) => {
      const position = parsePosition(text)
      expect(position === undefined || formatPosition(position) === text).toBe(true)
    }),
  )
})

it.each([
  '',
  ':',
  '41',
  '6f2c81',
  '6f2c81:',
  ':41',
  '6f2c81:-1',
  '6f2c81:+1',
  '6f2c81:01',
  '6f2c81:1.0',
  '6f2c81:1e3',
  '6f2c81:0x1',
  '6f2c81:41\n',
  ' 6f2c81:41',
  '6f2c81:41:42',
  'a.b:1',
  '6f2c81:9007199254740992',
  '6f2c81:99999999999999999999',
  `${'e'.repeat(33)}:1`,
])('[ST9] %j is not a position', (text) => expect(parsePosition(text)).toBeUndefined())

it('the largest version is the largest safe integer', () => {
  expect(parsePosition('e:9007199254740991')).toEqual({ epoch: 'e', version: 9007199254740991 })
})
