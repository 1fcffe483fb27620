import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { ACTIONS, type Action, Problem } from '@whereabouts/protocol'
import { expect, it } from 'vitest'
import { VirtualClock } from '../../../test/simulation/virtual-clock.js'
import { Permissions } from './access/permissions.js'
import { EndedLogins } from './access/ended-logins.js'
import { NO_SHARING, sharingOf } from './access/no-sharing.fixture.js'
import { NO_LOG } from './log.js'
import type { Authorize } from './options.js'
import { Faults } from './stream/faults.js'
import { Visits } from './visits.js'

const REVALIDATE_MS = 30_000
const READERS = 1_000
const request = new IncomingMessage(new Socket())

/** Opens readers, and records when the application was asked about each. */
function open(authorize: Authorize, readers = READERS) {
  const clock = new VirtualClock()
  const after = (ms: number, callback: () => void) => clock.after(ms, callback)
  const permissions = new Permissions({ authorize }, NO_LOG, after, NO_SHARING)
  let chance = 0
  const random = () => (chance = (chance + 0.618_034) % 1)
  const faults = new Faults(() => {})
  const visits = new Visits({
    permissions,
    ended: new EndedLogins(),
    revalidateMs: REVALIDATE_MS,
    clock,
    faults,
    random,
  })
  const ends: (() => void)[] = []
  const failed: Problem[] = []
  const told: (readonly Action[])[] = []
  for (let count = 0; count < readers; count++) {
    const visitor = {
      fail: (problem: Problem) => void failed.push(problem),
      goodbye: () => {},
      allow: (can: readonly Action[]) => void told.push(can),
      whisper: () => {},
      expel: () => {},
    }
    const admission = {
      asker: { request, user: undefined, account: '', roomName: `room ${count}` },
      userId: undefined,
      expiresAtMs: undefined,
      can: ACTIONS,
      asOf: 0,
      atMs: 0,
    }
    const stay = {
      roomName: `room ${count}`,
      selves: [],
      leave: () => {},
      unlock: () => {},
      part: () => {},
    }
    ends.push(visits.begin(visitor, admission, stay))
  }
  return { clock, visits, ends, failed, told }
}

it('[AC15] readers that joined together are each checked in time, but not together', async () => {
  const asked = new Map<string, number[]>()
  const { clock } = open(({ room, action }) => {
    if (action === 'watch') asked.set(room, [...(asked.get(room) ?? []), clock.now()])
    return true
  })
  await clock.pass(10 * REVALIDATE_MS, () => {})
  expect(asked.size).toBe(READERS)
  const perSlot = new Map<number, number>()
  for (const times of asked.values()) {
    let beforeMs = 0
    for (const atMs of times) {
      expect(atMs - beforeMs).toBeLessThanOrEqual(REVALIDATE_MS + 50)
      perSlot.set(atMs, (perSlot.get(atMs) ?? 0) + 1)
      beforeMs = atMs
    }
    expect(10 * REVALIDATE_MS - beforeMs).toBeLessThanOrEqual(REVALIDATE_MS)
  }
  expect(Math.max(...perSlot.values())).toBeLessThan(READERS / 100)
})

it('[AC31] a reader whose request was read after its login ended is ended at once, and no other one is', async () => {
  const { clock, visits } = open(() => true, 0)
  const ended: string[] = []
  const begin = (session: string) => {
    const visitor = {
      fail: () => void ended.push(`${session} ended`),
      goodbye: () => {},
      allow: () => {},
      whisper: () => {},
      expel: () => {},
    }
    const asker = { request, user: undefined, account: '', roomName: 'x' }
    const never = { userId: 'ann', expiresAtMs: undefined, can: ACTIONS, asOf: 0, atMs: 0 }
    const leave = () => void ended.push(`${session} left`)
    const stay = { roomName: 'x', selves: [], leave, unlock: () => {}, part: () => {} }
    visits.begin(visitor, { asker, session, ...never }, stay)
  }
  visits.endSession('old')
  begin('old')
  begin('new')
  await clock.pass(100, () => {})
  expect(ended).toEqual(['old left', 'old ended'])
})

it('[AC19] a bounded number of readers is checked at a time', async () => {
  let isOpen = 0
  let most = 0
  const { clock, visits } = open(async ({ action }) => {
    if (action !== 'watch') return true
    isOpen += 1
    most = Math.max(most, isOpen)
    await new Promise<void>((resolve) => clock.after(10, resolve))
    isOpen -= 1
    return true
  })
  visits.revalidate({})
  await clock.pass(5_000, () => {})
  expect(most).toBe(64)
})

it('[AC8] [AC17] [AC19] readers without an answer end after 10 s, however many others are waiting', async () => {
  const { clock, visits, failed, told } = open(({ room, action }) => {
    const isLast = room === `room ${READERS - 1}`
    return isLast ? action === 'watch' : new Promise<never>(() => {})
  })
  visits.revalidate({})
  await clock.pass(5_000, () => {})
  expect(told).toEqual([['watch']])
  expect(failed).toEqual([])
  await clock.pass(11_000, () => {})
  expect(failed).toHaveLength(READERS - 1)
})

it('[AC15] a reader that has left is no longer checked', async () => {
  let asked = 0
  const { clock, visits, ends } = open(() => {
    asked += 1
    return true
  })
  visits.revalidate({})
  for (const end of ends) end()
  await clock.pass(REVALIDATE_MS * 3, () => {})
  expect(asked).toBeLessThanOrEqual(64 * ACTIONS.length)
})

it('[AC17] a reader that can’t be told ends only itself', async () => {
  const { clock, visits, failed } = open(() => false, 2)
  let ended = 0
  const broken = {
    fail: () => {
      ended += 1
      throw new Error('no socket')
    },
    goodbye: () => {},
    allow: () => {},
    whisper: () => {},
    expel: () => {},
  }
  const admission = {
    asker: { request, user: undefined, account: '', roomName: 'room' },
    userId: undefined,
    expiresAtMs: undefined,
    can: ACTIONS,
    asOf: 0,
    atMs: 0,
  }
  visits.begin(broken, admission, {
    roomName: 'room',
    selves: [],
    leave: () => {},
    unlock: () => {},
    part: () => {},
  })
  visits.revalidate({})
  await clock.pass(1_000, () => {})
  expect({ ended, failed: failed.length }).toEqual({ ended: 1, failed: 2 })
})

it('[AC33] an unexpected error ends the readers that it is about, is logged, and no others', async () => {
  const clock = new VirtualClock()
  const failures: string[] = []
  const findByLink = async (link: string) => {
    if (link === 'view~broken') throw new TypeError('unexpected')
    return 'room'
  }
  const sharing = sharingOf({ findByLink })
  const permissions = new Permissions({ authorize: () => true }, NO_LOG, () => () => {}, sharing)
  const faults = new Faults((message) => failures.push(message))
  const visits = new Visits({
    permissions,
    ended: new EndedLogins(),
    revalidateMs: REVALIDATE_MS,
    clock,
    faults,
    random: () => 0,
  })
  const failed: string[] = []
  for (const link of ['view~broken', 'view~whole']) {
    const visitor = {
      fail: () => void failed.push(link),
      goodbye: () => {},
      allow: () => {},
      whisper: () => {},
      expel: () => {},
    }
    const asker = { request, user: undefined, account: '', roomName: 'room', link }
    const admission = {
      asker,
      userId: undefined,
      expiresAtMs: undefined,
      can: ACTIONS,
      asOf: 0,
      atMs: 0,
    }
    visits.begin(visitor, admission, {
      roomName: 'room',
      selves: [],
      leave: () => {},
      unlock: () => {},
      part: () => {},
    })
  }
  visits.revalidate({})
  await clock.pass(5_000, () => {})
  expect(failed).toEqual(['view~broken'])
  expect(failures).toEqual(['What a reader may do is unknown, so it was disconnected'])
  expect(faults.readers).toBe(1)
})

it('[AC32] those of one room are ended, or all', () => {
  const { visits, failed } = open(() => true, 3)
  visits.endAll('room 1')
  expect(failed).toHaveLength(1)
  visits.endAll(undefined)
  expect(failed.map(({ problem }) => problem)).toEqual([
    'exchange-busy',
    'exchange-busy',
    'exchange-busy',
  ])
})

it('[SR18] nobody is sent away while the store can not be asked, and all are asked about again', async () => {
  let fails = true
  const { clock, visits, failed, told } = open(() => {
    if (fails) throw new Problem('store-failed', 'It is away.')
    return false
  }, 3)
  visits.revalidate({})
  await clock.pass(5_000, () => {})
  expect([failed, told]).toEqual([[], []])
  fails = false
  await clock.pass(1_100, () => {})
  expect(failed.map(({ problem }) => problem)).toEqual(['forbidden', 'forbidden', 'forbidden'])
})
