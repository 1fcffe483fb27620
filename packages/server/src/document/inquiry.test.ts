import { expect, it } from 'vitest'
import { type Finding, Inquiry } from './inquiry.js'

/** A store that answers only when the test says so, with the name in capitals. */
function held() {
  const asked: (readonly string[])[] = []
  const answers: (() => void)[] = []
  const time = { nowMs: 0 }
  const ask = (names: readonly string[]) => {
    asked.push(names)
    return new Promise<readonly Finding<string>[]>((resolve, reject) => {
      answers.push(() => {
        if (names.includes('away')) reject(new Error('the store is away'))
        else resolve(names.map(findingOf))
      })
    })
  }
  const isKept = (found: string) => found !== 'NEW'
  const inquiry = new Inquiry<string>({ ask, isKept, now: () => time.nowMs })
  /** Lets the store answer until nothing waits. */
  const answerAll = async () => {
    while (answers.length > 0) {
      answers.shift()!()
      await new Promise(setImmediate)
    }
  }
  return { inquiry, asked, time, answerAll }
}

function findingOf(name: string): Finding<string> {
  return name === 'damaged' ? { fault: 'damaged' } : { found: name.toUpperCase() }
}

const many = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => `${prefix} ${index}`)

const FAILED = expect.objectContaining({ problem: 'store-failed' }) as Error

it('[DO59] many names are asked about together, and equal questions share one answer', async () => {
  const { inquiry, asked, answerAll } = held()
  const names = [...many(200, 'room'), ...many(200, 'room')]
  const answers = Promise.all(names.map((name) => inquiry.about(name, 'ann')))
  await answerAll()
  expect(await answers).toEqual(names.map((name) => name.toUpperCase()))
  expect(asked.flat().toSorted()).toEqual(many(200, 'room').toSorted())
  expect(asked.length).toBeLessThan(10)
})

it('[DO60] a question of one account comes soon, however many others have thousands', async () => {
  const { inquiry, asked, answerAll } = held()
  const all: Promise<unknown>[] = []
  for (const account of many(10, 'eve'))
    for (const name of many(900, account)) all.push(inquiry.about(name, account))
  const own = inquiry.about('own', 'ann')
  // Somebody else waits for the same answer, behind 899 questions of its own.
  const shared = inquiry.about('eve 0 899', 'ann')
  await answerAll()
  expect(await own).toBe('OWN')
  await Promise.all([...all, shared])
  expect(asked.slice(0, 6).flat()).toEqual(expect.arrayContaining(['own', 'eve 0 899']))
  expect(asked.flat()).toHaveLength(9_001)
})

it('[DO60] one account’s questions are bounded, and nobody else’s fail', async () => {
  const { inquiry, answerAll } = held()
  const asking = (count: number, account: string) =>
    many(count, account).map((name) => inquiry.about(name, account))
  const eve = Promise.allSettled(asking(5_000, 'eve'))
  const others = many(100, 'user').flatMap((user) => asking(10, user))
  await answerAll()
  const refused = (await eve).filter(({ status }) => status === 'rejected')
  // Four are on their way.
  expect(refused).toHaveLength(5_000 - 1_000 - 4)
  expect(refused[0]).toEqual({ status: 'rejected', reason: FAILED })
  expect(await Promise.all(others)).toHaveLength(1_000)
})

it('[DO59] what fails for one name is no fault of the others, and a store that is away fails all', async () => {
  const { inquiry, answerAll } = held()
  const first = many(4, 'first').map((name) => inquiry.about(name, 'ann'))
  const names = ['one', 'damaged', 'two']
  const together = Promise.allSettled(names.map((name) => inquiry.about(name, 'ann')))
  await answerAll()
  await Promise.all(first)
  expect(await together).toMatchObject([
    { value: 'ONE' },
    { reason: { problem: 'store-failed', cause: 'damaged' } },
    { value: 'TWO' },
  ])
  const away = Promise.allSettled([inquiry.about('away', 'ann')])
  await answerAll()
  expect(await away).toMatchObject([{ reason: new Error('the store is away') }])
  const again = inquiry.about('damaged', 'ann')
  again.catch(() => {})
  await answerAll()
  await expect(again).rejects.toEqual(FAILED)
})

it('[DO59] an answer is kept for a second from when it was asked for, unless it is outdated', async () => {
  const { inquiry, asked, time, answerAll } = held()
  const ask = async (name: string) => {
    const answer = inquiry.about(name, 'ann')
    await answerAll()
    return answer
  }
  const late = inquiry.about('room', 'ann')
  time.nowMs = 600
  await answerAll()
  await late
  time.nowMs = 999
  await ask('room')
  expect(asked).toHaveLength(1)
  time.nowMs = 1_000
  await ask('room')
  expect(asked).toHaveLength(2)
  inquiry.outdate('other')
  await ask('room')
  expect(asked).toHaveLength(2)
  inquiry.outdate('room')
  await ask('room')
  inquiry.outdate()
  await ask('room')
  expect(asked).toHaveLength(4)
  await ask('new')
  await ask('new')
  expect(asked).toHaveLength(6)
})

it('[DO59] a question that was asked before a change isn’t joined after it, and its answer isn’t kept', async () => {
  const { inquiry, asked, answerAll } = held()
  const before = inquiry.about('room', 'ann')
  inquiry.outdate('room')
  const after = inquiry.about('room', 'ann')
  expect(asked).toEqual([['room'], ['room']])
  inquiry.outdate('room')
  await answerAll()
  await Promise.all([before, after])
  const last = inquiry.about('room', 'ann')
  await answerAll()
  await last
  expect(asked).toHaveLength(3)
})
