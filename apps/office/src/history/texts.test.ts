import { expect, it } from 'vitest'
import { texts as english } from './languages/en.js'
import type { HistoryTexts } from './texts.js'

const namesIn = (files: object) => new Set(Object.keys(files).map((file) => file.split('/').at(-1)))

it('[LA8] the history speaks every language of the application', () => {
  const own = import.meta.glob<{ readonly texts: HistoryTexts }>('./languages/*.ts', {
    eager: true,
  })
  expect(namesIn(own)).toEqual(namesIn(import.meta.glob('../languages/*.ts')))
  for (const { texts } of Object.values(own)) {
    expect(Object.keys(texts).toSorted()).toEqual(Object.keys(english).toSorted())
    for (const said of [texts.at, texts.already, texts.other]) {
      expect(said('14:05')).toContain('14:05')
    }
    expect(texts.restored('page', '14:05')).toContain('14:05')
    expect(texts.cut(200, 50)).toMatch(/200.*50/)
    expect(texts.changes(38)).toContain('38')
    for (const said of [texts.imageAdded, texts.imageChanged, texts.imageRemoved])
      expect(said('a chart')).toContain('a chart')
  }
})
