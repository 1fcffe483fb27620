import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { commentsOf, documentOfComments } from '@whereabouts/protocol'
import type { RoomRecord } from '@whereabouts/server'
import type { DocumentReader } from '@whereabouts/server/operate'
import { convertUpdateFormatV2ToV1 } from 'yjs'

const EXTENSION = '.yjs'
const RECORD = '.json'
const PRIVATE = { mode: 0o600, flag: 'wx' } as const
const PAGE = 500
/** An update of Yjs with nothing in it. */
const EMPTY_UPDATE = Uint8Array.of(0, 0)

/** Lists the rooms of a store. */
async function* roomsOf(reader: DocumentReader): AsyncGenerator<string> {
  for (let after = ''; ;) {
    const page = await reader.list({ after, limit: PAGE })
    for (const { roomName } of page) yield roomName
    if (page.length < PAGE) return
    after = page.at(-1)!.roomName
  }
}

/**
 * Writes every document to a separate file in a new folder, `<room>.yjs`, and who may see it to
 * `<room>.json`. A room that has only a record gets an empty update. Comments are beside their document. Returns
 * the number of documents.
 *
 * @throws {Error} if the folder is not empty
 */
export async function exportAll(reader: DocumentReader, folder: string): Promise<number> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if ((await readdir(folder)).length > 0)
    throw new Error(`${folder} is not empty. Use a new folder.`)
  let count = 0
  for await (const roomName of roomsOf(reader)) {
    const update = (await reader.read(roomName)) ?? EMPTY_UPDATE
    await writeFile(join(folder, roomName + EXTENSION), update, PRIVATE)
    const record = await reader.getRecord(roomName)
    if (record !== undefined) await writeRecord(join(folder, roomName + RECORD), record)
    await exportComments(reader, roomName, folder)
    count += 1
  }
  return count
}

/** @see PROTOCOL.md CM9 */
async function exportComments(
  reader: DocumentReader,
  roomName: string,
  folder: string,
): Promise<void> {
  const comments = commentsOf(roomName)
  if (comments === undefined) return
  const update = await reader.read(comments)
  if (update !== undefined) await writeFile(join(folder, comments + EXTENSION), update, PRIVATE)
}

/** Writes a file that only its owner can read. @throws {Error} if it already exists */
export async function writePrivately(file: string, bytes: Uint8Array): Promise<void> {
  if (existsSync(file)) throw new Error(`${file} is there already. Choose another name.`)
  await writeFile(file, bytes, PRIVATE)
}

/** Without its revision, which belongs to its store. */
async function writeRecord(file: string, { json, link, owner }: RoomRecord): Promise<void> {
  await writeFile(file, JSON.stringify({ json, link, owner }), PRIVATE)
}

/** A document in an exported file. */
export interface DocumentFile {
  readonly room: string
  /** In base64. */
  readonly update: string
  readonly record: RoomRecord | undefined
}

/**
 * Reads a document, and its record if that is beside it.
 *
 * @param v2 whether the file has encoding version 2 of Yjs
 */
export async function readDocument(
  file: string,
  v2: boolean,
  room = basename(file, EXTENSION),
): Promise<DocumentFile> {
  const bytes = await readFile(file)
  const update = Buffer.from(v2 ? converted(file, bytes) : bytes).toString('base64')
  const beside = join(dirname(file), basename(file, EXTENSION) + RECORD)
  const record = existsSync(beside)
    ? (JSON.parse(await readFile(beside, 'utf8')) as RoomRecord)
    : undefined
  return { room, update, record }
}

function converted(file: string, bytes: Uint8Array): Uint8Array {
  try {
    return convertUpdateFormatV2ToV1(bytes)
  } catch (cause) {
    throw new Error(`${file}: it is not in encoding version 2; import it without --v2`, { cause })
  }
}

function areComments(fileName: string): boolean {
  return documentOfComments(fileName) !== undefined
}

/** Lists the document files in a folder, those of comments after all others, since they need their documents. */
export async function filesIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(EXTENSION))
  const others = names.filter((name) => !areComments(name))
  return [...others, ...names.filter(areComments)].map((name) => join(folder, name))
}
