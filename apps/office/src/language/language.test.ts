import { describe, expect, it } from 'vitest'
import { formatAgo, formatDay, formatList, formatNumber } from './formats.js'
import { LANGUAGES, speak, t } from './language.js'
import { describeProblem } from './problems.js'

describe('a message', () => {
  it('[LA4] is in the language of the window', async () => {
    await speak('en')
    expect(t('common.cancel')).toBe('Cancel')
    expect(t('home.opened', { kind: 'sheet', ago: 'yesterday' })).toBe('Sheet, opened yesterday')
    await speak('zh-Hans')
    expect(t('common.cancel')).toBe('取消')
    expect(t('home.opened', { kind: 'sheet', ago: '昨天' })).toBe('表格，昨天打开')
  })

  it('[LA6] counts in the language of the window', async () => {
    await speak('en')
    expect(t('home.copies', { count: 1 })).toMatch(/a copy of 1 document\.$/)
    expect(t('home.copies', { count: 1_200 })).toMatch(/copies of 1,200 documents\.$/)
    await speak('zh-Hans')
    expect(t('home.copies', { count: 1_200 })).toMatch(/ 1,200 份/)
  })

  it('[LA4] takes what people wrote as it is', async () => {
    await speak('en')
    for (const name of ['<b>x</b>', '{count}', "it's # '{'"]) {
      expect(t('home.rename', { name })).toBe(`Rename ${name}`)
    }
  })

  it('[LA4] asks for all of its values', async () => {
    await speak('en')
    // @ts-expect-error: a value is missing
    expect(() => t('home.rename')).toThrow('was not provided')
    // @ts-expect-error: a value is missing
    expect(() => t('home.opened', { kind: 'sheet' })).toThrow('was not provided')
    // @ts-expect-error: there is no such value
    expect(t('common.cancel', { name: '' })).toBe('Cancel')
    // @ts-expect-error: there is no such message
    expect(() => t('home.nothing')).toThrow('A message must be provided')
  })
})

it('[LA6] dates, ages, numbers and lists are in the language of the window', async () => {
  const day = Date.UTC(2026, 9, 23, 12)
  const said = () => [
    formatDay(day),
    formatAgo(1, 'day'),
    formatAgo(2, 'hour'),
    formatNumber(32_767),
    formatList(['Ann', 'Bob', '陈']),
  ]
  await speak('en')
  expect(said()).toEqual(['Oct 23, 2026', 'yesterday', '2 hours ago', '32,767', 'Ann, Bob, and 陈'])
  await speak('zh-Hans')
  expect(said()).toEqual(['2026年10月23日', '昨天', '2小时前', '32,767', 'Ann、Bob和陈'])
})

it('[LA5] a problem is described by its code, with the words of the server where they say more', async () => {
  const full = { problem: 'room-full', detail: 'The room has 100 members.' } as const
  const forbidden = { problem: 'forbidden', detail: 'Ask the owner.' } as const
  await speak('en')
  expect(describeProblem(full)).toBe('This document has as many people as it can take.')
  expect(describeProblem(forbidden)).toBe('Ask the owner.')
  await speak('zh-Hans')
  expect(describeProblem(full)).toBe('人数已满。')
  expect(describeProblem(forbidden)).toBe('你没有权限（Ask the owner.）')
})

it('[LA1] there is a language for each file', () => {
  expect(LANGUAGES).toEqual(['en', 'zh-Hans'])
})
