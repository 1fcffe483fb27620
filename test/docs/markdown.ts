import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const BLOCK = /^```[^]*?^```$/gm
const INLINE_CODE = /`[^`\n]*`/g

/** Returns the text of a page. @param page its path from the root of the repository */
export const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8')

/** Returns what a page says outside of its code blocks. */
const textOf = (page: string) => read(page).replaceAll(BLOCK, '')

/** Returns the addresses that a page links to, except in code. */
export function linksOf(page: string): string[] {
  const prose = textOf(page).replaceAll(INLINE_CODE, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, address = '']) => address)
}

/** Returns the code blocks of a page, and the levels of its headings between them, as written and in order. */
export function outlineOf(page: string): string[] {
  return read(page).match(/^```[^]*?^```$|^#+(?= )/gm) ?? []
}

/** Returns the pieces of code within the sentences of a page. */
export const inlineCodeOf = (page: string): string[] => textOf(page).match(INLINE_CODE) ?? []

/** Returns the numbers in the sentences of a page, as they are written. */
export function numbersOf(page: string): string[] {
  const prose = textOf(page)
    .replaceAll(INLINE_CODE, '')
    .replaceAll(/\]\([^)]*\)/g, '')
  return prose.match(/\d+(?:[.,]\d+)*/g) ?? []
}
