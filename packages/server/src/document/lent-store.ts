import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { DocumentLists } from './lists.js'
import type {
  DocumentStore,
  RoomUpdate,
  StoredDocument,
  StoredUpdate,
  UntoldRooms,
} from './store.js'

// The main thread keeps documents in memory, since a document's own thread may be terminated, and what an application
// hands in, which can't be sent to a thread. The bytes are in shared memory, so that the main thread only passes them on.

/** Where a thread reaches a store of the main thread. */
export interface LentPlace {
  readonly port: MessagePort
  /** Whether it has the list of untold rooms. */
  readonly hasUntold: boolean
  /** Whether it has the lists of users. */
  readonly hasLists: boolean
}

type Call = Exclude<keyof DocumentStore, 'untold' | 'versions' | 'lists' | 'close'>
type PartCall = `untold.${keyof UntoldRooms}` | `lists.${keyof DocumentLists}`

interface Asked {
  readonly number: number
  readonly call: Call | PartCall
  readonly args: readonly unknown[]
}

type Answered =
  | { readonly number: number; readonly result: unknown }
  | { readonly number: number; readonly error: unknown }

/** A store that this thread opens once, for all others. */
export class LentStore {
  #opened: Promise<DocumentStore> | undefined

  constructor(private readonly openOnce: () => Promise<DocumentStore>) {}

  /** @throws {Error} if it can't be used */
  open(): Promise<DocumentStore> {
    return (this.#opened ??= this.openOnce())
  }

  /** Returns where one thread reaches it. @throws {Error} if it can't be used */
  async lend(): Promise<LentPlace> {
    const store = await this.open()
    const hasUntold = store.untold !== undefined
    return { port: portTo(store), hasUntold, hasLists: store.lists !== undefined }
  }

  async close(): Promise<void> {
    const store = await this.#opened?.catch(() => undefined)
    await store?.close()
  }
}

function portTo(store: DocumentStore): MessagePort {
  const { port1, port2 } = new MessageChannel()
  port1.on('message', (asked: Asked) => {
    void answer(store, asked).then((answered) => port1.postMessage(answered))
  })
  // An application that never closes the server can still exit.
  port1.unref()
  return port2
}

async function answer(store: DocumentStore, { number, call, args }: Asked): Promise<Answered> {
  try {
    if (call === 'load') {
      return { number, result: withShared(await store.load(...(args as [string]))) }
    }
    if (call === 'later') {
      const later = await store.later!(...(args as Parameters<Method<'later'>>))
      return { number, result: later?.map(sharedUpdate) }
    }
    const [part, name] = partOf(store, call)
    const ask = (part as { [name: string]: unknown })[name] as (...all: unknown[]) => unknown
    return { number, result: await ask.apply(part, [...args]) }
  } catch (error) {
    return { number, error }
  }
}

function partOf(store: DocumentStore, call: Asked['call']): [part: object, name: string] {
  const [first = '', second] = call.split('.')
  if (second === undefined) return [store, first]
  return [first === 'untold' ? store.untold! : store.lists!, second]
}

/** Opens a store that the main thread has. */
export function openStore({ port, hasUntold, hasLists }: LentPlace): DocumentStore {
  const { ask, close } = asking(port)
  const load = ask('load')
  const later = ask('later')
  const append = ask('append')
  const claim = ask('claim')
  const compact = ask('compact')
  return {
    load: async (roomName) => copyOf(await load(roomName)),
    later: async (...asked) => (await later(...asked))?.map(copyOfUpdate),
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
    ...(hasUntold && { untold: untoldOf(ask) }),
    ...(hasLists && { lists: listsOf(ask) }),
  }
}

function untoldOf(ask: ReturnType<typeof asking>['ask']): UntoldRooms {
  return {
    note: ask('untold.note'),
    list: ask('untold.list'),
    told: ask('untold.told'),
  }
}

function listsOf(ask: ReturnType<typeof asking>['ask']): DocumentLists {
  return {
    listOf: ask('lists.listOf'),
    label: ask('lists.label'),
    mark: ask('lists.mark'),
    trashed: ask('lists.trashed'),
  }
}

/** A method of the store, or of a part of it. */
type Method<Name extends Asked['call']> =
  Name extends `untold.${infer Each extends keyof UntoldRooms}`
    ? UntoldRooms[Each]
    : Name extends `lists.${infer Each extends keyof DocumentLists}`
      ? DocumentLists[Each]
      : Name extends Call
        ? NonNullable<DocumentStore[Name]>
        : never

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
  const ask = <Name extends Asked['call']>(call: Name): Method<Name> => {
    const askNow = (...args: readonly unknown[]) =>
      new Promise((resolve, reject) => {
        const asked: Asked = { number: ++last, call, args }
        port.postMessage(asked)
        waiting.set(asked.number, { resolve, reject })
      })
    return askNow as unknown as Method<Name>
  }
  return { ask, close: async () => port.close() }
}

function withSharedBytes(update: RoomUpdate): RoomUpdate {
  return { ...update, bytes: shared(update.bytes) }
}

/** What a database returns is often a piece of a much larger buffer, all of which would be copied. */
function withShared(stored: StoredDocument): StoredDocument {
  const updates = stored.updates.map(sharedUpdate)
  return { ...stored, snapshot: shared(stored.snapshot), updates }
}

function sharedUpdate({ number, bytes }: StoredUpdate): StoredUpdate {
  return { number, bytes: shared(bytes) }
}

function shared(bytes: Uint8Array): Uint8Array {
  if (bytes.buffer instanceof SharedArrayBuffer) return bytes
  const all = new Uint8Array(new SharedArrayBuffer(bytes.byteLength))
  all.set(bytes)
  return all
}

/** Copies what is in shared memory, which not every decoder can read. */
function copyOf(stored: StoredDocument): StoredDocument {
  const updates = stored.updates.map(copyOfUpdate)
  return { ...stored, snapshot: new Uint8Array(stored.snapshot), updates }
}

function copyOfUpdate({ number, bytes }: StoredUpdate): StoredUpdate {
  return { number, bytes: new Uint8Array(bytes) }
}
