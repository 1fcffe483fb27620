import { getSchema } from '@tiptap/core'
import { expect, it } from 'vitest'
import { CONTENT } from '../extensions.js'
import { matchesIn } from './find.js'

const schema = getSchema(CONTENT)

it('[PE13] finds each sign that a keyboard has', () => {
  const signs = Array.from({ length: 0x7f - 0x20 }, (_, at) => String.fromCharCode(0x20 + at))
  const line = schema.node('paragraph', null, schema.text(signs.join('')))
  const page = schema.node('doc', null, line)
  const found = signs.map((query) => matchesIn(page, { query, isExact: true }))
  expect(found).toEqual(signs.map((_, at) => [{ from: at + 1, to: at + 2 }]))
})

it('[PE13] finds text that has several marks, and upper and lower case only if asked', () => {
  const bold = schema.text('Te', [schema.mark('bold')])
  const page = schema.node(
    'doc',
    null,
    schema.node('paragraph', null, [bold, schema.text('a tea')]),
  )
  const of = (isExact: boolean) => matchesIn(page, { query: 'tea', isExact })
  expect(of(false)).toEqual([
    { from: 1, to: 4 },
    { from: 5, to: 8 },
  ])
  expect(of(true)).toEqual([{ from: 5, to: 8 }])
})
