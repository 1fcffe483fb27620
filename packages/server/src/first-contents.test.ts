import { expect, it } from 'vitest'
import { VirtualClock } from '../../../test/simulation/virtual-clock.js'
import { type FirstContent, FirstContents } from './first-contents.js'
import { NO_LOG } from './log.js'

const CONTENT = { update: Uint8Array.of(1, 2, 3) }

/** @param bytes what the documents have; `undefined` if they aren't there */
function start(bytes?: number) {
  const there = new Map<string, number>()
  const clock = new VirtualClock()
  const warnings: string[] = []
  const created: string[] = []
  const looked: string[] = []
  const outdated: string[] = []
  const answers: ((given: FirstContent | undefined) => void)[] = []
  const contents = new FirstContents({
    onLoad: () => new Promise((resolve) => void answers.push(resolve)),
    catalog: {
      standing: async ({ roomName, account }) => {
        looked.push(`${account}: ${roomName}`)
        const info = { roomName, createdAtMs: 0, updatedAtMs: 0, usedAtMs: 0 }
        const has = there.get(roomName) ?? bytes
        const isThere = has === undefined ? undefined : { ...info, bytes: has }
        return { incarnation: 'i', record: undefined, info: isThere }
      },
      outdate: (roomName) => void outdated.push(roomName!),
    },
    create: async (roomName) => void created.push(roomName),
    log: { ...NO_LOG, warn: (message) => void warnings.push(message) },
    clock,
  })
  const pass = (ms: number) => clock.pass(ms, () => {})
  return { pass, contents, answers, created, looked, outdated, there, warnings }
}

const by = (account: string, roomName: string) => ({ account, roomName })
/** A room that the application itself asks about. */
const room = (roomName: string) => by('', roomName)
const many = (count: number) => Array.from({ length: count }, (_, index) => `room-${index}`)

const refused = expect.objectContaining({ problem: 'store-failed' })

it('[RS8] the application has 10 s, and its answer still counts if it comes later', async () => {
  const { pass, contents, answers, created, warnings } = start()
  const refusal = expect(contents.fill(room('a'))).rejects.toEqual(refused)
  await pass(10_000)
  await refusal
  expect(warnings).toEqual([expect.stringContaining('10000 ms')])
  const filled = contents.fill(room('a'))
  answers[0]!(CONTENT)
  expect(await filled).toBe(true)
  expect([answers.length, created]).toEqual([1, ['a']])
})

it('[RS8] 1,000 rooms are asked about at once', async () => {
  const { pass, contents, answers } = start()
  const filled = Promise.all(many(1_000).map((name) => contents.fill(room(name))))
  await pass(0)
  await expect(contents.fill(room('another'))).rejects.toEqual(refused)
  for (const answer of answers) answer(undefined)
  await filled
  const another = contents.fill(room('another'))
  await pass(0)
  answers.at(-1)!(undefined)
  expect(await another).toBe(true)
})

it('[RS8] 100 rooms are asked about at once for one account', async () => {
  const { pass, contents, answers } = start()
  const filled = Promise.all(many(100).map((name) => contents.fill(by('eve', name))))
  await pass(0)
  await expect(contents.fill(by('eve', 'another'))).rejects.toEqual(refused)
  const others = ['another', 'room-99'].map((name) => contents.fill(by('ann', name)))
  await pass(0)
  expect(answers).toHaveLength(101)
  for (const answer of answers) answer(undefined)
  expect(await Promise.all(others)).toEqual([true, true])
  await filled
})

it('[RS19] a document that is there needs neither a place nor the application', async () => {
  const { pass, contents, answers, looked, outdated, there } = start()
  const waiting = Promise.allSettled(many(1_000).map((name) => contents.fill(room(name))))
  await pass(0)
  there.set('there', 3)
  expect(await contents.fill(by('ann', 'there'))).toBe(true)
  expect(looked.at(-1)).toBe('ann: there')
  // A write looks nothing up that is known.
  expect(outdated).toEqual([])
  expect(answers).toHaveLength(1_000)
  for (const answer of answers) answer(undefined)
  await waiting
})

it('[RS19] the application is asked again after 60 s, and the first answer counts', async () => {
  const { pass, contents, answers, created } = start()
  const filled = Promise.allSettled(many(1_000).map((name) => contents.fill(room(name))))
  await pass(60_000)
  await filled
  const again = contents.fill(room('room-0'))
  await pass(0)
  expect(answers).toHaveLength(1_001)
  answers[0]!(CONTENT)
  await pass(0)
  expect(created).toEqual(['room-0'])
  expect(await contents.fill(room('room-0'))).toBe(false)
  answers.at(-1)!(undefined)
  expect(await again).toBe(true)
})

it('[RS9] nothing is asked for 10 s after nothing was given, except about what was read before', async () => {
  const { pass, contents, answers } = start()
  await pass(5)
  const seenMs = contents.now()
  await pass(5)
  const filled = contents.fill(room('a'))
  await pass(0)
  answers[0]!(undefined)
  expect(await filled).toBe(true)
  expect(await contents.fill(room('a'))).toBe(false)
  await pass(9_999)
  expect(await contents.fill(room('a'))).toBe(false)
  const again = contents.fill(room('a'), { atMs: seenMs, isEmpty: false })
  await pass(0)
  answers[1]!(undefined)
  expect(await again).toBe(true)
})

it('[RS6] the application isn’t asked about a document that is there', async () => {
  const { contents, answers } = start(3)
  expect(await contents.fill(room('a'))).toBe(true)
  expect(answers).toEqual([])
})

it('[RS18] a document that is known to be empty isn’t looked up for each read', async () => {
  const there = start(0)
  expect(await there.contents.fill(room('a'), { atMs: 0, isEmpty: true })).toBe(true)
  expect(await there.contents.fill(room('a'), { atMs: 0, isEmpty: true })).toBe(false)
  expect(there.looked).toEqual([': a'])
  const given = start()
  const filled = given.contents.fill(room('a'), { atMs: 0, isEmpty: true })
  await given.pass(0)
  given.answers[0]!({ update: new Uint8Array(2), owner: 'ben' })
  expect(await filled).toBe(true)
  expect(await given.contents.fill(room('a'), { atMs: 0, isEmpty: true })).toBe(false)
  expect(given.created).toEqual(['a'])
})

it('[RS6] a document that had content is looked up again when it is empty', async () => {
  const { contents, looked } = start(3)
  expect(await contents.fill(room('a'), { atMs: 0, isEmpty: false })).toBe(true)
  expect(await contents.fill(room('a'), { atMs: 0, isEmpty: false })).toBe(false)
  expect(await contents.fill(room('a'), { atMs: 0, isEmpty: true })).toBe(true)
  expect(looked).toEqual([': a', ': a'])
})
