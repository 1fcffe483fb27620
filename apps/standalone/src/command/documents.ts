import type { WhereaboutsOptions } from '@whereabouts/server'
import { type DocumentReader, openReader } from '@whereabouts/server/operate'
import { type Arguments, needed } from './arguments.js'
import { type DocumentFile, exportAll, filesIn, readDocument, writePrivately } from './files.js'
import { note } from './note.js'
import type { Done } from '../local-calls.js'
import { openTarget, type Target } from './target.js'

const PAGE = 500

/** What reads spreadsheets' files is loaded only for these, since the server has this module, too. */
const sheetFiles = () => import('./sheet-files.js')

/** Prints the documents, in the order of their names. */
export async function list({ options, flags, print }: Arguments): Promise<void> {
  await reading(options, async (reader) => {
    for (let after = ''; ;) {
      const page = await reader.list({ after, limit: PAGE })
      for (const { roomName, bytes, updatedAtMs, usedAtMs, createdAtMs } of page) {
        const [updated, used, created] = [updatedAtMs, usedAtMs, createdAtMs].map(dateOf)
        if (flags.json) print(JSON.stringify({ room: roomName, bytes, created, updated, used }))
        else print(`${roomName}\t${bytes} bytes\tused ${used!.slice(0, 10)}`)
      }
      if (page.length < PAGE) return
      after = page.at(-1)!.roomName
    }
  })
}

/** Writes one document to a file or the standard output, or all of them to a folder. */
export async function exportDocuments({ options, flags, rest, print, write }: Arguments) {
  const named = needed(rest, 0, flags.all ? 'the folder to write to' : 'the name of a room')
  await reading(options, async (reader) => {
    if (flags.all) {
      const count = await exportAll(reader, named)
      await note(options, { what: 'export all', documents: count })
      return print(`wrote ${count} documents to ${named}`)
    }
    const update = await reader.read(named)
    if (update === undefined) throw new Error(`the room ${named} has no document`)
    await note(options, { what: 'export', room: named, bytes: update.byteLength })
    if (flags.output === undefined) return write(update)
    const { isSheetFile, writeSheetFile } = await sheetFiles()
    if (isSheetFile(flags.output)) await writeSheetFile(flags.output, update, print)
    else await writePrivately(flags.output, update)
  })
}

/** Imports one document into a room without a document, or all documents of a folder. */
export async function importDocuments({ options, flags, rest, print }: Arguments): Promise<void> {
  const first = needed(rest, 0, flags.all ? 'the folder to read' : 'the name of a room')
  await writing(options, async (target) => {
    if (!flags.all) {
      const path = needed(rest, 1, 'the file to read')
      if ((await sheetFiles()).isSheetFile(path)) {
        return print(await importSheets(target, path, first, print))
      }
      return print(await importFile(target, path, await readDocument(path, flags.v2, first)))
    }
    const refused = await importAll(target, await filesIn(first), { flags, print })
    if (refused > 0) throw new Error(`${refused} documents were not imported`)
  })
}

/** Deletes a document for good. */
export async function deleteDocument({ options, rest, print }: Arguments): Promise<void> {
  const room = needed(rest, 0, 'the name of a room')
  await writing(options, async (target) => {
    const done = await target.perform({ call: 'delete', room })
    if (done.rooms.length === 0) throw new Error(`the room ${room} has no document`)
    print(`deleted ${room}`)
  })
}

/** Makes a user the owner of a document, whoever owned it before. */
export async function setOwner({ options, rest, print }: Arguments): Promise<void> {
  const room = needed(rest, 0, 'the name of a room')
  const user = needed(rest, 1, 'the id of a user')
  await writing(options, async (target) => {
    const done = await target.perform({ call: 'owner', room, user })
    if (done.rooms.length === 0) throw new Error(`the room ${room} has no document`)
    print(`${room} belongs to ${user}`)
  })
}

/** Deletes documents that have not been used for a while. */
export async function retain({ options, flags, print }: Arguments): Promise<void> {
  const unusedSinceMs = Date.now() - flags.olderThanMs
  const { dryRun } = flags
  await writing(options, async (target) => {
    const { rooms } = await target.perform({ call: 'retention', unusedSinceMs, dryRun })
    for (const room of rooms) print(room)
    print(`${dryRun ? 'would delete' : 'deleted'} ${rooms.length} documents`)
  })
}

/** Returns what was done. @throws {Error} that begins with the file's name */
async function importSheets(
  target: Target,
  path: string,
  room: string,
  print: Arguments['print'],
): Promise<string> {
  const { readSheetFile } = await sheetFiles()
  const bytes = await readSheetFile(path, print).catch((error: unknown) => {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error })
  })
  const update = Buffer.from(bytes).toString('base64')
  return importFile(target, path, { room, update, record: undefined })
}

/** Returns what was done. @throws {Error} that begins with the file's name */
async function importFile(target: Target, path: string, file: DocumentFile): Promise<string> {
  try {
    return imported(await target.perform({ call: 'import', ...file }))
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error })
  }
}

async function importAll(
  target: Target,
  files: readonly string[],
  { flags, print }: Pick<Arguments, 'flags' | 'print'>,
): Promise<number> {
  let refused = 0
  for (const path of files) {
    try {
      print(await importFile(target, path, await readDocument(path, flags.v2)))
    } catch (error) {
      refused += 1
      print(`not imported: ${(error as Error).message}`)
    }
  }
  return refused
}

function imported({ rooms, isLinkTaken }: Done): string {
  const link = ' without its view link, which another document has here; share it again'
  return `imported ${rooms.join()}${isLinkTaken === true ? link : ''}`
}

async function reading(
  options: WhereaboutsOptions,
  work: (reader: DocumentReader) => Promise<void>,
): Promise<void> {
  const reader = await openReader(options)
  try {
    await work(reader)
  } finally {
    await reader.close()
  }
}

async function writing(
  options: WhereaboutsOptions,
  work: (target: Target) => Promise<void>,
): Promise<void> {
  const target = await openTarget(options)
  try {
    await work(target)
  } finally {
    await target.close()
  }
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString()
}
