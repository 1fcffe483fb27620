import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { joinRoom, type JoinOptions, type Room } from '@whereabouts/client'
import {
  deleteVersion,
  listVersions,
  namePresent,
  nameVersion,
  readVersion,
} from '@whereabouts/client/history'
import { RoomProvider } from '@whereabouts/client/yjs'
import { afterEach, expect, it } from 'vitest'
import { applyUpdate, Doc } from 'yjs'
import { startPlain } from '../servers/plain.js'
import { until } from './until.js'

const rooms: Room[] = []

async function join(url: string, options: Partial<JoinOptions> = {}): Promise<Room> {
  const room = joinRoom({ url, room: 'budget', ...options })
  rooms.push(room)
  await until(room, ({ status }) => status === 'online')
  return room
}

afterEach(async () => {
  await Promise.all(rooms.splice(0).map((room) => room.leave()))
})

async function startServer() {
  const dataDir = await mkdtemp(joinPath(tmpdir(), 'whereabouts-history-'))
  const server = await startPlain({ dataDir, historyEveryMs: 86_400_000 })
  return {
    url: server.baseUrl,
    async [Symbol.asyncDispose]() {
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

it('[HY11 HY12] names, lists, reads and renames versions, with who wrote', async () => {
  await using server = await startServer()
  const room = await join(server.url, { user: { name: 'Ann' } })
  const doc = new Doc()
  const provider = new RoomProvider(room, doc, { offline: false })
  expect(await listVersions(room)).toEqual([])
  await expect(namePresent(room, 'x')).rejects.toMatchObject({ problem: 'no-version' })
  doc.getText('text').insert(0, 'first')
  await expect.poll(() => provider.saved).toBe(true)
  const named = await namePresent(room, 'Sent')
  expect(named).toMatchObject({ name: 'Sent', authors: [{ name: 'Ann' }] })
  doc.getText('text').insert(0, 'not the ')
  await expect.poll(() => provider.saved).toBe(true)
  const later = await namePresent(room, 'Later')
  expect(await listVersions(room)).toEqual([later, named])
  expect(await listVersions(room, { limit: 1 })).toEqual([later])
  expect(await listVersions(room, { before: later.id })).toEqual([named])
  const before = new Doc()
  applyUpdate(before, await readVersion(room, named.id))
  expect(before.getText('text').toJSON()).toBe('first')
  await nameVersion(room, named.id, null)
  expect((await listVersions(room)).map(({ name }) => name)).toEqual(['Later', undefined])
  await expect(nameVersion(room, named.id, '')).rejects.toMatchObject({ problem: 'bad-name' })
  await expect(readVersion(room, later.id + 1)).rejects.toMatchObject({ problem: 'no-version' })
  await expect(deleteVersion(room, named.id)).rejects.toMatchObject({ problem: 'forbidden' })
  const gone = AbortSignal.abort(new Error('closed'))
  await expect(listVersions(room, { signal: gone })).rejects.toThrow('closed')
  await provider.destroy()
})

it('[HY12] takes no other answer for the server’s', async () => {
  await using server = await startServer()
  const front = createServer((_request, response) => void response.end('Sign in to the hotel'))
  await once(front.listen(0, '127.0.0.1'), 'listening')
  const hotel = `http://127.0.0.1:${(front.address() as AddressInfo).port}`
  let isInHotel = false
  const room = await join(server.url, {
    fetch: (input, init) => {
      const address = new Request(input).url
      return fetch(isInHotel ? address.replace(server.url, hotel) : address, init)
    },
  })
  isInHotel = true
  const answers = [
    listVersions(room),
    readVersion(room, 1),
    namePresent(room, 'x'),
    nameVersion(room, 1, 'x'),
    deleteVersion(room, 1),
  ]
  for (const answer of await Promise.allSettled(answers)) {
    expect(answer).toMatchObject({ status: 'rejected', reason: { message: 'unexpected answer' } })
  }
  isInHotel = false
  front.closeAllConnections()
  front.close()
})
