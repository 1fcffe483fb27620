import { expect, it } from 'vitest'
import { texts as english } from './languages/en.js'
import type { ChartTexts } from './texts.js'

const namesIn = (files: object) => new Set(Object.keys(files).map((file) => file.split('/').at(-1)))

it('[LA8] charts speak every language of the application', () => {
  const own = import.meta.glob<{ readonly texts: ChartTexts }>('./languages/*.ts', { eager: true })
  expect(namesIn(own)).toEqual(namesIn(import.meta.glob('../languages/*.ts')))
  for (const { texts } of Object.values(own)) {
    expect(Object.keys(texts).toSorted()).toEqual(Object.keys(english).toSorted())
    for (const said of [texts.leftOut, texts.seriesLeftOut, texts.tableLeftOut]) {
      expect(said(38, 500)).toMatch(/38.*500|500.*38/)
    }
    expect(texts.about('pie', 'Sales', ['2025', '2026'])).toMatch(/Sales.*2025.*2026/)
    expect(texts.about('pie', '', [])).not.toContain('undefined')
  }
})
