import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { resolveOptions, type WhereaboutsOptions } from '../options.js'
import { LoadedDocument } from './loaded-document.js'
import { DOCUMENTS_FILE } from './sqlite-names.js'
import type { DocumentStore } from './store.js'
import { chooseStore, openStoreModule } from './store-module.js'

/** Reads documents directly from the store, even while a server writes to them. */
export interface DocumentReader extends Pick<DocumentStore, 'list' | 'getRecord' | 'close'> {
  /** Returns a document as an update of Yjs 13; `undefined` if there is none. */
  read(roomName: string): Promise<Uint8Array | undefined>
}

/** @throws {Error} if the store doesn't exist or can't be used */
export async function openReader(options: WhereaboutsOptions): Promise<DocumentReader> {
  const { dataDir, databaseUrl, store: own } = options
  const chosen = chooseStore(resolveOptions(options))
  const isFile = databaseUrl === undefined && own === undefined
  const isThere = !isFile || (dataDir !== undefined && existsSync(join(dataDir, DOCUMENTS_FILE)))
  if (chosen.kind === 'lent' || !isThere) {
    throw new Error(`there are no documents in ${dataDir ?? 'memory'}. Is this the data folder?`)
  }
  const store = await openStoreModule(chosen.store)
  return {
    list: (page) => store.list(page),
    getRecord: (roomName) => store.getRecord(roomName),
    close: () => store.close(),
    read: async (roomName) => {
      const stored = await store.load(roomName)
      const isWritten = stored.updates.length > 0 || stored.snapshot.byteLength > 0
      return isWritten ? new LoadedDocument(roomName, stored).difference(undefined) : undefined
    },
  }
}
