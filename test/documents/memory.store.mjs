// Documents in memory as a store that is opened by a name, so that the contract can open them several times.
import { LentStore, openStore as openLent } from '../../packages/server/dist/document/lent-store.js'
import { MemoryStore } from '../../packages/server/dist/document/memory-store.js'

/** @type {Map<string, LentStore>} */
const stores = new Map()

/** @param {{ name: string }} options */
export async function openStore({ name }) {
  const store = stores.get(name) ?? new LentStore(async () => new MemoryStore())
  stores.set(name, store)
  return openLent(await store.lend())
}
