import { describe, expect, it } from 'vitest'
import type { Request } from './messages.js'
import { Threads } from './threads.js'

/** No thread is ready yet, so every request waits until starting the threads fails. */
function newThreads(): Threads {
  const settings = {
    chosen: { kind: 'module', store: { module: 'file:///no/such/store.js' } } as const,
    isShared: false,
    maxDocumentBytes: 1_000,
    maxLoadedDocumentBytes: 1_000,
    keepDeleted: [],
  }
  return new Threads(
    settings,
    () => {},
    () => performance.now(),
  )
}

const FAILED = { status: 'rejected', reason: expect.objectContaining({ problem: 'store-failed' }) }
/** A read that only one with the same number equals. */
function read(account: string, number: number, bytes: number) {
  const stateVector = new Uint8Array(bytes)
  new DataView(stateVector.buffer).setUint32(0, number)
  return { call: 'read', roomName: 'r', account, stateVector, isFresh: false } as const
}
const update = (roomName: string, bytes = 0): Request => ({
  call: 'update',
  roomName,
  bytes: new Uint8Array(bytes),
})

describe('the queue of requests to threads', () => {
  it('[DO43] is bounded per room and in total, by count and size', async () => {
    const heavy: [Request, number][] = [
      [update('one', 4_000_000), 4],
      [update('two'), 1_000],
    ]
    const threads = newThreads()
    for (const [request, most] of heavy) {
      const asked = Array.from({ length: most }, () => threads.ask(request))
      const early = await Promise.race([threads.ask(request), ...asked].map(causeOf))
      expect(early).toBe('too much work is waiting for it')
      await Promise.allSettled(asked)
    }
  })

  it('[DO62] has a bound of reads for each account, which keeps out nobody else and no update', async () => {
    const threads = newThreads()
    const asking = (account: string, count: number, bytes = 8) =>
      Array.from({ length: count }, (_, index) => threads.ask(read(account, index, bytes)))
    const heavy = await Promise.race(asking('heavy', 3, 4_000_000).map(causeOf))
    expect(heavy).toBe('too many reads are waiting for it')
    const eve = asking('eve', 1_001).map(causeOf)
    const others = [...asking('ann', 1_000), threads.ask(update('r'))].map(causeOf)
    expect(await Promise.race(eve)).toBe('too many reads are waiting for it')
    expect(await Promise.all(others)).not.toContain('too many reads are waiting for it')
    await Promise.all(eve)
  })

  it('[DO62] a few accounts with as many reads as they may have keep nobody else out', async () => {
    const threads = newThreads()
    const largest = 1_048_576
    const greedy = Array.from({ length: 8 }, (_, account) =>
      Array.from({ length: 8 }, (__, index) =>
        threads.ask(read(`greedy ${account}`, account * 8 + index, largest)),
      ),
    )
    const others = [read('ann', 100, largest), read('ben', 101, 8), read('ann', 102, 8)]
    const asked = others.map((request) => threads.ask(request)).map(causeOf)
    const causes = await Promise.all(greedy.flat().map(causeOf))
    const dropped = causes.filter((cause) => cause === 'too many reads are waiting for it')
    // One for the large read, and one for those that are small.
    expect(dropped).toHaveLength(2)
    expect(await Promise.all(asked)).not.toContain('too many reads are waiting for it')
  })

  it('[DO62] makes equal reads once, whoever asks', async () => {
    const threads = newThreads()
    const same = ['ann', 'bob', 'ann'].map((account) => threads.ask(read(account, 1, 8)))
    expect(new Set(same).size).toBe(1)
    const base = read('ann', 1, 8)
    const others: Request[] = [
      read('ann', 2, 8),
      { ...base, roomName: 's' },
      { ...base, isFresh: true },
      { ...base, call: 'sync' },
      { ...base, stateVector: undefined },
    ]
    const different = others.map((request) => threads.ask(request))
    expect(new Set([...same, ...different]).size).toBe(1 + others.length)
    await Promise.allSettled([...same, ...different])
  })

  it('[DO44] sends a request of the server itself only once', async () => {
    const threads = newThreads()
    const own: Request[] = [
      { call: 'check' },
      { call: 'count' },
      { call: 'untold' },
      { call: 'note', roomName: 'r' },
      { call: 'release', roomName: 'r' },
      { call: 'learn', roomName: 'r', bytes: undefined },
    ]
    const answers = [1, 2, 3].map(() => own.map((request) => threads.ask(request)))
    expect(new Set(answers.flat()).size).toBe(own.length)
    const others = own
      .slice(3)
      .map((request) => threads.ask({ ...request, roomName: 's' } as Request))
    expect(new Set([...answers.flat(), ...others]).size).toBe(own.length + others.length)
    expect(await Promise.allSettled(answers.flat())).toEqual(answers.flat().map(() => FAILED))
    await Promise.allSettled(others)
  })

  it('[DO43 DO44] drops too many updates of other nodes, and looks them up in the store instead', async () => {
    const threads = newThreads()
    const news = { call: 'learn', roomName: 'r', bytes: new Uint8Array(65_536) } as const
    const told = Array.from({ length: 5_000 }, () => threads.ask(news))
    const settled = await Promise.allSettled(told)
    const failed = settled.filter(({ status }) => status === 'rejected').length
    expect(failed).toBeLessThan(1_000)
  })
})

async function causeOf(answer: Promise<unknown>): Promise<unknown> {
  return answer.catch((error: unknown) => (error as Error).cause)
}
