import { expect, it } from 'vitest'
import { afterRemoval, mayBeStored, newIncarnation } from './incarnations.js'

it('[DO47] names begin with the number of deletions, and never repeat', () => {
  const names = Array.from({ length: 1_000 }, () => newIncarnation('.3'))
  for (const name of names) expect(name).toMatch(/^3-[\w-]{12}$/)
  expect(new Set(names).size).toBe(names.length)
  expect(afterRemoval(names[0]!)).toBe('.4')
})

it('[DO47] the names of earlier servers count as well', () => {
  expect(afterRemoval('0')).toBe('.1')
  expect(afterRemoval('kX3v-_')).toBe('.2')
})

it.each([
  ['.0', '0-a', true],
  ['.0', '0', true],
  ['.0', '2-a', true],
  ['.2', '2-a', true],
  ['.2', '1-a', false],
  ['.1', '0', false],
  ['0-a', '0-a', true],
  ['0-a', '0-b', false],
  ['0-a', '1-a', false],
  ['0-a', '.0', true],
  ['1-a', '.0', false],
  ['.1', '.0', false],
  ['.0', '.0', true],
  ['.0', 'never', false],
  ['.0', '1234567890-a', false],
])('[DO48 DO96] in the place of %s, an update for %s may be stored: %s', (current, named, may) => {
  expect(mayBeStored('one', current, named)).toBe(may)
})

it('[DO96 CM2] comments don’t come back before their document', () => {
  expect(mayBeStored('comments~one', '.0', '0-a')).toBe(false)
  expect(mayBeStored('comments~one', '0-a', '0-a')).toBe(true)
})
