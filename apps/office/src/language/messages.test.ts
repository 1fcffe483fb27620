import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser'
import { describe, expect, it } from 'vitest'
import { messages as english } from '../languages/en.js'
import type { Language } from './message.js'

const FILES = import.meta.glob<Language>('../languages/*.ts', { eager: true })
const LANGUAGES = Object.entries(FILES)
/** How many there are where they are named, and what the server says in English. */
const MAY_BE_LEFT_OUT = ['count', 'detail']

/** Returns the names of the values in a message, and of its cases where a choice isn't one of numbers. */
function valuesIn(elements: readonly MessageFormatElement[]): string[] {
  return elements.flatMap((element) => {
    switch (element.type) {
      case TYPE.literal:
      case TYPE.pound:
        return []
      case TYPE.plural:
        return [element.value, ...casesOf(element.options)]
      case TYPE.select:
        return [element.value, ...Object.keys(element.options), ...casesOf(element.options)]
      default:
        return [element.value]
    }
  })
}

const casesOf = (options: { readonly [name: string]: { value: MessageFormatElement[] } }) =>
  Object.values(options).flatMap(({ value }) => valuesIn(value))

const namesIn = (message: unknown): readonly string[] =>
  [...new Set(valuesIn(parse(String(message), { ignoreTag: true })))].toSorted()

describe.each(LANGUAGES)('%s', (_file, { messages }) => {
  it('[LA8] has the messages of all languages', () => {
    expect(Object.keys(messages).toSorted()).toEqual(Object.keys(english).toSorted())
  })

  it.each(Object.entries(english))('[LA8] %s has the values that the code gives', (id, text) => {
    const own = namesIn(messages[id as keyof typeof english])
    const given = namesIn(text)
    expect(given).toEqual(expect.arrayContaining([...own]))
    const leftOut = given.filter((name) => !own.includes(name))
    for (const name of leftOut) expect(MAY_BE_LEFT_OUT).toContain(name)
  })
})
