import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { MemoryStore } from './memory-store.js'
import type { DocumentStore, RoomUpdate, StoredDocument } from './store.js'

// Documents in memory are kept by the main thread, since a document's own thread may be terminated. The
// bytes are in shared memory, so that the main thread only passes them on and copies none.

/** Where a thread reaches the documents in memory. */
export interface MemoryPlace {
  readonly port: MessagePort
}

type Call = Exclude<keyof DocumentStore, 'untold' | 'versions' | 'close'>

interface Asked {
  readonly number: number
  readonly call: Call
  readonly args: readonly unknown[]
}

type Answered =
  | { readonly number: number; readonly result: unknown }
  | { readonly number: number; readonly error: unknown }

/** Returns a port by which one thread reaches a store of this thread. */
export function lend(store: MemoryStore): MessagePort {
  const { port1, port2 } = new MessageChannel()
  port1.on('message', (asked: Asked) => {
    void answer(store, asked).then((answered) => port1.postMessage(answered))
  })
  // An application that never closes the server can still exit.
  port1.unref()
  return port2
}

async function answer(store: MemoryStore, { number, call, args }: Asked): Promise<Answered> {
  try {
    const ask = store[call] as (...all: readonly never[]) => Promise<unknown>
    return { number, result: await ask.apply(store, args as readonly never[] as never[]) }
  } catch (error) {
    return { number, error }
  }
}

/** Opens the documents that the main thread keeps. */
export function openStore({ port }: MemoryPlace): DocumentStore {
  const { ask, close } = asking(port)
  const load = ask('load')
  const append = ask('append')
  const claim = ask('claim')
  const compact = ask('compact')
  return {
    load: async (roomName) => copyOf(await load(roomName)),
    append: async (updates) => append(updates.map(withSharedBytes)),
    claim: async (update, record) => claim(withSharedBytes(update), record),
    compact: async (compaction) =>
      compact({ ...compaction, snapshot: shared(compaction.snapshot) }),
    incarnation: ask('incarnation'),
    uncompacted: ask('uncompacted'),
    touch: ask('touch'),
    remove: ask('remove'),
    list: ask('list'),
    about: ask('about'),
    totals: ask('totals'),
    getRecord: ask('getRecord'),
    putRecord: ask('putRecord'),
    findByLink: ask('findByLink'),
    check: ask('check'),
    close,
  }
}

/** Returns functions that each make one call of the other end of a port. */
function asking(port: MessagePort) {
  const waiting = new Map<
    number,
    { resolve(result: unknown): void; reject(error: unknown): void }
  >()
  let last = 0
  port.on('message', (answered: Answered) => {
    const asked = waiting.get(answered.number)
    waiting.delete(answered.number)
    if ('error' in answered) asked?.reject(answered.error)
    else asked?.resolve(answered.result)
  })
  const ask = <Name extends Call>(call: Name): NonNullable<DocumentStore[Name]> => {
    const askNow = (...args: readonly unknown[]) =>
      new Promise((resolve, reject) => {
        const asked: Asked = { number: ++last, call, args }
        port.postMessage(asked)
        waiting.set(asked.number, { resolve, reject })
      })
    return askNow as unknown as NonNullable<DocumentStore[Name]>
  }
  return { ask, close: async () => port.close() }
}

function withSharedBytes(update: RoomUpdate): RoomUpdate {
  return { ...update, bytes: shared(update.bytes) }
}

function shared(bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(new SharedArrayBuffer(bytes.byteLength))
  all.set(bytes)
  return all
}

/** Copies what is in shared memory, which not every decoder can read. */
function copyOf(stored: StoredDocument): StoredDocument {
  const updates = stored.updates.map(({ number, bytes }) => ({
    number,
    bytes: new Uint8Array(bytes),
  }))
  return { ...stored, snapshot: new Uint8Array(stored.snapshot), updates }
}
