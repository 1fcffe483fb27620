import { expect, it } from 'vitest'
import { texts as english } from './languages/en.js'
import type { CellTexts } from './texts.js'

const namesIn = (files: object) => new Set(Object.keys(files).map((file) => file.split('/').at(-1)))

it('[LA8] what is said about cells is there in every language of the application', () => {
  const own = import.meta.glob<{ readonly texts: CellTexts }>('./languages/*.ts', { eager: true })
  expect(namesIn(own)).toEqual(namesIn(import.meta.glob('../languages/*.ts')))
  for (const { texts } of Object.values(own)) {
    expect(Object.keys(texts).toSorted()).toEqual(Object.keys(english).toSorted())
    expect(texts.noteOf('B2')).toContain('B2')
    expect(texts.noteFull('10,000')).toContain('10,000')
    expect(texts.linkOf('B2')).toContain('B2')
  }
})
