import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../../test/simulation/virtual-clock.js'
import { Connections, type Kept } from './connections.js'

const HEARTBEAT_MS = 15_000

class RecordingConnection implements Kept {
  readonly pings: number[] = []
  goodbyes = 0
  destroyed = false

  constructor(private readonly clock: VirtualClock) {}

  ping(): void {
    this.pings.push(this.clock.now())
  }

  goodbye(): void {
    this.goodbyes += 1
  }

  destroy(): void {
    this.destroyed = true
  }
}

function start(maxConnections = 1_000) {
  const clock = new VirtualClock()
  const connections = new Connections({ heartbeatMs: HEARTBEAT_MS, maxConnections }, clock)
  const open = () => {
    const connection = new RecordingConnection(clock)
    return { connection, forget: connections.add(connection) }
  }
  return { clock, connections, open }
}

describe('heartbeats', () => {
  it('[ST7] reach everybody once a heartbeat, a few at a time', () => {
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

  it('[FR6] stop with the last connection, and begin again with the next', () => {
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

describe('the end', () => {
  it('[FR7] says goodbye to everybody and closes who does not go', async () => {
    const { clock, connections, open } = start()
    const polite = open()
    const stuck = open()
    polite.connection.goodbye = polite.forget
    const closed = connections.close(() => 1_000)
    expect(stuck.connection.goodbyes).toBe(1)
    expect(stuck.connection.destroyed).toBe(false)
    clock.advance(1_000)
    await closed
    expect(stuck.connection.destroyed).toBe(true)
    expect(polite.connection.destroyed).toBe(false)
  })

  it('[FR7] is at once when everybody goes', async () => {
    const { connections, open } = start()
    const { connection, forget } = open()
    connection.goodbye = forget
    await connections.close(() => 1_000)
    expect(connection.destroyed).toBe(false)
  })
})

it('[FR8] one connection more than the server holds is refused', () => {
  const { connections, open } = start(1)
  connections.assertRoom()
  const { forget } = open()
  expect(() => connections.assertRoom()).toThrow(
    expect.objectContaining({ problem: 'too-many-connections' }),
  )
  forget()
  connections.assertRoom()
})
