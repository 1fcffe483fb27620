import { expect, it } from 'vitest'
import { linesBeyond } from './unsaved-text.js'

it.each([
  ['a\nb\nc', 'a\nc', 'b'],
  ['a\na\na', 'a', 'a\na'],
  ['a\tb', 'a\tB', 'a\tb'],
  ['a', 'a\nb', ''],
  ['', '', ''],
  ['a', '', 'a'],
])('[OF19] of %j, the lines that %j lacks are %j', (text, other, lines) => {
  expect(linesBeyond(text, other)).toBe(lines)
})
