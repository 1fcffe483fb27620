import { cp, mkdtemp, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { SourceDocument } from './source.js'

const EMPTY_STATE_VECTOR = Uint8Array.of(0)

/** What is used of y-leveldb, which writes a warning and returns nothing when something fails. */
interface Leveldb {
  getAllDocNames(): Promise<string[] | null>
  getDiff(name: string, stateVector: Uint8Array): Promise<Uint8Array | null | undefined>
  destroy(): Promise<void>
}

interface LeveldbModule {
  readonly LeveldbPersistence: new (folder: string) => Leveldb
}

/** Reads a folder of y-leveldb, which y-websocket's server writes as well. */
export async function* readLeveldb(folder: string): AsyncGenerator<SourceDocument> {
  await stat(join(folder, 'CURRENT'))
  const { LeveldbPersistence } = await load()
  const parent = await mkdtemp(join(tmpdir(), 'whereabouts-migrate-'))
  try {
    // LevelDB writes to the files that it opens.
    const copy = join(parent, 'copy')
    await cp(folder, copy, { recursive: true })
    const store = new LeveldbPersistence(copy)
    const names = await store.getAllDocNames()
    if (names === null) throw new Error(`${folder} can't be read by y-leveldb`)
    for (const name of names) yield { name, read: () => readOne(store, name) }
    await store.destroy()
  } finally {
    await rm(parent, { recursive: true })
  }
}

async function readOne(store: Leveldb, name: string): Promise<Uint8Array> {
  const update = await store.getDiff(name, EMPTY_STATE_VECTOR)
  if (update instanceof Uint8Array) return update
  throw new Error("y-leveldb can't read it, so it may be damaged")
}

/** Loads y-leveldb from where the command is run, such as the folder of the former server. */
async function load(): Promise<LeveldbModule> {
  const here = createRequire(join(process.cwd(), 'package.json'))
  // It brings a Yjs of its own, whose documents never meet ours. Yjs would warn of that, and looks here whether to.
  Reflect.deleteProperty(globalThis, '__ $YJS$ __')
  try {
    return (await import(pathToFileURL(here.resolve('y-leveldb')).href)) as LeveldbModule
  } catch (error) {
    const how =
      'Run "npm install y-leveldb" in this folder, or run the command where it is installed.'
    throw new Error(`y-leveldb is not there. ${how}`, { cause: error })
  }
}
