import { describe, expect, it } from 'vitest'
import { directionOf, languageFor, localeFor, nameOf } from './choice.js'

const KNOWN = ['en', 'zh-Hans', 'ar']

describe('the language of a browser', () => {
  it.each([
    [['zh-CN', 'en'], 'zh-Hans'],
    [['zh'], 'zh-Hans'],
    [['zh-SG'], 'zh-Hans'],
    [['zh-Hans-HK'], 'zh-Hans'],
    [['en-GB', 'zh-CN'], 'en'],
    [['de', 'zh-CN', 'en'], 'zh-Hans'],
    // Traditional characters are another language to their readers.
    [['zh-TW', 'en-US'], 'en'],
    [['zh-HK'], 'en'],
    [['ar-EG'], 'ar'],
    [['az-Arab'], 'en'],
    [['not a language', '', 'zh-CN'], 'zh-Hans'],
    [['fr', 'de'], 'en'],
    [[], 'en'],
  ])('[LA1] %j: %s', (wanted, language) => {
    expect(languageFor(wanted, KNOWN)).toBe(language)
  })

  it.each([
    ['en', ['de', 'en-GB', 'en-US'], 'en-GB'],
    ['zh-Hans', ['zh-CN'], 'zh-CN'],
    // Whoever chose a language that the browser doesn't name.
    ['zh-Hans', ['en-US', 'zh-TW'], 'zh-Hans'],
  ])('[LA6] writes numbers and dates of %s as in the country of %j', (language, wanted, locale) => {
    expect(localeFor(language, wanted)).toBe(locale)
  })
})

describe('a language', () => {
  it.each([
    ['en', 'ltr'],
    ['zh-Hans', 'ltr'],
    ['ar', 'rtl'],
    ['he', 'rtl'],
    ['fa', 'rtl'],
    ['ur-PK', 'rtl'],
    ['uz', 'ltr'],
  ])('[LA3] %s is written %s', (code, direction) => {
    expect(directionOf(code)).toBe(direction)
  })

  it('[LA2] is called by its own name', () => {
    expect(KNOWN.map(nameOf)).toEqual(['English', '简体中文', 'العربية'])
  })
})
