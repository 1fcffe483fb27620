import { readFile } from 'node:fs/promises'
import { isRoomName } from '@whereabouts/protocol'
import { type Arguments, needed } from './arguments.js'
import { readHocuspocus } from './sources/hocuspocus.js'
import { readLeveldb } from './sources/leveldb.js'
import { readRedis } from './sources/redis.js'
import type { Source } from './sources/source.js'
import { openTarget, type Target } from './target.js'

const SOURCES: ReadonlyMap<string, Source> = new Map([
  ['y-leveldb', readLeveldb],
  ['y-websocket', readLeveldb],
  ['hocuspocus', readHocuspocus],
  ['y-redis', readRedis],
])

// The same bytes in every update of an empty document.
const EMPTY_BYTES = 2

/** Imports the documents of another server's store, each into a room of its name. @see PROTOCOL.md MG1 */
export async function migrateDocuments(given: Arguments): Promise<void> {
  const { options, flags, rest, print } = given
  const library = needed(rest, 0, `whose documents: ${[...SOURCES.keys()].join(', ')}`)
  const source = SOURCES.get(library)
  if (source === undefined) throw new Error(`say ${[...SOURCES.keys()].join(', ')}, not ${library}`)
  const place = needed(rest, 1, 'the folder, file or address of the store')
  const rooms = await readNames(flags.names)
  const target = flags.dryRun ? undefined : await openTarget(options)
  try {
    const { taken, left } = await take(source(place), { target, rooms, print })
    print(`${flags.dryRun ? 'would import' : 'imported'} ${taken} documents, left out ${left}`)
    if (left > 0) throw new Error(`${left} documents were not imported`)
  } finally {
    await target?.close()
  }
}

interface Taking {
  /** `undefined` if nothing is to be imported. */
  readonly target: Target | undefined
  /** The rooms of documents that get another name. */
  readonly rooms: ReadonlyMap<string, string>
  readonly print: Arguments['print']
}

async function take(documents: ReturnType<Source>, { target, rooms, print }: Taking) {
  let [taken, left] = [0, 0]
  for await (const { name, read } of documents) {
    const room = rooms.get(name) ?? name
    try {
      if (!isRoomName(room)) throw new Error('no room can have this name; name one with --names')
      const update = await read()
      if (update.byteLength <= EMPTY_BYTES) throw new Error('it is empty')
      const base64 = Buffer.from(update).toString('base64')
      await target?.perform({ call: 'import', room, update: base64 })
      taken += 1
      print(
        `${target === undefined ? 'would import' : 'imported'} ${name}${room === name ? '' : ` as ${room}`}`,
      )
    } catch (error) {
      left += 1
      print(`not imported: ${name}: ${(error as Error).message}`)
    }
  }
  return { taken, left }
}

/** Reads a JSON file that gives documents other names: `{"their/name":"the-room"}`. */
async function readNames(file: string | undefined): Promise<ReadonlyMap<string, string>> {
  if (file === undefined) return new Map()
  const names = JSON.parse(await readFile(file, 'utf8')) as { readonly [name: string]: string }
  return new Map(Object.entries(names))
}
