import { expect, it } from 'vitest'
import { VirtualClock } from '../../../test/simulation/virtual-clock.js'
import { type FirstContent, FirstContents } from './first-contents.js'
import { NO_LOG } from './log.js'

const CONTENT = { update: Uint8Array.of(1, 2, 3) }

/** @param bytes what the room's document has; `undefined` if there is none */
function start(bytes?: number) {
  const clock = new VirtualClock()
  const warnings: string[] = []
  const created: string[] = []
  const looked: string[] = []
  const answers: ((given: FirstContent | undefined) => void)[] = []
  const contents = new FirstContents({
    onLoad: () => new Promise((resolve) => void answers.push(resolve)),
    catalog: {
      standing: async ({ roomName }) => {
        looked.push(roomName)
        const info = { roomName, createdAtMs: 0, updatedAtMs: 0, usedAtMs: 0 }
        return {
          incarnation: 'i',
          record: undefined,
          info: bytes === undefined ? undefined : { ...info, bytes },
        }
      },
      outdate() {},
    },
    create: async (roomName) => void created.push(roomName),
    log: { ...NO_LOG, warn: (message) => void warnings.push(message) },
    clock,
  })
  const pass = (ms: number) => clock.pass(ms, () => {})
  return { pass, contents, answers, created, looked, warnings }
}

const refused = expect.objectContaining({ problem: 'store-failed' })

it('[RS8] the application has 10 s, and its answer still counts if it comes later', async () => {
  const { pass, contents, answers, created, warnings } = start()
  const refusal = expect(contents.fill('a')).rejects.toEqual(refused)
  await pass(10_000)
  await refusal
  expect(warnings).toEqual([expect.stringContaining('10000 ms')])
  const filled = contents.fill('a')
  answers[0]!(CONTENT)
  expect(await filled).toBe(true)
  expect([answers.length, created]).toEqual([1, ['a']])
})

it('[RS8] 1,000 rooms are asked about at once', async () => {
  const { pass, contents, answers } = start()
  const rooms = Array.from({ length: 1_000 }, (_, index) => `room-${index}`)
  const filled = Promise.all(rooms.map((room) => contents.fill(room)))
  await pass(0)
  await expect(contents.fill('another')).rejects.toEqual(refused)
  for (const answer of answers) answer(undefined)
  await filled
  const another = contents.fill('another')
  await pass(0)
  answers.at(-1)!(undefined)
  expect(await another).toBe(true)
})

it('[RS9] nothing is asked for 10 s after nothing was given, except about what was read before', async () => {
  const { pass, contents, answers } = start()
  await pass(5)
  const seenMs = contents.now()
  await pass(5)
  const filled = contents.fill('a')
  await pass(0)
  answers[0]!(undefined)
  expect(await filled).toBe(true)
  expect(await contents.fill('a')).toBe(false)
  await pass(9_999)
  expect(await contents.fill('a')).toBe(false)
  const again = contents.fill('a', seenMs)
  await pass(0)
  answers[1]!(undefined)
  expect(await again).toBe(true)
})

it('[RS6] the application isn’t asked about a document that is there', async () => {
  const { contents, answers } = start(3)
  expect(await contents.fill('a')).toBe(true)
  expect(answers).toEqual([])
})

it('[RS18] a document that is known to be empty isn’t looked up for each read', async () => {
  const there = start(0)
  expect(await there.contents.fill('a', 0, true)).toBe(true)
  expect(await there.contents.fill('a', 0, true)).toBe(false)
  expect(there.looked).toEqual(['a'])
  const given = start()
  const filled = given.contents.fill('a', 0, true)
  await given.pass(0)
  given.answers[0]!({ update: new Uint8Array(2), owner: 'ben' })
  expect(await filled).toBe(true)
  expect(await given.contents.fill('a', 0, true)).toBe(false)
  expect(given.created).toEqual(['a'])
})

it('[RS6] a document that had content is looked up again when it is empty', async () => {
  const { contents, looked } = start(3)
  expect(await contents.fill('a', 0, false)).toBe(true)
  expect(await contents.fill('a', 0, false)).toBe(false)
  expect(await contents.fill('a', 0, true)).toBe(true)
  expect(looked).toEqual(['a', 'a'])
})
