import { describe, expect, it } from 'vitest'
import { texts as english } from './languages/en.js'
import { mergeListFile, writeListFile } from './list-file.js'

const home = 'https://docs.example/'
const here = { home, nowMs: 1_000, most: 4 }
const demo = { kind: 'sheet', room: 'demo', openedAtMs: 7, title: 'Demo' } as const
const minutes = { kind: 'page', room: 'minutes', openedAtMs: 5 } as const

const file = (...documents: readonly unknown[]) =>
  JSON.stringify({ format: 'whereabouts recent documents', version: 1, documents })
const entry = (more: object = {}) => ({
  kind: 'page',
  address: `${home}pages/plan`,
  title: 'Plan',
  openedAtMs: 3,
  ...more,
})

describe('the file of a list', () => {
  it('[HM40] has the title, address, kind and time of each document', () => {
    const { documents } = JSON.parse(writeListFile([demo, minutes], home)) as {
      documents: unknown
    }
    expect(documents).toEqual([
      { kind: 'sheet', address: `${home}sheets/demo`, title: 'Demo', openedAtMs: 7 },
      { kind: 'page', address: `${home}pages/minutes`, openedAtMs: 5 },
    ])
  })

  it('[HM41] is read as it was written', () => {
    const list = [demo, minutes]
    const merged = mergeListFile(writeListFile(list, home), [], here)
    expect(merged).toEqual({ list, added: 2, known: 0, leftOut: 0 })
  })

  it('[HM41] adds to what is there, which keeps its titles', () => {
    const text = file(
      entry({ kind: 'sheet', address: `${home}sheets/demo`, title: 'Other', openedAtMs: 8 }),
      entry({ address: `${home}pages/minutes`, title: 'Minutes', openedAtMs: 4 }),
      entry(),
      entry({ openedAtMs: 2, title: 'Of before' }),
    )
    expect(mergeListFile(text, [demo, minutes], here)).toEqual({
      list: [
        { ...demo, openedAtMs: 8 },
        { ...minutes, title: 'Minutes' },
        { kind: 'page', room: 'plan', title: 'Plan', openedAtMs: 3 },
      ],
      added: 1,
      known: 2,
      leftOut: 0,
    })
  })

  it('[HM41] has the places that are left, its newest documents first', () => {
    const more = [10, 30, 20].map((openedAtMs) =>
      entry({ address: `${home}pages/at-${openedAtMs}`, openedAtMs }),
    )
    const { list, ...counts } = mergeListFile(file(...more), [demo, minutes], here)!
    expect(list.map(({ room }) => room)).toEqual(['at-30', 'at-20', 'demo', 'minutes'])
    expect(counts).toEqual({ added: 2, known: 0, leftOut: 1 })
  })

  it.each([
    { address: 'javascript:alert(1)' },
    { address: 'https://elsewhere.example/pages/plan' },
    { address: 'https://docs.example.evil/pages/plan' },
    { address: 'http://docs.example/pages/plan' },
    { address: '/pages/plan' },
    { address: home },
    { address: `${home}inspect/plan`, kind: 'inspect' },
    { address: `${home}pages/comments~plan` },
    { address: `${home}pages/a%2Fb` },
    { address: `${home}pages/${'x'.repeat(129)}` },
    { address: 7 },
    { kind: 'sheet' },
    { kind: undefined },
    { openedAtMs: '3' },
    { openedAtMs: 1.5 },
    { openedAtMs: -1 },
    { openedAtMs: null },
  ])('[HM41] takes no document from %j', (wrong) => {
    const merged = mergeListFile(file(entry(wrong)), [demo], here)
    expect(merged).toEqual({ list: [demo], added: 0, known: 0, leftOut: 1 })
  })

  it.each([null, 7, 'plan', [], [[]], { __proto__: entry() }])(
    '[HM41] takes no document from the entry %j',
    (wrong) => expect(mergeListFile(file(wrong), [], here)?.leftOut).toBe(1),
  )

  it('[HM41] leaves out what is no title, and a time that is still to come', () => {
    for (const title of ['a\u202Eb', 'x'.repeat(101), 7, ' ', null]) {
      const merged = mergeListFile(file(entry({ title, openedAtMs: 2_000 })), [], here)
      expect(merged?.list).toEqual([{ kind: 'page', room: 'plan', openedAtMs: here.nowMs }])
    }
  })

  it.each([
    '',
    'null',
    '[]',
    '{"documents":[]}',
    '{"format":"whereabouts recent documents","version":2,"documents":[]}',
    '{"format":"whereabouts recent documents","version":1,"documents":{"length":1}}',
    '\u0000PK',
  ])('[HM41] is not %j', (text) => expect(mergeListFile(text, [demo], here)).toBeUndefined())
})

it('[LA8] what is said of such files is said in every language', () => {
  const all = import.meta.glob<{ readonly texts: typeof english }>('./languages/*.ts', {
    eager: true,
  })
  const names = (files: object) => new Set(Object.keys(files).map((name) => name.split('/').at(-1)))
  expect(names(all)).toEqual(names(import.meta.glob('../../languages/*.ts')))
  for (const { texts } of Object.values(all)) {
    expect(Object.keys(texts).toSorted()).toEqual(Object.keys(english).toSorted())
    expect(texts.exported(12)).toContain('12')
    const said = texts.imported({ added: 21, known: 32, leftOut: 43 })
    for (const count of ['21', '32', '43']) expect(said).toContain(count)
  }
})
