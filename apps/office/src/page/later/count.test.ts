import { getSchema } from '@tiptap/core'
import { describe, expect, it } from 'vitest'
import { CONTENT } from '../extensions.js'
import { countText } from './count.js'
import { depthsOf, headingsOf } from './headings.js'

describe('the size of a text', () => {
  it.each([
    ['', 0],
    ['two words', 2],
    ['don’t stop, 1,000.5 times', 4],
    ['第一季度预算', 6],
    ['看 Q3 预算 draft', 5],
    ['ひらがな', 4],
    ['한국어 단어', 2],
    ['naïve café', 2],
    ['one\ntwo\n\nthree', 3],
    ['… — !', 0],
  ])('[PE12] %j has %i words', (text, words) => {
    expect(countText(text).words).toBe(words)
  })

  it('[PE12] has characters as people see them', () => {
    expect(countText('a b\n💶 c')).toEqual({ words: 3, characters: 6, withoutSpaces: 4 })
  })
})

describe('the outline', () => {
  const schema = getSchema(CONTENT)
  const heading = (level: number, text: string) =>
    schema.node('heading', { level }, text === '' ? [] : [schema.text(text)])

  it('[PE11] has the headings with text, and leaves out no depth', () => {
    const doc = schema.node('doc', null, [
      heading(2, 'Part'),
      heading(4, 'Detail'),
      heading(3, ' '),
      schema.node('paragraph'),
      heading(3, 'More'),
      heading(1, 'Top'),
      heading(2, 'Below'),
    ])
    const headings = headingsOf(doc)
    expect(headings.map(({ text }) => text)).toEqual(['Part', 'Detail', 'More', 'Top', 'Below'])
    expect(depthsOf(headings)).toEqual([0, 1, 1, 0, 1])
    expect(doc.resolve(headings[3]!.at).parent.textContent).toBe('Top')
  })
})
