import { describe, expect, it } from 'vitest'
import type { Version } from '@whereabouts/protocol'
import { seedsOf, size } from '../../../../test/size.js'
import { thinned } from './thinning.js'

const LIMITS = { historyAllHours: 24, historyHourlyDays: 30, historyBytes: 1_000_000 }
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const NOW_MS = Date.UTC(2026, 5, 15, 12)

/** Returns versions of these ages, the last one first. */
function versions(...agesMs: readonly number[]): Version[] {
  return agesMs
    .toSorted((a, b) => a - b)
    .map((ageMs, at) => ({ id: agesMs.length - at, atMs: NOW_MS - ageMs, bytes: 10, authors: [] }))
}

/** Returns the ages of the versions that are kept. */
function kept(all: readonly Version[], limits = LIMITS): number[] {
  const removed = new Set(thinned(all, NOW_MS, limits))
  return all.filter(({ id }) => !removed.has(id)).map(({ atMs }) => NOW_MS - atMs)
}

describe('versions', () => {
  it('[HY4] are all kept for a day, then the last one of each hour, and then of each day', () => {
    const minute = HOUR_MS / 60
    const today = [0, minute, 2 * minute, DAY_MS - 1]
    expect(kept(versions(...today))).toEqual(today)
    const hour = [2 * DAY_MS + minute, 2 * DAY_MS + 2 * minute, 2 * DAY_MS + HOUR_MS + minute]
    expect(kept(versions(0, ...hour))).toEqual([0, hour[0], hour[2]])
    const day = [40 * DAY_MS + minute, 40 * DAY_MS + 3 * HOUR_MS, 41 * DAY_MS + minute]
    expect(kept(versions(0, ...day))).toEqual([0, day[0], day[2]])
  })

  it('[HY4] with names are kept', () => {
    const all = versions(0, 40 * DAY_MS + 1, 40 * DAY_MS + 2, 40 * DAY_MS + 3)
    const named = all.map((version) => (version.id === 2 ? { ...version, name: 'sent' } : version))
    expect(kept(named)).toEqual([0, 40 * DAY_MS + 1, 40 * DAY_MS + 2])
  })

  it('[HY5] that don’t fit go, the oldest ones without a name first, and never the last one', () => {
    const all = versions(0, 1, 2, 3).map((version) =>
      version.id === 1 ? { ...version, name: 'sent' } : version,
    )
    expect(kept(all, { ...LIMITS, historyBytes: 30 })).toEqual([0, 1, 3])
    expect(kept(all, { ...LIMITS, historyBytes: 5 })).toEqual([0, 3])
  })

  it('[HY4] are bounded, and thinning them again removes nothing', () => {
    for (const seed of seedsOf('THINNING_SEED', size(20, 2_000))) {
      let state = seed
      const random = () =>
        (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648
      let now = NOW_MS - 60 * DAY_MS
      let all: Version[] = []
      for (let id = 1; id < 400; id++) {
        now += random() * (random() < 0.1 ? 2 * DAY_MS : HOUR_MS)
        const added = [{ id, atMs: now, bytes: 10, authors: [] }, ...all]
        const removed = new Set(thinned(added, now, LIMITS))
        all = added.filter((version) => !removed.has(version.id))
        expect(thinned(all, now, LIMITS), `seed ${seed}`).toEqual([])
        expect(all[0]!.id).toBe(id)
        const days = Math.ceil(60 + now / DAY_MS - (NOW_MS - 60 * DAY_MS) / DAY_MS)
        expect(all.length).toBeLessThan(24 * 60 + 30 * 24 + days)
      }
    }
  })
})
