import { expect, it } from 'vitest'
import { texts as english } from './languages/en.js'
import type { MathTexts } from './texts.js'

const namesIn = (files: object) => new Set(Object.keys(files).map((file) => file.split('/').at(-1)))

it('[LA8] formulas speak every language of the application', () => {
  const own = import.meta.glob<{ readonly texts: MathTexts }>('./languages/*.ts', { eager: true })
  expect(namesIn(own)).toEqual(namesIn(import.meta.glob('../../../languages/*.ts')))
  for (const { texts } of Object.values(own)) {
    expect(Object.keys(texts).toSorted()).toEqual(Object.keys(english).toSorted())
    expect(texts.wrongAt(38, 'why')).toMatch(/38.*why/)
    expect(texts.noMacros(String.raw`\def`)).toContain(String.raw`\def`)
  }
})
