import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../test/simulation/virtual-clock.js'
import { NO_LOG } from './log.js'
import { Signal } from './rooms/signal.js'
import { type OnStoreDocument, StoreCalls } from './store-calls.js'

const LIMITS = { storeDebounceMs: 2_000, storeMaxWaitMs: 10_000 }
const STATE = new Uint8Array([1, 0, 0])

/** Lets everything run that waits for nothing but its turn. */
const settled = () => new Promise((resolve) => void setImmediate(resolve))

function start(onStore: OnStoreDocument = () => {}) {
  const clock = new VirtualClock()
  const calls: { readonly room: string; readonly atMs: number }[] = []
  const warnings: string[] = []
  const errors: string[] = []
  const log = {
    ...NO_LOG,
    warn: (message: string) => void warnings.push(message),
    error: (message: unknown) => void errors.push(String(message)),
  }
  const storing = new StoreCalls({
    name: 'onStoreDocument',
    call: async (room) => {
      calls.push({ room, atMs: clock.now() })
      await onStore(room, STATE)
    },
    limits: LIMITS,
    clock,
    log,
  })
  const times = () => calls.map(({ atMs }) => atMs)
  const pass = (ms: number) => clock.pass(ms, () => {})
  return { pass, calls, storing, times, warnings, errors }
}

describe('onStoreDocument', () => {
  it('[RS10] is called once a document has rested, and in time if it never does', async () => {
    const { pass, storing, times } = start()
    storing.changed('a')
    await pass(1_500)
    storing.changed('a')
    await pass(1_999)
    expect(times()).toEqual([])
    await pass(1)
    expect(times()).toEqual([3_500])
    for (let count = 0; count < 30; count++) {
      storing.changed('a')
      await pass(1_000)
    }
    await pass(5_000)
    expect(times()).toEqual([3_500, 13_500, 23_500, 33_500])
  })

  it('[RS10] is called four times at once, and never twice for a room', async () => {
    const answers: (() => void)[] = []
    const { pass, calls, storing } = start(
      () => new Promise<void>((resolve) => void answers.push(resolve)),
    )
    const rooms = ['a', 'b', 'c', 'd', 'e']
    for (const room of rooms) storing.changed(room)
    await pass(2_000)
    expect(calls.map(({ room }) => room)).toEqual(['a', 'b', 'c', 'd'])
    storing.changed('a')
    await pass(2_000)
    answers[1]!()
    await settled()
    expect(calls.map(({ room }) => room)).toEqual(['a', 'b', 'c', 'd', 'e'])
    answers[0]!()
    await settled()
    expect(calls.map(({ room }) => room)).toEqual(['a', 'b', 'c', 'd', 'e', 'a'])
  })

  it('[RS10] is called again for a room only when the call before has ended', async () => {
    const answers: (() => void)[] = []
    const { pass, times, storing } = start(
      () => new Promise<void>((resolve) => void answers.push(resolve)),
    )
    storing.changed('a')
    await pass(2_000)
    storing.changed('a')
    await pass(5_000)
    expect(times()).toEqual([2_000])
    answers[0]!()
    await pass(0)
    expect(times()).toEqual([2_000, 7_000])
  })

  it('[RS11] isn’t called if another node has a change while it waits for its turn', async () => {
    const answers: (() => void)[] = []
    const { pass, calls, storing } = start(
      () => new Promise<void>((resolve) => void answers.push(resolve)),
    )
    for (const room of ['a', 'b', 'c', 'd', 'e']) storing.changed(room)
    await pass(2_000)
    storing.ordered('e', false)
    answers[0]!()
    await pass(10_000)
    expect(calls.map(({ room }) => room)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('[RS11] is called by the node that had the last change', async () => {
    const { pass, storing, times } = start()
    storing.changed('a')
    storing.ordered('a', true)
    await pass(1_000)
    storing.ordered('a', false)
    await pass(60_000)
    expect(times()).toEqual([])
    storing.changed('a')
    storing.ordered('a', false)
    storing.ordered('a', true)
    await pass(2_000)
    expect(times()).toEqual([63_000])
    // A log that is read again.
    storing.ordered('a', true)
    await pass(60_000)
    expect(times()).toHaveLength(1)
  })

  it('[RS11] is called by the node whose change is ordered last, however late it is ordered', async () => {
    const { pass, storing, times } = start()
    const told = new Signal()
    storing.changed('a', told.settled)
    await pass(1_000)
    storing.ordered('a', false)
    // The wait for the other node's call ends, and the other node hears of this change before its own wait ends.
    await pass(2_500)
    expect(times()).toEqual([])
    storing.ordered('a', true)
    told.settle()
    await pass(2_000)
    expect(times()).toEqual([5_500])
    await pass(60_000)
    expect(times()).toHaveLength(1)
  })

  it('[RS11] is called for a change whose order nobody learns, and at once if the server closes', async () => {
    const { pass, calls, storing } = start()
    const told = new Signal()
    for (const room of ['a', 'b']) {
      storing.changed(room, room === 'a' ? told.settled : new Promise(() => {}))
      storing.ordered(room, false)
    }
    await pass(60_000)
    expect(calls).toEqual([])
    told.settle()
    await pass(2_000)
    expect(calls.map(({ room }) => room)).toEqual(['a'])
    await storing.finish()
    expect(calls.map(({ room }) => room)).toEqual(['a', 'b'])
  })

  it('[RS11] isn’t called for changes that were ordered before that of another node', async () => {
    const { pass, storing, times } = start()
    const told = [new Signal(), new Signal()]
    for (const each of told) storing.changed('a', each.settled)
    await pass(1_000)
    storing.ordered('a', true)
    told[0]!.settle()
    await pass(500)
    storing.ordered('a', true)
    storing.ordered('a', false)
    told[1]!.settle()
    await pass(60_000)
    expect(times()).toEqual([])
  })

  it('[RS12] is called again after a failure, less and less often, and not sooner for a change', async () => {
    let failures = 9
    const { pass, storing, times, warnings } = start(() => {
      if (failures-- > 0) throw new Error('no database')
    })
    storing.changed('a')
    await pass(1_000_000)
    const waits = times().map((atMs, index) => atMs - (times()[index - 1] ?? 0))
    const expected = [2_000, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]
    expect(waits).toEqual(expected)
    expect(warnings[0]).toMatch(/no database/)
    failures = Infinity
    storing.changed('a')
    await pass(75_000)
    const count = times().length
    storing.changed('a')
    await pass(49_999)
    expect(times()).toHaveLength(count)
    await pass(1)
    expect(times()).toHaveLength(count + 1)
  })

  it('[RS20] isn’t called for a room while a call of any length goes on, and others go on after a minute', async () => {
    const ends: ((failed?: Error) => void)[] = []
    const { pass, storing, calls, warnings } = start(
      () => new Promise((resolve, reject) => ends.push((e) => (e ? reject(e) : resolve(0)))),
    )
    for (const room of ['a', 'b', 'c', 'd', 'e']) storing.changed(room)
    const rooms = () => calls.map(({ room }) => room)
    await pass(61_999)
    expect(rooms()).toEqual(['a', 'b', 'c', 'd'])
    storing.changed('a')
    await pass(1)
    expect(rooms()).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(warnings[0]).toMatch(/60000 ms/)
    await pass(600_000)
    expect(calls).toHaveLength(5)
    ends[0]!()
    ends[1]!(new Error('no database'))
    await pass(0)
    expect(rooms().slice(5)).toEqual(['a'])
    await pass(1_000)
    expect(rooms().slice(5)).toEqual(['a', 'b'])
    for (const end of ends) end()
    await pass(600_000)
    expect(calls).toHaveLength(7)
  })

  it('[RS13] is called at once for all that waits when the server closes', async () => {
    const { pass, calls, storing, errors } = start(async (room) => {
      if (room === 'c') throw new Error('no database')
    })
    for (const room of ['a', 'b', 'c', 'd', 'e', 'f']) storing.changed(room)
    storing.ordered('b', false)
    await storing.finish()
    expect(calls.map(({ room }) => room).toSorted()).toEqual(['a', 'c', 'd', 'e', 'f'])
    expect(errors).toEqual([expect.stringContaining('1 documents')])
    await pass(60_000)
    expect(calls).toHaveLength(5)
  })

  it('[RS13] is called at once for what changes while the server closes', async () => {
    const { pass, times, storing } = start()
    storing.changed('a')
    storing.hurry()
    await settled()
    expect(times()).toEqual([0])
    await pass(1_000)
    storing.changed('b')
    await pass(0)
    expect(times()).toEqual([0, 1_000])
  })

  it('[RS13] holds up a server that closes for at most 3 s, and isn’t called after that', async () => {
    const { pass, calls, storing, errors } = start(() => new Promise(() => {}))
    for (const room of ['a', 'b', 'c', 'd', 'e']) storing.changed(room)
    let isOver = false
    const finished = storing.finish().then(() => void (isOver = true))
    await pass(2_999)
    expect(isOver).toBe(false)
    await pass(1)
    await finished
    expect(errors).toEqual([expect.stringContaining('5 documents')])
    await pass(600_000)
    expect(calls).toHaveLength(4)
  })
})
