import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createWhereabouts, type StoreModule } from '@whereabouts/server'
import { STORE_CONTRACT, type StorePlace } from '@whereabouts/server/store-contract'
import { describe, expect, it } from 'vitest'
import { TestDocument } from 'whereabouts-conformance/document'
import { TestRoom } from 'whereabouts-conformance/room'
import { openStoreModule } from '../../packages/server/src/document/store-module.js'

const RIGHT = new URL('./log.store.mjs', import.meta.url)
const WRONG = new URL('./wrong.store.mjs', import.meta.url)
const MEMORY = new URL('./memory.store.mjs', import.meta.url)

describe('documents in memory', () => {
  // Nothing in memory survives its process.
  const contract = STORE_CONTRACT.filter(
    ({ name }) => !name.includes('after its process is killed'),
  )

  it.each(contract)('$name', async ({ check }) => {
    await using place = newMemory()
    await expect(check(place)).resolves.toBeUndefined()
  })
})

describe('an application’s own store', () => {
  it.each(STORE_CONTRACT)('$name', async ({ check }) => {
    await using place = await newPlace(RIGHT)
    await expect(check(place)).resolves.toBeUndefined()
  })

  it('[DO8] keeps documents over a restart of the server', async () => {
    await using place = await newPlace(RIGHT)
    const written = await served({ store: place.store }, async (room) => {
      const writer = new TestDocument(room)
      await writer.post('A1')
      return writer.cells
    })
    const { cells } = await served({ store: place.store }, (room) => new TestDocument(room).fetch())
    expect(cells).toEqual(written)
    expect(cells).not.toEqual({})
  })
})

describe('the contract', () => {
  it.each([
    ['acknowledges before it has written', 'after its process is killed'],
    ['writes an append in parts', 'all updates of an append or none'],
    ['returns numbers in another order', 'when it is opened again'],
    ['removes later updates with a compaction', 'and nothing else'],
    ['lets the last compaction win', 'of an old generation'],
    ['remembers what it has loaded', 'what another open store has stored'],
    ['stores what is for a removed document', 'nothing that is for a removed document'],
    ['forgets that a document was removed', 'nothing that is for a removed document'],
    ['leaves the record of a removed document', 'nothing of a room that was removed'],
    ['lets a document be claimed that is there', 'with its record, or neither'],
    ['takes two first updates', 'a first update without a record, once'],
    ['lets the last change of a record win', 'only if it is as expected'],
    ['lists in the order of the locale', 'in the order of their names'],
  ])('[DO8] is checked by the contract, which detects a store that %s', async (fault, promise) => {
    // The rest of the contract has nothing to do with this fault.
    const concerned = STORE_CONTRACT.filter(({ name }) => name.includes(promise))
    const broken = await Promise.all(
      concerned.map(async ({ name, check }) => {
        await using place = await newPlace(WRONG, { fault })
        return await check(place).then(
          () => '',
          () => name,
        )
      }),
    )
    expect(broken).toContainEqual(expect.stringContaining(promise))
  })
})

describe('a server', () => {
  it('[EX6] doesn’t share a store with other nodes if it can’t record what they have to be told', async () => {
    await using place = await newPlace(RIGHT)
    await expect(openStoreModule(place.store, true)).rejects.toThrow(/has no "untold"/)
    const store = await openStoreModule(place.store)
    await expect(store.check()).resolves.toBeUndefined()
    await store.close()
  })

  it.each<[string, StoreModule, string]>([
    ['isn’t there', { module: new URL('./nowhere.mjs', import.meta.url) }, 'nowhere.mjs'],
    ['opens no store', { module: import.meta.resolve('yjs') }, 'openStore'],
    ['fails to open it', { module: RIGHT, options: { file: '/no/such/folder/log' } }, 'ENOENT'],
  ])(
    '[DO8] doesn’t start with a module that %s, and reports the reason',
    async (_what, store, said) => {
      await expect(createWhereabouts({ auth: 'open', store })).rejects.toThrow(said)
    },
  )

  it('[DO112] doesn’t start with a store that lacks methods, and names them', async () => {
    const module = new URL('./earlier.store.mjs', import.meta.url)
    const started = (lacks: readonly string[]) =>
      createWhereabouts({ auth: 'open', store: { module, options: { lacks } } })
    await expect(started(['check', 'lists.folders', 'lists.place'])).rejects.toThrow(
      /earlier\.store\.mjs opens a store without check, lists\.folders, lists\.place\. Add/,
    )
    await (await started(['lists'])).close()
    await (await started([])).close()
  })

  it.each<[unknown, string]>([
    [{ module: './store.js' }, 'store.module: is the file: URL of a module'],
    [{ module: RIGHT, options: { file: () => 'log' } }, 'store.options: can be copied'],
    [{}, 'store.module: '],
  ])('refuses %j as a store', async (store, said) => {
    const options = { auth: 'open', store: store as StoreModule } as const
    await expect(createWhereabouts(options)).rejects.toThrow(said)
  })

  it('refuses a store beside databaseUrl', async () => {
    const both = { databaseUrl: 'postgres://127.0.0.1/none', store: { module: RIGHT } }
    const refused = createWhereabouts({ auth: 'open', ...both })
    await expect(refused).rejects.toThrow('store: is set together with databaseUrl')
  })
})

async function newPlace(module: URL, options: object = {}): Promise<StorePlace> {
  const folder = await mkdtemp(join(tmpdir(), 'whereabouts-own-store-'))
  return {
    store: { module, options: { file: join(folder, 'log'), ...options } },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Starts a server with this store, runs a function on a room, and stops the server. */
async function served<T>(
  options: { readonly store: StoreModule },
  work: (room: TestRoom) => Promise<T>,
): Promise<T> {
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const whereabouts = await createWhereabouts({ auth: 'open', log, ...options })
  const server = createServer((request, response) => void whereabouts.handle(request, response))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as { port: number }
  try {
    return await work(new TestRoom(`http://127.0.0.1:${port}`, 'budget'))
  } finally {
    await whereabouts.close()
    server.closeAllConnections()
    server.close()
  }
}

function newMemory(): StorePlace {
  const store = { module: MEMORY, options: { name: randomUUID() } }
  return { store, [Symbol.asyncDispose]: async () => {} }
}
