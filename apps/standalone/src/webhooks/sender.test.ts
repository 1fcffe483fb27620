import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../../test/simulation/virtual-clock.js'
import type { Message } from './queue.js'
import { WebhookSender } from './sender.js'

/** A queue in memory. */
class Waiting {
  readonly due = new Map<Message, number>()
  #number = 0

  add(...bodies: string[]): void {
    for (const body of bodies) {
      this.due.set({ number: ++this.#number, id: body, body, failures: 0 }, 0)
    }
  }

  take(count: number, nowMs: number, untilMs: number): readonly Message[] {
    const messages = [...this.due].filter(([, dueMs]) => dueMs <= nowMs).slice(0, count)
    for (const [message] of messages) this.due.set(message, untilMs)
    return messages.map(([message]) => message)
  }

  nextMs = () => (this.due.size === 0 ? undefined : Math.min(...this.due.values()))

  remove = (message: Message) => void this.due.delete(message)

  giveBack(message: Message, dueMs: number, failures: number): void {
    const others = [...this.due].filter(([each]) => each !== message)
    this.due.clear()
    const entries = [...others, [{ ...message, failures }, dueMs] as const]
    for (const [each, atMs] of entries.toSorted(([one], [other]) => one.number - other.number)) {
      this.due.set(each, atMs)
    }
  }
}

/** @param answer whether a post works, from its body and the time */
function start(answer: (body: string, nowMs: number) => boolean | Promise<boolean>) {
  const clock = new VirtualClock()
  const queue = new Waiting()
  const posts: [body: string, atMs: number][] = []
  const failing: (string | undefined)[] = []
  let aborted: Promise<boolean> | undefined
  const sender = new WebhookSender({
    queue,
    post: async ({ body }, signal) => {
      posts.push([body, clock.now()])
      aborted ??= new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve(false))
      })
      const isTaken = await Promise.race([answer(body, clock.now()), aborted])
      return isTaken ? undefined : 'down'
    },
    failing: (fault) => void failing.push(fault),
    now: () => clock.now(),
    after: (ms, call) => clock.after(ms, call),
  })
  const pass = (ms: number) => clock.pass(ms, () => {})
  return { sender, queue, posts, failing, pass }
}

const NEVER = () => new Promise<boolean>(() => {})

describe('the sender of webhooks', () => {
  it('[WH6] sends up to ten at once', async () => {
    const { sender, queue, posts, pass } = start(NEVER)
    queue.add(...Array.from({ length: 12 }, (_, index) => `${index}`))
    sender.wake()
    await pass(100)
    expect(posts).toHaveLength(10)
  })

  it('[WH6] pauses for twice as long after each failure, with one message between', async () => {
    const { sender, queue, posts, failing, pass } = start((_body, nowMs) => nowMs >= 200_000)
    queue.add(...Array.from({ length: 20 }, (_, index) => `${index}`))
    sender.wake()
    await pass(199_000)
    const times = [...new Set(posts.map(([, atMs]) => atMs))]
    expect(posts.filter(([, atMs]) => atMs === 0)).toHaveLength(10)
    expect(times).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183].map((seconds) => seconds * 1_000))
    expect(posts).toHaveLength(10 + 8)
    expect(failing).toEqual(['down'])
    await pass(120_000)
    expect(queue.due.size).toBe(0)
    expect(failing).toEqual(['down', undefined])
  })

  it('[WH6] lets others pass a message that always fails', async () => {
    const { sender, queue, posts, pass } = start((body) => body !== 'bad')
    queue.add('bad', 'a', 'b')
    sender.wake()
    await pass(5_000)
    queue.add('c')
    sender.wake()
    await pass(60_000)
    expect([...queue.due.keys()].map(({ body }) => body)).toEqual(['bad'])
    expect(posts.filter(([body]) => body === 'bad').length).toBeLessThan(8)
  })

  it('[WH9] stops within 2 s, and leaves what isn’t received', async () => {
    const { sender, queue, posts, pass } = start((body) => body === 'a' || NEVER())
    queue.add('a', 'b')
    let isOver = false
    const closed = sender.close().then(() => void (isOver = true))
    await pass(1_999)
    expect(isOver).toBe(false)
    await pass(1)
    await closed
    queue.add('c')
    sender.wake()
    await pass(60_000)
    expect(posts.map(([body]) => body)).toEqual(['a', 'b'])
    expect([...queue.due].map(([{ body, failures }, dueMs]) => [body, failures, dueMs])).toEqual([
      ['b', 0, 2_000],
      ['c', 0, 0],
    ])
  })
})
