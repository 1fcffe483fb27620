// Documents in memory as a store that is opened by a name, so that the contract can open them several times.
import { MemoryStore } from '../../packages/server/dist/document/memory-store.js'
import { lend, openStore as openMemory } from '../../packages/server/dist/document/memory.js'

/** @type {Map<string, MemoryStore>} */
const stores = new Map()

/** @param {{ name: string }} options */
export function openStore({ name }) {
  const store = stores.get(name) ?? new MemoryStore()
  stores.set(name, store)
  return openMemory({ port: lend(store) })
}
