import { describe, expect, it, vi } from 'vitest'
import { member } from '../../../test/client/scripted-server.js'
import { RoomStore } from './store.js'

const roomOf = (...ids: string[]) => ({
  members: new Map(ids.map((id) => [id, member(id)])),
  watching: 0,
  elsewhere: {},
  locks: {},
})

describe('RoomStore', () => {
  it('[CL2] returns the same snapshot and lists while nothing in them changes', () => {
    const store = new RoomStore()
    store.apply({ kind: 'shown', facts: { room: roomOf('a'), self: 'a' } })
    const before = store.getSnapshot()
    const listener = vi.fn<() => void>()
    store.subscribe(listener)
    store.apply({ kind: 'shown', facts: { self: 'a' } })
    expect(store.getSnapshot()).toBe(before)
    expect(listener).not.toHaveBeenCalled()
    store.apply({ kind: 'opened', isResumed: true, transport: 'stream' })
    expect(store.getSnapshot().members).toBe(before.members)
    expect(listener).toHaveBeenCalledOnce()
  })

  it('[CL1] calls a listener once per subscription', () => {
    const store = new RoomStore()
    const listener = vi.fn<() => void>()
    const unsubscribe = store.subscribe(listener)
    store.subscribe(listener)
    unsubscribe()
    store.apply({ kind: 'opened', isResumed: true, transport: 'stream' })
    expect(listener).toHaveBeenCalledOnce()
  })

  it('[CL1] is not stopped by a listener that throws', async () => {
    const store = new RoomStore()
    const uncaught = new Promise((resolve) => process.once('uncaughtException', resolve))
    const listener = vi.fn<() => void>()
    store.subscribe(() => {
      throw new Error('mine')
    })
    store.subscribe(listener)
    store.apply({ kind: 'opened', isResumed: true, transport: 'stream' })
    expect(listener).toHaveBeenCalledOnce()
    expect(await uncaught).toMatchObject({ message: 'mine' })
  })
})
