import { expect, it } from 'vitest'
import { texts as english } from './languages/en.js'
import type { PrintTexts } from './texts.js'

const namesIn = (files: object) => new Set(Object.keys(files).map((file) => file.split('/').at(-1)))

it('[LA8] the print dialog speaks every language of the application', () => {
  const own = import.meta.glob<{ readonly texts: PrintTexts }>('./languages/*.ts', { eager: true })
  expect(namesIn(own)).toEqual(namesIn(import.meta.glob('../languages/*.ts')))
  for (const { texts } of Object.values(own)) {
    expect(Object.keys(texts).toSorted()).toEqual(Object.keys(english).toSorted())
    for (const said of [texts.pageOf, texts.tooMany, texts.preparing]) {
      expect(said(38, 500)).toMatch(/38.*500/)
    }
  }
})
