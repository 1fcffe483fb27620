import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Problem } from '@whereabouts/protocol'
import { VirtualClock } from '../../../test/simulation/virtual-clock.js'
import type { DocumentInfo } from './document/store.js'
import { type Retaining, RetentionTimer } from './retention-timer.js'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const NOW_MS = Date.UTC(2026, 10, 30)
const DAYS = 300
const TRASH_DAYS = 30

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS }))
afterEach(() => void vi.useRealTimers())

interface Settings {
  readonly retentionDays?: number
  /** How many days ago the documents were put into the trash that are there. */
  readonly trashedDaysAgo?: readonly number[]
  /** Those of them that can't be deleted. */
  readonly lockedDaysAgo?: readonly number[]
  /** Called after each document that is to go. */
  readonly onEmptied?: () => void
}

/** Starts a server's retention with documents that were last used some days before now. */
function start(
  usedDaysAgo: readonly number[],
  clockAheadDays = 0,
  { retentionDays = DAYS, trashedDaysAgo = [], lockedDaysAgo = [], onEmptied }: Settings = {},
) {
  const clock = new VirtualClock()
  const left = new Map(usedDaysAgo.map((days) => [days, NOW_MS - days * DAY_MS]))
  const trash = new Map(trashedDaysAgo.map((days) => [days, NOW_MS - days * DAY_MS]))
  const errors: string[] = []
  const fail = (message: unknown) => void errors.push(String(message))
  const log = { info: () => {}, warn: () => {}, error: fail, debug: () => {} }
  const store = {
    newestUseMs: () => Promise.resolve(left.size > 0 ? Math.max(...left.values()) : undefined),
    async *retain({ unusedSinceMs }: { readonly unusedSinceMs: number }) {
      for (const [days, usedAtMs] of left) {
        if (usedAtMs < unusedSinceMs && left.delete(days)) yield {} as DocumentInfo
      }
    },
    hasTrash: () => Promise.resolve(trash.size > 0),
    async *emptyTrash(beforeMs: number) {
      for (const [days, atMs] of trash) {
        if (atMs >= beforeMs) continue
        const isLocked = lockedDaysAgo.includes(days)
        if (!isLocked) trash.delete(days)
        onEmptied?.()
        const emptied = { roomName: `${days}`, isDeleted: !isLocked }
        yield isLocked ? { ...emptied, error: new Error('it is locked') } : emptied
      }
    },
  }
  vi.setSystemTime(NOW_MS + clockAheadDays * DAY_MS)
  const timer = new RetentionTimer(store, { retentionDays, trashDays: TRASH_DAYS }, log, clock)
  timer.start()
  const pass = async (ms: number) => {
    const hours = Math.ceil(ms / HOUR_MS)
    for (let hour = 0; hour < hours; hour++) {
      vi.setSystemTime(Date.now() + HOUR_MS)
      await clock.pass(HOUR_MS, () => {})
    }
    await clock.pass(1, () => {})
  }
  return {
    errors,
    pass,
    timer,
    use: (days: number) => left.set(days, Date.now()),
    left: () => [...left.keys()],
    trash: () => [...trash.keys()],
    throwAway: (days: number) => trash.set(days, Date.now()),
  }
}

it('[AD11 AD24] deletes what was unused for long enough, and not before an hour has passed', async () => {
  const { left, pass, errors } = start([0, 299, 301])
  await pass(0)
  expect(left()).toEqual([0, 299, 301])
  await pass(HOUR_MS)
  expect(left()).toEqual([0, 299])
  await pass(DAY_MS)
  expect(left()).toEqual([0])
  expect(errors).toEqual([])
})

it.each([400, 20_000])(
  '[AD24] a clock that is %d days ahead deletes nothing that was used lately',
  async (ahead) => {
    const { left, pass, errors, use } = start([0, 200, 269, 301], ahead)
    use(-1)
    await pass(DAY_MS / 2)
    expect(left()).toEqual([0, 200, 269, -1])
    expect(errors).toHaveLength(1)
    expect(errors[0]).toContain('clock is ahead')
  },
)

it('[AD24] a clock that jumps ahead later deletes nothing that was used lately, and goes on when it is back', async () => {
  const { left, pass, errors } = start([0, 269, 299])
  await pass(HOUR_MS)
  vi.setSystemTime(Date.now() + 400 * DAY_MS)
  await pass(5 * HOUR_MS)
  expect(left()).toEqual([0, 269])
  vi.setSystemTime(Date.now() - 400 * DAY_MS)
  await pass(31 * DAY_MS)
  expect(left()).toEqual([0])
  expect(errors).toHaveLength(1)
})

it('[AD24] a clock that is behind deletes nothing, and once it is set, what was unused', async () => {
  const { left, pass, errors } = start([0, 299, 301], -20_000)
  await pass(2 * HOUR_MS)
  expect(left()).toEqual([0, 299, 301])
  vi.setSystemTime(NOW_MS + 2 * HOUR_MS)
  await pass(HOUR_MS)
  expect(left()).toEqual([0, 299])
  expect(errors).toEqual([])
})

it('[AD24] documents that nobody used before a late start go after the time that the server ran', async () => {
  const { left, pass, errors } = start([200, 310])
  await pass(HOUR_MS)
  expect(left()).toEqual([200, 310])
  expect(errors).toHaveLength(1)
  await pass(161 * DAY_MS)
  expect(left()).toEqual([200])
  expect(errors).toHaveLength(1)
})

it('[AD24] a server without documents learns of the first one', async () => {
  const { left, pass, use } = start([])
  await pass(HOUR_MS)
  use(1)
  await pass(310 * DAY_MS)
  expect(left()).toEqual([])
})

it('[HM10] empties the trash of what has been in it for long enough', async () => {
  const { trash, pass, errors } = start([0], 0, { trashedDaysAgo: [1, 29, 31] })
  await pass(0)
  expect(trash()).toEqual([1, 29, 31])
  await pass(HOUR_MS)
  expect(trash()).toEqual([1, 29])
  await pass(DAY_MS)
  expect(trash()).toEqual([1])
  expect(errors).toEqual([])
})

it('[HM10] a clock that is ahead doesn’t empty the trash of what was put there lately', async () => {
  const { trash, pass } = start([0], 400, { trashedDaysAgo: [1, 26, 31] })
  await pass(5 * HOUR_MS)
  expect(trash()).toEqual([1, 26])
})

it('[HM15] one document that can’t be deleted doesn’t keep the others in the trash', async () => {
  const settings = { trashedDaysAgo: [33, 32, 31], lockedDaysAgo: [32] }
  const { trash, pass, errors } = start([0], 0, settings)
  await pass(HOUR_MS)
  expect(trash()).toEqual([32])
  expect(errors).toEqual(['could not delete 32, which is in the trash: Error: it is locked'])
})

it('[HM15] a server that shuts down stops emptying the trash', async () => {
  const onEmptied = () => started.timer.stop()
  const started = start([0], 0, { trashedDaysAgo: [33, 32, 31], onEmptied })
  await started.pass(HOUR_MS)
  expect(started.trash()).toEqual([32, 31])
})

it('[AD11] says nothing of what fails because the server stops', async () => {
  const errors: unknown[] = []
  const log = {
    info: () => {},
    warn: () => {},
    error: (message: unknown) => void errors.push(message),
    debug: () => {},
  }
  const store: Retaining = {
    newestUseMs: () => Promise.resolve(undefined),
    async *retain() {},
    hasTrash: () => Promise.reject(new Problem('shutting-down', 'The server stops.')),
    async *emptyTrash() {},
  }
  const timer = new RetentionTimer(store, { trashDays: TRASH_DAYS }, log, new VirtualClock())
  timer.start()
  timer.stop()
  await setImmediate()
  expect(errors).toEqual([])
})
