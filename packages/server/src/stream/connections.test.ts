import type { Goodbye, Problem } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../../test/simulation/virtual-clock.js'
import { Connections, type Kept } from './connections.js'
import { Faults } from './faults.js'

const HEARTBEAT_MS = 15_000

class RecordingConnection implements Kept {
  readonly pings: number[] = []
  readonly goodbyes: { readonly atMs: number; readonly reconnectInMs: number }[] = []
  readonly failures: string[] = []
  ended = false
  destroyed = false

  constructor(private readonly clock: VirtualClock) {}

  ping(): void {
    this.pings.push(this.clock.now())
  }

  goodbye({ reconnectInMs }: Goodbye): void {
    this.goodbyes.push({ atMs: this.clock.now(), reconnectInMs })
  }

  end(): void {
    this.ended = true
  }

  destroy(): void {
    this.destroyed = true
  }

  fail({ problem }: Problem): void {
    this.failures.push(problem)
  }
}

function start(maxConnections = 1_000) {
  const clock = new VirtualClock()
  let drawn = 0
  const connections = new Connections(
    { heartbeatMs: HEARTBEAT_MS, maxConnections },
    clock,
    new Faults(() => {}),
    () => (drawn++ * 0.37) % 1,
  )
  const open = () => {
    const connection = new RecordingConnection(clock)
    const place = connections.reserve('stream')
    place.keep(connection)
    return { connection, forget: () => place.release() }
  }
  return { clock, connections, open }
}

describe('heartbeats', () => {
  it('[ST7] reach each connection once per interval, a few at a time', () => {
    const { clock, open } = start()
    const all = Array.from({ length: 120 }, () => open().connection)
    clock.advance(HEARTBEAT_MS)
    const times = all.map(({ pings }) => {
      expect(pings).toHaveLength(1)
      return pings[0]!
    })
    const atOnce = times.map((time) => times.filter((other) => other === time).length)
    expect(new Set(atOnce)).toEqual(new Set([2]))
    clock.advance(HEARTBEAT_MS * 3)
    for (const { pings } of all) expect(pings).toHaveLength(4)
  })

  it('[FR6] stop with the last connection, and start again with the next', () => {
    const { clock, connections, open } = start()
    const { connection, forget } = open()
    forget()
    forget()
    expect(connections.size).toBe(0)
    clock.advance(HEARTBEAT_MS * 2)
    expect(connection.pings).toEqual([])
    const next = open().connection
    clock.advance(HEARTBEAT_MS)
    expect(next.pings).toHaveLength(1)
  })
})

describe('closing', () => {
  it('[FR7] says goodbye to all connections and destroys those that stay', async () => {
    const { clock, connections, open } = start()
    const polite = open()
    const stuck = open()
    polite.connection.end = polite.forget
    const closed = connections.close(() => 1_000)
    expect(stuck.connection.goodbyes).toEqual([{ atMs: 0, reconnectInMs: 1_000 }])
    expect(stuck.connection.ended).toBe(true)
    expect(stuck.connection.destroyed).toBe(false)
    clock.advance(1_000)
    await closed
    expect(stuck.connection.destroyed).toBe(true)
    expect(polite.connection.destroyed).toBe(false)
  })

  it('[FR7] is immediate when all connections end', async () => {
    const { connections, open } = start()
    const { connection, forget } = open()
    connection.end = forget
    await connections.close(() => 1_000)
    expect(connection.destroyed).toBe(false)
  })
})

describe('draining over a time', () => {
  /** Advances the clock until the promise resolves, running pending callbacks in between. */
  async function elapse(clock: VirtualClock, done: Promise<void>, stepMs = 10): Promise<number> {
    let isDone = false
    void done.then(() => (isDone = true))
    for (;;) {
      await new Promise(setImmediate)
      if (isDone) return clock.now()
      clock.advance(stepMs)
    }
  }

  it('[FR9] says goodbye in steps to a share at a time, and ends no connection', async () => {
    const { clock, connections, open } = start()
    const all = Array.from({ length: 40 }, () => open().connection)
    const doneMs = await elapse(clock, connections.drain(2_000))
    const times = all.map(({ goodbyes }) => {
      expect(goodbyes).toHaveLength(1)
      return goodbyes[0]!.atMs
    })
    const atOnce = times.map((time) => times.filter((other) => other === time).length)
    expect(new Set(atOnce)).toEqual(new Set([2]))
    expect(Math.max(...times)).toBe(1_900)
    expect(all.some(({ ended, destroyed }) => ended || destroyed)).toBe(false)
    expect(doneMs).toBe(4_000)
  })

  it('[FR9] asks clients to reconnect after different times of at most 300 ms', async () => {
    const { clock, connections, open } = start()
    const all = Array.from({ length: 40 }, () => open().connection)
    await elapse(clock, connections.drain(100))
    const times = all.flatMap(({ goodbyes }) => goodbyes.map((each) => each.reconnectInMs))
    expect(times).toHaveLength(40)
    expect(Math.max(...times)).toBeLessThanOrEqual(300)
    expect(new Set(times).size).toBeGreaterThan(1)
  })

  it('[FR21] keeps sending heartbeats to the connections that are left', async () => {
    const { clock, connections, open } = start()
    const { connection } = open()
    await elapse(clock, connections.drain(HEARTBEAT_MS))
    expect(connection.pings).toEqual([250, HEARTBEAT_MS + 250])
  })

  it('[FR21] is done when the last connection has ended', async () => {
    const { clock, connections, open } = start()
    for (let index = 0; index < 10; index++) {
      const { connection, forget } = open()
      connection.goodbye = () => void clock.after(50, forget)
    }
    expect(await elapse(clock, connections.drain(1_000))).toBe(950)
  })

  it('[FR9] says goodbye to connections opened meanwhile too', async () => {
    const { clock, connections, open } = start()
    open()
    const drained = connections.drain(1_000)
    const late = open().connection
    await elapse(clock, drained)
    expect(late.goodbyes).toHaveLength(1)
  })

  it('[FR9] takes no time if the time is 0 or there is no connection', async () => {
    const { clock, connections, open } = start()
    await connections.drain(1_000)
    const { connection } = open()
    await connections.drain(0)
    expect(connection.goodbyes).toEqual([])
    expect(clock.now()).toBe(0)
  })
})

const TOO_MANY = expect.objectContaining({ problem: 'too-many-connections' })

it('[FR8] a connection beyond the limit is refused', () => {
  const { open } = start(1)
  const { forget } = open()
  expect(open).toThrow(TOO_MANY)
  forget()
  open()
})

it('[FR10] a reserved place counts before a connection uses it, and is released once', () => {
  const { connections, open } = start(2)
  const place = connections.reserve('stream')
  open()
  expect(() => connections.reserve('stream')).toThrow(TOO_MANY)
  place.release()
  place.release()
  expect(connections.size).toBe(1)
})

it('[FR10] a connection whose place was released before gets no heartbeats', () => {
  const { clock, connections } = start()
  const place = connections.reserve('stream')
  place.release()
  const late = new RecordingConnection(clock)
  place.keep(late)
  clock.advance(HEARTBEAT_MS)
  expect(late.pings).toEqual([])
  expect(connections.size).toBe(0)
})
