import { type Hello, Problem } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../../test/simulation/virtual-clock.js'
import { LocalRooms } from '../rooms/local-rooms.js'
import { Connection, type Writer } from './connection.js'
import { Faults } from './faults.js'
import type { SharedBytes } from './shared-bytes.js'
import { type SharedResponse, SharedStream } from './shared-stream.js'

const LIMITS = {
  leaseMs: 15_000,
  soonMs: 2_000,
  maxMembers: 10,
  maxLeavers: 10,
  maxRooms: 10,
  maxRecentDocumentBytes: 1_000,
  maxRecentBroadcastBytes: 1_000,
  frameIntervalMs: 0,
  frameCostMs: 0,
}
const LOOK = { view: 'patch', documents: false, part: undefined } as const
const HELLO: Hello = {
  protocol: 1,
  self: null,
  room: 'x',
  heartbeatMs: 1,
  leaseMs: 1,
  confirmMs: 1,
  maxLocationBytes: 1,
  can: [],
}

/** Records what is written, one text for each write. */
class RecordingResponse implements SharedResponse {
  writer: Writer | undefined
  ready = true
  readonly writes: string[] = []
  isEnded = false

  open(write: () => void): void {
    write()
  }

  closed(): void {}

  write(bytes: SharedBytes): void {
    this.writes.push(bytes.plain.toString())
  }

  writeBoth(first: SharedBytes, second: SharedBytes): void {
    this.writes.push(first.plain.toString() + second.plain.toString())
  }

  end(): void {
    this.isEnded = true
  }

  destroy(): void {
    this.isEnded = true
  }

  /** What was written since the last call. */
  take(): string[] {
    return this.writes.splice(0)
  }
}

/** Opens rooms on one stream. */
function open(...keys: readonly string[]) {
  const clock = new VirtualClock()
  const faults = new Faults(() => {})
  const hooks = {
    faults,
    merge: (updates: readonly Uint8Array[]) => updates,
    emptied: () => {},
  }
  const rooms = new LocalRooms(LIMITS, clock, hooks, () => 0)
  const response = new RecordingResponse()
  const stream = new SharedStream(response)
  stream.open(1)
  const channels = new Map(keys.map((key) => [key, stream.channel(key)]))
  for (const [key, channel] of channels) {
    const { frames } = rooms.open(key)
    const connection = new Connection(LOOK, undefined, channel)
    frames.add(connection)
    connection.open(HELLO)
    connection.follow(frames)
  }
  response.take()
  const move = async (key: string, location: number) => {
    await rooms.open(key).commit({ do: 'move', id: 'ann', user: {}, location })
    await clock.pass(100, () => {})
  }
  return { rooms, response, stream, channels, move, clock }
}

const keysIn = (writes: readonly string[]) =>
  writes.flatMap((text) => [...text.matchAll(/"key":"(\w)"/g)].map(([, key]) => key))

describe('a stream of several rooms', () => {
  it('[FR25] [MS2] names the room in the same write, where it changes', async () => {
    const { response, move } = open('a', 'b')
    await move('b', 1)
    expect(response.take()).toMatchObject([expect.stringMatching(/^id: \S+\nevent: patch/)])
    await move('a', 1)
    await move('a', 2)
    const writes = response.take()
    expect(writes).toHaveLength(2)
    expect(writes[0]).toMatch(/^event: on\ndata: \{"key":"a"\}\n\nid: \S+\nevent: patch\n/)
    expect(writes[1]).toMatch(/^id: \S+\nevent: patch\n/)
  })

  it('[ST17] [MS7] says that a resuming room missed nothing as soon as there is space', async () => {
    const { rooms, response, stream, move } = open()
    await move('a', 1)
    const { frames } = rooms.open('a')
    response.ready = false
    const connection = new Connection(LOOK, frames.room.version, stream.channel('a'))
    frames.add(connection)
    connection.open(HELLO)
    connection.follow(frames)
    expect(response.take()).toEqual([expect.stringContaining('event: hello')])
    for (const pings of [['event: ping\ndata: {}\n\n'], []]) {
      response.ready = true
      response.writer?.catchUp()
      expect(response.take()).toEqual(pings)
    }
    await move('a', 2)
    expect(response.take()).toEqual([expect.stringContaining('event: patch')])
  })

  it('[FR26] gets nothing while it can’t take more, and then one frame for each room', async () => {
    const { response, move } = open('a', 'b')
    response.ready = false
    for (let location = 0; location < 5; location++) {
      await move('a', location)
      await move('b', location)
    }
    expect(response.take()).toEqual([])
    response.ready = true
    response.writer?.catchUp()
    const writes = response.take()
    expect(keysIn(writes)).toEqual(['a', 'b'])
    for (const text of writes) expect(text).toContain('"location":4')
  })

  it('[FR26] begins with the room that has waited longest', async () => {
    const { response, move, channels } = open('a', 'b', 'c')
    const served: string[] = []
    for (const [key, channel] of channels) {
      const { writer } = channel
      channel.writer = {
        catchUp: () => {
          served.push(key)
          writer?.catchUp()
          response.ready = false
        },
      }
    }
    response.ready = false
    for (let round = 0; round < 6; round++) {
      for (const key of channels.keys()) await move(key, round)
      response.ready = true
      response.writer?.catchUp()
    }
    expect(served).toEqual(['a', 'b', 'c', 'a', 'b', 'c'])
  })

  it('[FR27] [MS9] goes on when one of its rooms fails, and ends with the last one', async () => {
    const { rooms, response, move, channels } = open('a', 'b')
    const ends: string[] = []
    for (const [key, channel] of channels) channel.onEnd = (how) => void ends.push(`${key} ${how}`)
    rooms.open('a').guard.fail(new Error('planted'))
    const [told] = response.take()
    expect(told).toMatch(/"key":"a"\}\n\nevent: problem\ndata: .*urn:whereabouts:problem:internal/)
    expect(ends).toEqual(['a ended'])
    expect(response.isEnded).toBe(false)
    await move('b', 1)
    expect(response.take()[0]).toContain('"key":"b"')
    rooms.open('b').guard.fail(new Error('planted'))
    expect(response.isEnded).toBe(true)
    expect(ends).toEqual(['a ended', 'b ended'])
  })

  it('[MS16] says once that its user expires', () => {
    const { response, stream, channels } = open('a', 'b')
    const connections = [...channels.values()].map(
      (channel) => new Connection(LOOK, undefined, channel),
    )
    for (const connection of connections) connection.goodbye({ reconnectInMs: 5 })
    expect(response.take()).toEqual([expect.stringContaining('event: goodbye')])
    // A server that shuts down still says so.
    stream.goodbye({ reconnectInMs: 7 })
    expect(response.take()).toEqual([expect.stringContaining('"reconnectInMs":7')])
  })

  it('[FR6] releases every room when its response closes, and only once', () => {
    const { stream, channels } = open('a', 'b')
    const ends: string[] = []
    for (const [key, channel] of channels) channel.onEnd = (how) => void ends.push(`${key} ${how}`)
    channels.get('a')!.refuse(new Problem('bad-room', 'No.'))
    stream.closed()
    stream.closed()
    channels.get('b')!.end()
    expect(ends).toEqual(['a ended', 'b closed'])
  })
})
