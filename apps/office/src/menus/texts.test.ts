import { expect, it } from 'vitest'
import type { MenuTexts } from './texts.js'

const namesIn = (files: object) => new Set(Object.keys(files).map((file) => file.split('/').at(-1)))

/** Returns the names of all texts, also of those in groups. */
function keysOf(texts: object): string[] {
  return Object.entries(texts).flatMap(([key, text]: [string, unknown]) =>
    typeof text === 'object' && text !== null
      ? keysOf(text).map((each) => `${key}.${each}`)
      : [key],
  )
}

it('[LA8] the menus speak every language of the application', () => {
  const own = import.meta.glob<{ readonly texts: MenuTexts }>('./languages/*.ts', { eager: true })
  expect(namesIn(own)).toEqual(namesIn(import.meta.glob('../languages/*.ts')))
  const [first, ...others] = Object.values(own).map(({ texts }) => keysOf(texts).toSorted())
  expect(first!.length).toBeGreaterThan(100)
  for (const other of others) expect(other).toEqual(first)
})
