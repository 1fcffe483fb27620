import { Problem, type Author } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../test/simulation/virtual-clock.js'
import type { RoomVersions } from './document/documents.js'
import { UNLIMITED } from './document/quota.js'
import { History } from './history.js'
import { NO_LOG } from './log.js'

const OPTIONS = {
  historyEveryMs: 300_000,
  historyAllHours: 24,
  historyHourlyDays: 30,
  historyBytes: 1_000_000,
}
const ADA: Author = { id: 'ada' }
const BOB: Author = { id: 'bob' }

/** Lets everything run that waits for nothing but its turn. */
const settled = () => new Promise((resolve) => void setImmediate(resolve))

/** What a history is told to do, without any versions. */
function start({
  keep = async () => ({ of: undefined }),
  options = OPTIONS,
}: {
  keep?: RoomVersions['keep']
  options?: typeof OPTIONS
} = {}) {
  const clock = new VirtualClock()
  const done: string[] = []
  const warnings: string[] = []
  const versions: RoomVersions = {
    keep: (room, keeping) => {
      done.push(`keep ${room} at ${clock.now()}`)
      return keep(room, keeping)
    },
    wrote: async (room, { id }) => {
      done.push(`wrote ${room} ${id} at ${clock.now()}`)
      return { of: true }
    },
    list: async () => ({ of: [] }),
    read: async () => ({ of: undefined }),
    rename: async () => ({ of: false }),
    remove: async () => ({ of: false }),
  }
  const history = new History({
    versions,
    options,
    quotas: { takeVersion: async () => UNLIMITED },
    clock,
    log: { ...NO_LOG, warn: (message: string) => void warnings.push(message) },
  })
  const write = (author: Author | undefined) => {
    history.writes('a', author)
    history.wrote('a', author)
    history.changed('a')
  }
  const pass = (ms: number) => clock.pass(ms, () => {})
  return { history, done, warnings, write, pass }
}

describe('the history', () => {
  it('[HY1] has a version once a document has rested, and at the latest after five minutes', async () => {
    const { done, write, pass } = start()
    write(undefined)
    await pass(59_999)
    expect(done).toEqual([])
    await pass(1)
    expect(done).toEqual(['keep a at 60000'])
    for (let second = 0; second < 601; second += 10) {
      write(undefined)
      await pass(10_000)
    }
    expect(done.slice(1)).toEqual(['keep a at 360000', 'keep a at 660000'])
  })

  it('[HY1] has a version before somebody else begins to write, unless there has just been one', async () => {
    const { done, write, pass } = start()
    write(ADA)
    await pass(50_000)
    write(BOB)
    await settled()
    expect(done).toEqual(['wrote a ada at 0', 'wrote a bob at 50000'])
    await pass(20_000)
    write(ADA)
    await settled()
    expect(done).toHaveLength(2)
    write({ id: 'cy' })
    await settled()
    expect(done.slice(2)).toEqual(['keep a at 70000', 'wrote a cy at 70000'])
  })

  it('[HY3] is told of each author once in the time of a version', async () => {
    const { done, history, write, pass } = start()
    for (const author of [ADA, BOB, ADA, undefined, BOB]) write(author)
    await settled()
    expect(done).toEqual(['wrote a ada at 0', 'wrote a bob at 0'])
    await pass(60_000)
    write(ADA)
    await settled()
    expect(done.slice(2)).toEqual(['keep a at 60000', 'wrote a ada at 60000'])
    history.ordered('a', false)
    await pass(60_000)
    write(ADA)
    await settled()
    expect(done.slice(4)).toEqual(['wrote a ada at 120000'])
  })

  it('[HY5] gives up a version without space, and tries others again', async () => {
    let problem = new Problem('storage-full', 'full')
    const keep = () => Promise.reject(problem)
    const { done, warnings, write, pass } = start({ keep })
    write(ADA)
    await pass(600_000)
    expect(done).toEqual(['wrote a ada at 0', 'keep a at 60000'])
    expect(warnings).toEqual([expect.stringContaining('full')])
    problem = new Problem('store-failed', 'down')
    write(undefined)
    await pass(62_000)
    expect(done.slice(2)).toEqual(['keep a at 660000', 'keep a at 661000'])
  })

  it('[HY6] is off where that is set, and once the store keeps none', async () => {
    const off = start({ options: { ...OPTIONS, historyEveryMs: 0 } })
    off.write(ADA)
    await off.pass(600_000)
    expect(off.done).toEqual([])
    await expect(off.history.list('a', { limit: 1 })).rejects.toMatchObject({
      problem: 'no-version',
    })
    const none = start({ keep: async () => null })
    none.write(ADA)
    await none.pass(60_000)
    none.write(BOB)
    await none.pass(600_000)
    expect(none.done).toEqual(['wrote a ada at 0', 'keep a at 60000'])
    await expect(none.history.name({ roomName: 'a', account: '' }, 'x')).rejects.toMatchObject({
      problem: 'no-version',
    })
  })
})
