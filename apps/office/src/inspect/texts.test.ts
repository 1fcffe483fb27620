import { expect, it } from 'vitest'
import { texts as english } from './languages/en.js'
import type { InspectTexts } from './texts.js'

const namesIn = (files: object) => new Set(Object.keys(files).map((file) => file.split('/').at(-1)))

it('[LA8] the inspector speaks every language of the application', () => {
  const own = import.meta.glob<{ readonly texts: InspectTexts }>('./languages/*.ts', {
    eager: true,
  })
  expect(namesIn(own)).toEqual(namesIn(import.meta.glob('../languages/*.ts')))
  for (const { texts } of Object.values(own)) {
    expect(Object.keys(texts.inspector).toSorted()).toEqual(
      Object.keys(english.inspector).toSorted(),
    )
    expect(texts.title('budget')).toContain('budget')
    expect(texts.inspector.changesOf('0:0')).toContain('0:0')
    expect(texts.inspector.took(38, 4)).toMatch(/38.*4/)
  }
})
