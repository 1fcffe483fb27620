import { join } from 'node:path'
import type { ResolvedOptions } from '../options.js'
import { newMemory } from './memory.js'
import { DOCUMENTS_LOG } from './sqlite-names.js'
import type { DocumentStore, OpenStore, StoreModule } from './store.js'

/** The store that a server uses. */
export interface ChosenStore {
  readonly store: StoreModule & { readonly module: string }
  /** Whether the documents are lost when the last store closes, so one has to stay open between threads. */
  readonly isInMemory: boolean
  /**
   * The file to flush before a write is acknowledged; `undefined` if the store does so itself, or keeps
   * nothing on a disk.
   */
  readonly log?: string
}

const SQLITE = new URL('./sqlite.js', import.meta.url).href
const POSTGRES = new URL('./postgres.js', import.meta.url).href

/** Returns the store that the options ask for. */
export function chooseStore({
  store,
  databaseUrl,
  dataDir,
}: Pick<ResolvedOptions, 'store' | 'databaseUrl' | 'dataDir'>): ChosenStore {
  if (store !== undefined) return lasting(String(store.module), store.options)
  if (databaseUrl !== undefined) return lasting(POSTGRES, { databaseUrl })
  if (dataDir !== undefined) {
    return { ...lasting(SQLITE, { dataDir }), log: join(dataDir, DOCUMENTS_LOG) }
  }
  return { store: { module: SQLITE, options: { memory: newMemory() } }, isInMemory: true }
}

function lasting(module: string, options: unknown): ChosenStore {
  return { store: { module, options }, isInMemory: false }
}

/**
 * Imports the module of a store and opens the store.
 *
 * @param isShared whether several nodes use it
 * @throws {Error} if the module can't be imported, or what it opens can't be used
 */
export async function openStoreModule(
  { module, options }: StoreModule,
  isShared = false,
): Promise<DocumentStore> {
  const { openStore } = (await import(String(module))) as { readonly openStore?: unknown }
  if (typeof openStore !== 'function') {
    throw new TypeError(`${String(module)} doesn't export a function named openStore`)
  }
  const store = await (openStore as OpenStore)(options)
  if (!isShared || store.untold !== undefined) return store
  await store.close()
  throw new Error(
    `${String(module)} can't be shared by several nodes: its store has no "untold". Add it, or leave redisUrl out.`,
  )
}
