import { readFileSync } from 'node:fs'
import { within } from 'whereabouts-conformance/deadline'
import { memberKey } from 'whereabouts-conformance/room'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { applyUpdate, decodeStateVector, Doc, encodeStateAsUpdate } from 'yjs'
import { startServer, type RunningServer } from '../../servers/standalone.js'
import { PlainClient } from './plain-client.mjs'

let server: RunningServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const newRoom = () => `${server.baseUrl}/rooms/${memberKey()}`

function until(client: PlainClient, what: string, wanted: () => boolean): Promise<void> {
  const reached = new Promise<void>((resolve) => {
    client.changed = () => wanted() && resolve()
    client.changed()
  })
  return within(reached, what)
}

const locationOf = (client: PlainClient, id: string): unknown => client.members.get(id)?.location

it.each(['GET', 'POST'] as const)(
  '[HT1 HT2 HT3 ST9] a client written from the spec alone joins, moves and resumes: %s',
  async (method) => {
    const room = newRoom()
    const [ada, bob] = [new PlainClient(room, memberKey()), new PlainClient(room, memberKey())]
    await ada.open(method, { name: 'Ada', color: '#e11d48' })
    await until(ada, 'the snapshot', () => ada.members.size === 1)
    await bob.open(method)
    const { self, id } = await bob.move({ cell: 'C6' })
    await until(ada, 'the move', () => locationOf(ada, self) !== undefined)
    await until(ada, 'its position', () => ada.position === id)
    expect(bob.hello).toMatchObject({ self, protocol: 1 })
    await ada.close()
    await bob.move('while away')
    ada.events.length = 0
    await ada.open(method)
    await until(ada, 'what it missed', () => locationOf(ada, self) === 'while away')
    expect(ada.events).toEqual(['hello', 'patch'])
    await bob.leave()
    await until(ada, 'the leave', () => ada.members.size === 1)
    expect([...ada.members.values()]).toMatchObject([{ user: { name: 'Ada', color: '#e11d48' } }])
    await ada.close()
    await bob.close()
  },
)

it('[HT5] it reads the room without a stream, and waits for changes', async () => {
  const room = newRoom()
  const [ada, bob] = [new PlainClient(room, memberKey()), new PlainClient(room, memberKey())]
  const { self } = await bob.move(1)
  await ada.poll(0)
  expect(locationOf(ada, self)).toBe(1)
  expect(await ada.poll(0)).toBeNull()
  const waiting = ada.poll(20_000)
  await bob.move(2)
  expect(await waiting).toMatchObject({ patch: { move: { [self]: 2 } } })
  expect(locationOf(ada, self)).toBe(2)
})

it('[DO2 DO3 DO20] it posts an update, and receives it on its stream and in the answer to a sync', async () => {
  const client = new PlainClient(newRoom(), memberKey())
  await client.open('GET')
  await until(client, 'the snapshot', () => client.members.size === 1)
  const doc = Object.assign(new Doc(), { clientID: 7 })
  doc.getText('page').insert(0, 'hi')
  const update = encodeStateAsUpdate(doc) as Uint8Array<ArrayBuffer>
  const { id } = await client.post(update)
  await until(client, 'the update', () => client.position === id)
  const [vector, missing] = await client.sync(new Uint8Array())
  expect([...decodeStateVector(vector)]).toEqual([[7, 2]])
  for (const bytes of [client.updates[0]!, missing!]) {
    const other = new Doc()
    applyUpdate(other, bytes)
    expect(other.getText('page').toString()).toBe('hi')
  }
  await client.close()
})

it('[ER1] it gets a problem when it is refused', async () => {
  const client = new PlainClient(newRoom(), memberKey())
  await expect(client.move('x'.repeat(2_000))).rejects.toMatchObject({
    type: 'urn:whereabouts:problem:too-large',
    status: 413,
    limitBytes: 1_024,
  })
})

it('has fewer than 150 lines, and imports nothing', () => {
  const code = readFileSync(new URL('plain-client.mjs', import.meta.url), 'utf8')
  expect(code).not.toMatch(/\bimport\b(?!ed)|require\(/)
  expect(code.trimEnd().split('\n').length).toBeLessThan(150)
})
