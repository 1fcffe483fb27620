import { afterEach, describe, expect, it, vi } from 'vitest'
import { Connection, type ConnectionListener } from './connection.js'
import type { RoomEvent, Transport } from './transport.js'

const NOBODY: ConnectionListener = {
  receive: () => undefined,
  live: () => undefined,
  hindered: () => undefined,
  refused: () => undefined,
}
const never: Transport = () => new Promise(() => undefined)

function connect(stream: Transport, listener: Partial<ConnectionListener> = {}): Connection {
  const transports = { stream, 'post-stream': never, 'long-poll': never }
  const check = () => new Promise<null>(() => undefined)
  const confirm = () => new Promise<string>(() => undefined)
  const options = { transports, check, confirm, position: () => null }
  return new Connection(options, { ...NOBODY, ...listener })
}

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('a connection', () => {
  it('[CL4] tries again, however long it takes to follow a choice', async () => {
    // Each look at the clock takes longer than the wait that was chosen.
    let nowMs = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 5))
    vi.spyOn(Math, 'random').mockReturnValue(0.002)
    let attempts = 0
    const tried = new Promise<void>((resolve) => {
      const connection = connect(async () => {
        attempts += 1
        if (attempts < 4) throw new Error('refused')
        connection.stop()
        resolve()
      })
      connection.start()
    })
    await tried
    expect(attempts).toBe(4)
  })

  it('[CL94] reads first what arrived while it was busy', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const live: unknown[] = []
    let receive: (event: RoomEvent) => void = () => undefined
    const stream: Transport = (heard, signal) => {
      receive = heard
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
    }
    const connection = connect(stream, { live: (way) => live.push(way) })
    connection.start()
    receive({ kind: 'hello', data: { heartbeatMs: 1_000 } })
    const busy = vi.spyOn(performance, 'now')
    const atMs = performance.now()
    // Its timer comes ten seconds late, before what has arrived.
    busy.mockReturnValue(atMs + 12_500)
    await vi.advanceTimersByTimeAsync(2_500)
    receive({ kind: 'ping' })
    busy.mockReturnValue(atMs + 12_650)
    await vi.advanceTimersByTimeAsync(100)
    expect(live).toEqual(['stream'])
    busy.mockReturnValue(atMs + 15_100)
    await vi.advanceTimersByTimeAsync(2_500)
    expect(live).toEqual(['stream', null])
    connection.stop()
  })
})
