import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { DocumentStore, RoomUpdate, StoredDocument, StoredUpdate } from './store.js'
import type {
  OptionalPart as Optional,
  StoreParts as Parts,
  WholeStore as Whole,
} from './store-shape.js'

// The main thread keeps documents in memory, since a document's own thread may be terminated, and what an application
// hands in, which can't be sent to a thread. The bytes are in shared memory, so that the main thread only passes them on.

/** Where a thread reaches a store of the main thread. */
export interface LentPlace {
  readonly port: MessagePort
  /** What it lacks of that which a store may lack. */
  readonly lacks: readonly Optional[]
}

type OwnCall = Exclude<keyof Whole, keyof Parts | 'close'>
type PartCall = {
  [Part in keyof Parts]: `${Part}.${keyof Parts[Part] & string}`
}[keyof Parts]
type Call = OwnCall | PartCall

/** A record, so that the compiler finds one that is missing. */
const OPTIONAL: { readonly [Name in Optional]: true } = {
  untold: true,
  versions: true,
  lists: true,
  later: true,
  uncompacted: true,
}

interface Asked {
  readonly number: number
  readonly call: Call
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
    const optional = Object.keys(OPTIONAL) as Optional[]
    const lacks = optional.filter((name) => store[name] === undefined)
    return { port: portTo(store), lacks }
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
    const [part, name] = partOf(store, call)
    const ask = (part as { [name: string]: unknown })[name] as (...all: unknown[]) => unknown
    return { number, result: sent(call, await ask.apply(part, [...args])) }
  } catch (error) {
    return { number, error }
  }
}

function partOf(store: DocumentStore, call: Call): [part: object, name: string] {
  const [first = '', second] = call.split('.')
  return second === undefined ? [store, first] : [store[first as keyof Parts]!, second]
}

/** Returns a result with its bytes in shared memory. */
function sent(call: Call, result: unknown): unknown {
  if (call === 'load') return withShared(result as StoredDocument)
  if (call === 'later') return (result as StoredUpdate[] | undefined)?.map(sharedUpdate)
  if (call === 'versions.read') return result && shared(result as Uint8Array)
  return result
}

/** Opens a store that the main thread has. */
export function openStore({ port, lacks }: LentPlace): DocumentStore {
  const whole = wholeStore(port)
  const names = Object.entries(whole).filter(([name]) => !lacks.some((each) => each === name))
  return Object.fromEntries(names) as unknown as DocumentStore
}

function wholeStore(port: MessagePort): Whole {
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
    untold: untoldOf(ask),
    versions: versionsOf(ask),
    lists: listsOf(ask),
  }
}

type Ask = ReturnType<typeof asking>['ask']

function untoldOf(ask: Ask): Whole['untold'] {
  return {
    note: ask('untold.note'),
    list: ask('untold.list'),
    told: ask('untold.told'),
  }
}

function listsOf(ask: Ask): Whole['lists'] {
  return {
    listOf: ask('lists.listOf'),
    label: ask('lists.label'),
    mark: ask('lists.mark'),
    folders: ask('lists.folders'),
    addFolder: ask('lists.addFolder'),
    renameFolder: ask('lists.renameFolder'),
    removeFolder: ask('lists.removeFolder'),
    place: ask('lists.place'),
    trashed: ask('lists.trashed'),
  }
}

function versionsOf(ask: Ask): Whole['versions'] {
  const add = ask('versions.add')
  const read = ask('versions.read')
  return {
    wrote: ask('versions.wrote'),
    writers: ask('versions.writers'),
    add: async (version) => add({ ...version, content: shared(version.content) }),
    list: ask('versions.list'),
    read: async (roomName, id) => {
      const content = await read(roomName, id)
      return content && new Uint8Array(content)
    },
    rename: ask('versions.rename'),
    remove: ask('versions.remove'),
  }
}

/** A method of the store, or of one of its parts. */
type Method<Name extends Call> = Name extends OwnCall
  ? Whole[Name]
  : Name extends `${infer Part extends keyof Parts}.${infer Each}`
    ? Parts[Part][Each & keyof Parts[Part]]
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
  const ask = <Name extends Call>(call: Name): Method<Name> => {
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
