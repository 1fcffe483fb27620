import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Arriving } from './arriving.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const newRequest = () => new IncomingMessage(new Socket())

it('[HT15] a body that has not fully arrived within a minute ends its connection', async () => {
  const arriving = new Arriving()
  const [slow, whole] = [newRequest(), newRequest()]
  for (const request of [slow, whole]) arriving.watch(request)
  whole.emit('end')
  await vi.advanceTimersByTimeAsync(59_000)
  expect(slow.destroyed).toBe(false)
  await vi.advanceTimersByTimeAsync(1_000)
  expect([slow.destroyed, whole.destroyed]).toEqual([true, false])
})

it('[FR13] a body that has not arrived 3 s after the goodbyes ends its connection, whenever it started', async () => {
  const arriving = new Arriving()
  const early = newRequest()
  arriving.watch(early)
  arriving.finish()
  const late = newRequest()
  arriving.watch(late)
  await vi.advanceTimersByTimeAsync(3_000)
  expect([early.destroyed, late.destroyed]).toEqual([true, true])
})
