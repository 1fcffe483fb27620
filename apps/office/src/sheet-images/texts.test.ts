import { expect, it } from 'vitest'
import { texts as english } from './languages/en.js'
import type { ImageTexts } from './texts.js'

const namesIn = (files: object) => new Set(Object.keys(files).map((file) => file.split('/').at(-1)))

it('[LA8] what is said about images of a sheet is there in every language of the application', () => {
  const own = import.meta.glob<{ readonly texts: ImageTexts }>('./languages/*.ts', { eager: true })
  expect(namesIn(own)).toEqual(namesIn(import.meta.glob('../languages/*.ts')))
  for (const { texts } of Object.values(own)) {
    expect(Object.keys(texts).toSorted()).toEqual(Object.keys(english).toSorted())
    expect(texts.imageOf('a chart')).toContain('a chart')
    expect(texts.insertedAt('B2')).toContain('B2')
    expect(texts.movedTo('B2')).toContain('B2')
    expect(texts.resizedTo('40', '30')).toMatch(/40.*30/)
    expect(texts.tooMany('100')).toContain('100')
  }
})
