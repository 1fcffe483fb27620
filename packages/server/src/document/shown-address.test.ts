import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { connected, shownAddress } from './shown-address.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

it('[OP8] logs the address that it waits for, but only after a second', async () => {
  const said: string[] = []
  const connect = (connecting: Promise<void>) =>
    connected('Redis', 'redis://:word@a:1', connecting, (message) => said.push(message))
  await connect(Promise.resolve())
  await expect(connect(Promise.reject(new Error('refused')))).rejects.toThrow('refused')
  await vi.advanceTimersByTimeAsync(5_000)
  expect(said).toEqual([])
  let here!: () => void
  const slow = connect(new Promise((resolve) => (here = resolve)))
  await vi.advanceTimersByTimeAsync(1_000)
  expect(said).toEqual(['waiting for Redis at redis://a:1'])
  here()
  await slow
})

it.each([
  ['postgres://db.example/whereabouts', 'postgres://db.example/whereabouts'],
  ['postgres://me:word@db.example:5432/x?sslmode=require', 'postgres://db.example:5432/x'],
  ['postgres://db.example/x?user=me&password=word', 'postgres://db.example/x'],
  ['postgres://me:w/o?r@d#@db.example/x', 'postgres://db.example/x'],
  ['redis://:word@a:1,redis://:word@b:2', 'redis://b:2'],
  ['redis-sentinel://me:word@a:1,b:2/0#name', 'redis-sentinel://a:1,b:2/0'],
])('[OP8] %s is shown as %s', (url, shown) => {
  expect(shownAddress(url)).toBe(shown)
})
