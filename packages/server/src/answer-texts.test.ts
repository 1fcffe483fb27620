import { expect, it } from 'vitest'
import { AnswerTexts } from './answer-texts.js'

it('[FR28] makes a text once while it is kept, and drops the one that was asked for least recently', () => {
  const texts = new AnswerTexts(3_000)
  const made: string[] = []
  const ask = (name: string) =>
    texts.get(name, () => {
      made.push(name)
      return name
    })
  expect(ask('a')).toBe(ask('a'))
  ask('b')
  ask('a')
  ask('c')
  expect(made).toEqual(['a', 'b', 'c'])
  ask('a')
  expect(made).toEqual(['a', 'b', 'c'])
  ask('b')
  expect(made).toEqual(['a', 'b', 'c', 'b'])
})

it('[FR28] keeps no text that is larger than all may be', () => {
  const texts = new AnswerTexts(3_000)
  const large = () => 'x'.repeat(4_000)
  expect(texts.get('large', large)).not.toBe(texts.get('large', large))
})
