import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { startServer } from '../servers/standalone.js'
import { startReceiver } from '../webhooks/receiver.js'
import { newPlace, type Place } from './place.js'

let place: Place

beforeAll(async () => {
  place = await newPlace()
})
afterAll(() => place[Symbol.asyncDispose]())

it('[WH10] two nodes post everything once, and one sends what the other left in their folder', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'whereabouts-webhooks-'))
  await using receiver = await startReceiver(0, () => 503)
  const settings = { ...place.settings, dataDir }
  const kinds = { WHEREABOUTS_WEBHOOK_KINDS: 'join,leave' }
  const start = () => startServer(settings, 0, [], { ...receiver.variables, ...kinds })
  const one = await start()
  await using two = await start()
  const [here, there] = [new TestRoom(one.baseUrl), new TestRoom(two.baseUrl)]
  const same = new TestRoom(two.baseUrl, here.name)
  await using _reader = await same.watch()
  for (const room of [here, there, same]) {
    const key = memberKey()
    await room.move(key, 'A1')
    await room.leave(key)
  }
  await expect.poll(() => receiver.received.length).toBeGreaterThan(2)
  await one.kill()
  receiver.answer = () => 200
  await expect.poll(() => receiver.taken.length, { timeout: 60_000 }).toBe(6)
  const told = receiver.taken.map(({ type, data }) => `${type} ${String(data['memberId'])}`)
  expect(new Set(told).size).toBe(6)
  expect(receiver.wrong).toEqual([])
  await two.stop()
  await rm(dataDir, { recursive: true })
})
