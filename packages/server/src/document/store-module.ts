import { join } from 'node:path'
import type { ResolvedOptions } from '../options.js'
import { withPackage } from '../installed.js'
import MODULES from '../modules.cjs'
import { LentStore } from './lent-store.js'
import { MemoryStore } from './memory-store.js'
import { DOCUMENTS_LOG } from './sqlite-names.js'
import { lackingMethods } from './store-shape.js'
import type { DocumentStore, OpenStore, StoreModule } from './store.js'

/** The store that a server uses. */
export type ChosenStore =
  /** The main thread has it, for all document threads. */
  | { readonly kind: 'lent'; readonly lent: LentStore; readonly isLasting: boolean }
  /** Each document thread opens it. */
  | {
      readonly kind: 'module'
      readonly store: StoreModule & { readonly module: string }
      /** The file to flush before a write is acknowledged; `undefined` if the store does so itself. */
      readonly log?: string
    }

const SQLITE = new URL('document/sqlite.js', MODULES).href
const POSTGRES = new URL('document/postgres.js', MODULES).href
/** The package that a store of ours needs. */
const PACKAGES = new Map([
  [SQLITE, 'libsql'],
  [POSTGRES, 'pg'],
] as const)

/** Returns the store that the options ask for. */
export function chooseStore({
  store,
  databaseUrl,
  pgPool,
  dataDir,
}: Pick<ResolvedOptions, 'store' | 'databaseUrl' | 'pgPool' | 'dataDir'>): ChosenStore {
  if (store !== undefined) return lasting(String(store.module), store.options)
  if (databaseUrl !== undefined) return lasting(POSTGRES, { databaseUrl })
  if (pgPool !== undefined) {
    const lent = new LentStore(async () => (await postgres()).openBorrowed(pgPool))
    return { kind: 'lent', lent, isLasting: true }
  }
  if (dataDir !== undefined) {
    return { ...lasting(SQLITE, { dataDir }), log: join(dataDir, DOCUMENTS_LOG) }
  }
  const memory = new MemoryStore()
  return { kind: 'lent', lent: new LentStore(async () => memory), isLasting: false }
}

/** Loaded on demand, because only some servers have its package. */
function postgres() {
  return withPackage('pg', import('./postgres.js'))
}

function lasting(module: string, options: unknown) {
  return { kind: 'module', store: { module, options } } as const
}

/**
 * Imports the module of a store and opens the store.
 *
 * @param isShared whether several nodes use it
 * @throws {Error} if the module can't be imported, or what it opens can't be used or lacks a method
 */
export async function openStoreModule(
  { module, options }: StoreModule,
  isShared = false,
): Promise<DocumentStore> {
  const { openStore } = await imported(String(module))
  if (typeof openStore !== 'function') {
    throw new TypeError(`${String(module)} doesn't export a function named openStore`)
  }
  const store = await (openStore as OpenStore)(options)
  assertWhole(store, String(module))
  if (!isShared || store.untold !== undefined) return store
  await store.close()
  throw new Error(
    `${String(module)} can't be shared by several nodes: its store has no "untold". Add it, or leave redisUrl out.`,
  )
}

/** @throws {Error} that names what is missing. @see PROTOCOL.md DO112 */
function assertWhole(store: DocumentStore, module: string): void {
  const lacking = lackingMethods(store)
  if (lacking.length === 0) return
  throw new Error(
    `${module} opens a store without ${lacking.join(', ')}. Add the missing methods. A store may lack "untold", "versions" or "lists" as a whole.`,
  )
}

function imported(module: string): Promise<{ readonly openStore?: unknown }> {
  const needed = PACKAGES.get(module)
  const part = import(module) as Promise<{ readonly openStore?: unknown }>
  return needed === undefined ? part : withPackage(needed, part)
}
