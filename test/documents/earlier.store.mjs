// Documents in memory, and lists without some methods, as of a store that was made for an earlier version.
import { MemoryStore } from '../../packages/server/dist/document/memory-store.js'

const LISTS = [
  'listOf',
  'label',
  'mark',
  'folders',
  'addFolder',
  'renameFolder',
  'removeFolder',
  'place',
  'trashed',
]

/** @param {{ lacks: readonly string[] }} options */
export async function openStore({ lacks }) {
  const left = LISTS.filter((name) => !lacks.includes(`lists.${name}`))
  const lists = lacks.includes('lists')
    ? undefined
    : Object.fromEntries(left.map((name) => [name, async () => []]))
  const store = Object.assign(new MemoryStore(), { lists })
  return Object.assign(store, Object.fromEntries(lacks.map((name) => [name, undefined])))
}
