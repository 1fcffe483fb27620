import assert from 'node:assert/strict'
import {
  type Compaction,
  type DocumentStore,
  FIRST_INCARNATION,
  type RoomUpdate,
  type StoreModule,
  type Totals,
} from './store.js'
import { openStoreModule } from './store-module.js'

/** An empty location for documents, which outlives the stores that are opened in it. */
export interface StorePlace extends AsyncDisposable {
  readonly store: StoreModule
}

/** One promise of a store, and a check that the store keeps it. */
export interface StoreCheck {
  /** Begins with the id of its rule in PROTOCOL.md, in brackets. */
  readonly name: string
  /** @throws {Error} that says how the store breaks the promise */
  readonly check: (place: StorePlace) => Promise<void>
}

/** An open store. */
export type OpenedStore = DocumentStore & AsyncDisposable

export async function opened({ store }: StorePlace): Promise<OpenedStore> {
  const open = await openStoreModule(store)
  return Object.assign(open, { [Symbol.asyncDispose]: () => open.close() })
}

/** The totals of a store without documents. */
export const NOTHING: Totals = {
  documents: 0,
  commented: 0,
  bytes: 0,
  records: 0,
  recordBytes: 0,
  named: 0,
  removed: 0,
}

export function oneByte(value: number): Uint8Array {
  return Uint8Array.of(value)
}

/** Returns an update of one byte. */
export function update(
  roomName: string,
  byte: number,
  incarnation = FIRST_INCARNATION,
): RoomUpdate {
  return { roomName, incarnation, bytes: oneByte(byte) }
}

/** Appends updates, and fails if the store rejects one. */
export async function append(
  store: DocumentStore,
  updates: readonly RoomUpdate[],
): Promise<number[]> {
  const numbers = await store.append(updates)
  return numbers.map((number) => {
    assert(number !== undefined, 'an update of the current incarnation is stored')
    return number
  })
}

/** Compacts a document in its first incarnation. */
export function compact(
  store: DocumentStore,
  compaction: Omit<Compaction, 'incarnation'>,
): Promise<number | undefined> {
  return store.compact({ ...compaction, incarnation: FIRST_INCARNATION })
}
