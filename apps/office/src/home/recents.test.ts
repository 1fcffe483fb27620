import { describe, expect, it } from 'vitest'
import { GuardedStorage } from '../guarded-storage.js'
import { RecentList, type RecentStorage } from './recents.js'

const demo = { kind: 'sheet', room: 'demo' } as const
const minutes = { kind: 'page', room: 'minutes' } as const

/** Returns a storage that two lists share, as two tabs do. */
function storage(text: string | null = null): RecentStorage & { text: string | null } {
  return {
    text,
    getItem() {
      return this.text
    },
    setItem(_name, value) {
      this.text = value
    },
  }
}

describe('the recent documents', () => {
  it('[PG4] are those opened here, newest first, each once', () => {
    const list = new RecentList(storage())
    expect(list.getSnapshot()).toEqual([])
    const kept = storage()
    const recents = new RecentList(kept)
    recents.opened(demo, 1)
    recents.retitled(demo, 'Demo', 'e:7')
    recents.opened(minutes, 2)
    recents.opened(demo, 3)
    expect(new RecentList(kept).getSnapshot()).toEqual([
      { ...demo, title: 'Demo', lookedUpAt: 'e:7', openedAtMs: 3 },
      { ...minutes, openedAtMs: 2 },
    ])
  })

  it('[PG4] tell a page and a sheet of one room apart', () => {
    const recents = new RecentList(storage())
    const kept = storage()
    const both = new RecentList(kept)
    both.opened({ kind: 'page', room: 'demo' }, 1)
    both.opened(demo, 2)
    both.forget(demo)
    expect(both.getSnapshot()).toEqual([{ kind: 'page', room: 'demo', openedAtMs: 1 }])
    expect(recents.getSnapshot()).toEqual([])
  })

  it('[PG4] are at most 50', () => {
    const kept = storage()
    const recents = new RecentList(kept)
    for (let at = 0; at < 60; at += 1) recents.opened({ kind: 'page', room: `r${at}` }, at)
    expect(recents.getSnapshot()).toHaveLength(50)
    expect(recents.getSnapshot()[0]).toMatchObject({ room: 'r59' })
  })

  it('[PG4] drop a title that was removed, and keep the rest', () => {
    const kept = storage()
    const recents = new RecentList(kept)
    recents.opened(demo, 1)
    recents.retitled(demo, 'Demo', 'e:7')
    recents.retitled(demo, undefined)
    recents.retitled(minutes, 'Minutes')
    expect(recents.getSnapshot()).toEqual([{ ...demo, openedAtMs: 1, lookedUpAt: 'e:7' }])
  })

  it('[PG40] keep changes that another tab made meanwhile', () => {
    const kept = storage()
    const here = new RecentList(kept)
    const there = new RecentList(kept)
    here.opened(demo, 1)
    there.opened(minutes, 2)
    expect(here.getSnapshot().map(({ room }) => room)).toEqual(['minutes', 'demo'])
    here.forget(demo)
    expect(there.getSnapshot()).toBe(there.getSnapshot())
    expect(there.getSnapshot().map(({ room }) => room)).toEqual(['minutes'])
  })

  it('[PG4] notify when they change', () => {
    const kept = storage()
    const recents = new RecentList(kept)
    let told = 0
    const stop = recents.subscribe(() => (told += 1))
    recents.opened(demo, 1)
    recents.forget(minutes)
    expect(told).toBe(1)
    stop()
    recents.forget(demo)
    expect(told).toBe(1)
  })

  it.each([
    'no JSON',
    'null',
    '7',
    '{}',
    '[null, 7, "x", [], {}]',
    '[{"kind":"book","room":"demo","openedAtMs":1}]',
    '[{"kind":"sheet","room":"a/b","openedAtMs":1}]',
    '[{"kind":"sheet","room":"demo","openedAtMs":"1"}]',
  ])('[PG40] survive anything that is stored: %s', (text) => {
    const kept = storage(text)
    const recents = new RecentList(kept)
    expect(recents.getSnapshot()).toEqual([])
    recents.opened(demo, 1)
    expect(recents.getSnapshot()).toHaveLength(1)
  })

  it('[PG40] keep the valid entries of a partly invalid list', () => {
    const right = { ...demo, openedAtMs: 1 }
    const text = JSON.stringify([{ ...right, title: 7, lookedUpAt: {}, more: 1 }, right, null])
    expect(new RecentList(storage(text)).getSnapshot()).toEqual([right])
  })

  it('[PG4] last for the visit when nothing can be stored', () => {
    const forbidden = new GuardedStorage(() => {
      throw new DOMException('forbidden', 'SecurityError')
    })
    const recents = new RecentList(forbidden)
    recents.opened(demo, 1)
    expect(recents.getSnapshot()).toEqual([{ ...demo, openedAtMs: 1 }])
  })
})
