import { expect, it } from 'vitest'
import { VirtualClock } from '../../../test/simulation/virtual-clock.js'
import { type FirstContent, FirstContents } from './first-contents.js'
import { NO_LOG } from './log.js'

const CONTENT = { update: new Uint8Array(3) }

function start(isThere = false) {
  const clock = new VirtualClock()
  const warnings: string[] = []
  const created: string[] = []
  const answers: ((given: FirstContent | undefined) => void)[] = []
  const contents = new FirstContents({
    onLoad: () => new Promise((resolve) => void answers.push(resolve)),
    catalog: {
      standing: async ({ roomName }) => ({
        incarnation: 'i',
        record: undefined,
        info: isThere
          ? { roomName, bytes: 3, createdAtMs: 0, updatedAtMs: 0, usedAtMs: 0 }
          : undefined,
      }),
      outdate() {},
    },
    create: async (roomName) => void created.push(roomName),
    log: { ...NO_LOG, warn: (message) => void warnings.push(message) },
    clock,
  })
  const pass = (ms: number) => clock.pass(ms, () => {})
  return { pass, contents, answers, created, warnings }
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
  const { contents, answers } = start(true)
  expect(await contents.fill('a')).toBe(true)
  expect(answers).toEqual([])
})
