import { expect, it } from 'vitest'
import { languageOf } from './language.js'

it.each([
  ['zh-CN,zh;q=0.9,en;q=0.8', 'zh-Hans'],
  ['zh', 'zh-Hans'],
  ['zh-SG', 'zh-Hans'],
  ['ZH-hans', 'zh-Hans'],
  ['en;q=0.5, zh-CN;q=0.6', 'zh-Hans'],
  ['de, fr;q=0.9, zh-CN;q=0.1', 'zh-Hans'],
  ['*, zh-CN;q=0.5', 'zh-Hans'],
  ['zh-CN;level=1;q=0.9, en;q=0.8', 'zh-Hans'],
  ['en-GB,zh-CN;q=0.9', 'en'],
  // Written in another script.
  ['zh-TW, zh-Hant', 'en'],
  ['zh-HK, zh-CN;q=0.5', 'zh-Hans'],
  ['zh-CN;q=0', 'en'],
  ['zh-CN;q=much', 'en'],
  ['de-DE, fr', 'en'],
  ['*', 'en'],
  [';;,,=,q', 'en'],
  ['constructor', 'en'],
  ['', 'en'],
  [undefined, 'en'],
])('[LA9] of a browser that asks for %j', (accepted, language) => {
  expect(languageOf(accepted)).toBe(language)
})
