import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inlineCodeOf, linksOf, numbersOf, outlineOf, ROOT } from './markdown.js'

const LANGUAGE = 'zh-CN'
const FOLDER = join('docs', LANGUAGE)

/** Returns where the translation of a page is, whether or not there is one. */
function translationOf(original: string): string {
  if (original.startsWith('docs/')) return join(FOLDER, relative('docs', original))
  return original.replace(/\.md$/, `.${LANGUAGE}.md`)
}

/** Returns the page that a page is the translation of; an original is its own. */
function originalOf(page: string): string {
  if (page.startsWith(`${FOLDER}/`)) return join('docs', relative(FOLDER, page))
  return page.replace(`.${LANGUAGE}.md`, '.md')
}

const hasTranslation = (page: string) => existsSync(join(ROOT, translationOf(page)))

const translations = [
  ...readdirSync(ROOT).filter((name) => name.endsWith(`.${LANGUAGE}.md`)),
  ...readdirSync(join(ROOT, FOLDER), { encoding: 'utf8', recursive: true })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(FOLDER, name)),
]

const isOutside = (address: string) => /^[a-z]+:/.test(address)

/** Returns an address as seen from the root, if it isn't one of another site. */
const fromRoot = (page: string, address: string) =>
  isOutside(address) ? address : join(dirname(page), address)

const targetsOf = (page: string) => linksOf(page).map((address) => fromRoot(page, address))

const sorted = (values: Iterable<string>) => [...new Set(values)].toSorted()

it('the README and the tutorial are translated', () => {
  expect(translations).toContain(translationOf('README.md'))
  expect(translations).toContain(translationOf('docs/tutorial.md'))
})

describe.each(translations)('%s', (page) => {
  const original = originalOf(page)

  it('has the code blocks and the headings of the original, in its order', () => {
    expect(outlineOf(page)).toEqual(outlineOf(original))
  })

  it('has the names and commands of the original in its sentences', () => {
    expect(sorted(inlineCodeOf(page))).toEqual(sorted(inlineCodeOf(original)))
  })

  it('has the numbers of the original', () => {
    expect(sorted(numbersOf(page))).toEqual(sorted(numbersOf(original)))
  })

  it('and the original link to each other', () => {
    expect(targetsOf(original)).toContain(page)
    expect(targetsOf(page)).toContain(original)
  })

  it('links to what the original links to, translated where it is', () => {
    const others = targetsOf(original).filter((target) => target !== page)
    const wanted = others.map((each) => (hasTranslation(each) ? translationOf(each) : each))
    expect(sorted(targetsOf(page))).toEqual(sorted([original, ...wanted]))
  })
})
