import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Doc } from 'yjs'
import { Random } from '../../../../test/simulation/random.js'
import { VirtualClient } from './virtual-client.fixture.js'
import { VirtualNetwork, VirtualServer } from './virtual-server.fixture.js'

const CLIENTS = 5
const STEPS = 400
const SEEDS = Array.from({ length: 30 }, (_item, seed) => seed + 1)
const REMEMBERED_UPDATES = [2, 20, 200]

function act(random: Random, client: VirtualClient, server: VirtualServer): void {
  const dice = random.next() * 100
  if (dice < 45) client.edit(random)
  else if (dice < 65) client.read()
  else if (dice < 72) client.disconnect()
  else if (dice < 84) client.connect()
  else if (dice < 90) goOffline(client)
  else if (dice < 96) client.isOffline = false
  else if (dice < 98) client.reload()
  else if (dice < 98.4) server.restart()
  else if (dice < 98.7) server.backUp()
  else if (dice < 99) server.restore()
  else client.mayWrite = random.chance(0.5)
}

function goOffline(client: VirtualClient): void {
  client.isOffline = true
  client.disconnect()
}

async function run(seed: number): Promise<{ server: VirtualServer; clients: VirtualClient[] }> {
  const random = new Random(seed)
  vi.spyOn(Math, 'random').mockImplementation(() => random.next())
  const server = new VirtualServer(random.pick(REMEMBERED_UPDATES))
  const network = new VirtualNetwork(random)
  const numbers = Array.from({ length: CLIENTS }, (_item, number) => number + 1)
  const clients = numbers.map((number) => new VirtualClient(number, server, network))
  for (let step = 0; step < STEPS; step++) {
    act(random, random.pick(clients), server)
    if (random.chance(0.7)) network.deliverOne()
    await vi.advanceTimersByTimeAsync(random.below(200))
  }
  await settle(clients, network)
  return { server, clients }
}

/** Brings every client online and delivers all messages. */
async function settle(clients: VirtualClient[], network: VirtualNetwork): Promise<void> {
  network.isReliable = true
  for (const client of clients) Object.assign(client, { isOffline: false, mayWrite: true })
  const isAtRest = () =>
    network.isQuiet && clients.every(({ provider }) => provider.synced && provider.saved)
  for (let round = 0; round < 10_000 && !isAtRest(); round++) {
    for (const client of clients) {
      client.connect()
      client.read()
    }
    network.deliverOne()
    await vi.advanceTimersByTimeAsync(100)
  }
  for (const client of clients) client.read()
}

/** Returns the value after JSON in UTF-8, which replaces lone surrogates. */
const wellFormed = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_key, each: unknown) =>
    typeof each === 'string' ? Buffer.from(each).toString() : each,
  )

const contentsOf = (doc: Doc) =>
  wellFormed({
    body: doc.getText('body').toJSON(),
    sheet: doc.getMap('sheet').toJSON(),
    list: doc.getArray('list').toJSON(),
    page: doc.getXmlFragment('page').toJSON(),
  }) as { readonly body: string }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('all documents converge after lost and late messages, offline edits, lost rights, restarts and restores', () => {
  it.each(SEEDS)('[CL20 CL21 CL29 CL55] seed %d', async (seed) => {
    const { server, clients } = await run(seed)
    const expected = contentsOf(server.doc)
    expect(expected.body.length).toBeGreaterThan(10)
    const written = clients.flatMap((client) => client.written)
    expect(server.doc.getArray<string>('written').toArray().toSorted()).toEqual(written.toSorted())
    for (const { doc, provider } of clients) {
      expect(contentsOf(doc)).toEqual(expected)
      expect(doc.store.pendingStructs).toBeNull()
      expect(provider).toMatchObject({ synced: true, saved: true, problem: null })
      void provider.destroy()
    }
    expect(server.doc.store.pendingStructs).toBeNull()
  })
})
