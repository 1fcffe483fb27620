import { joinRoom, Problem } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import {
  type FileContent,
  FileProblem,
  type FileSheet,
  leftOutOf,
  readFile,
  sheetsIn,
  titleOf,
  workbookSheetsIn,
  writeDelimited,
  writeSheets,
  writeXlsx,
} from '@whereabouts/univer/files'
import type { SheetsEnd, ToSave } from '@whereabouts/univer'
import { applyUpdate, Doc } from 'yjs'
import { BASE } from '../base.js'
import { cleanTitle } from '../title.js'
import { untilProvider } from '../until-provider.js'
import type { Failure, FileAnswer, FileForm, FileQuestion } from './messages.js'

/** Some megabytes on a slow connection. */
const STORED_WITHIN_MS = 300_000

let read: readonly Uint8Array[] = []

addEventListener('message', ({ data }: MessageEvent<FileQuestion>) => {
  void answer(data).then((answered) => postMessage(answered))
})

async function answer(question: FileQuestion): Promise<FileAnswer> {
  try {
    switch (question.ask) {
      case 'read':
        return { answer: 'read', leftOut: await readSheets(question) }
      case 'store':
        await store(question.room)
        return { answer: 'stored' }
      case 'take':
        return { answer: 'taken', updates: read }
      case 'write':
        return { answer: 'written', ...(await write(question.toSave, question.form)) }
    }
  } catch (error) {
    return { answer: 'failed', failure: failureOf(error) }
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof FileProblem) return { fault: error.fault, text: error.text }
  return error instanceof Problem ? { problem: error.problem, detail: error.detail } : null
}

async function readSheets(question: Extract<FileQuestion, { ask: 'read' }>) {
  const { bytes, name, end } = question
  const content = await readFile(bytes, name)
  if (end !== undefined) assertRoom(content, end)
  const destination =
    end === undefined ? { title: cleanTitle(titleOf(name)) } : { after: end.after }
  read = writeSheets(content.sheets, destination)
  return content.leftOut
}

/** @throws {FileProblem} if a document has no room for the sheets */
function assertRoom({ sheets }: FileContent, { room }: SheetsEnd): void {
  // Contents and styles count by themselves.
  const cells = 2 * sheets.reduce((sum, sheet) => sum + cellsIn(sheet), 0)
  if (sheets.length > room.sheets || cells > room.blockCells) throw new FileProblem('no-room')
}

const cellsIn = ({ cells }: FileSheet): number =>
  Object.values(cells).reduce((sum: number, row) => sum + Object.keys(row as object).length, 0)

/** Stores what was read as a room's document, without being seen there. */
async function store(room: string): Promise<void> {
  const doc = new Doc()
  const connection = joinRoom({ url: BASE, room, watch: true })
  // Nothing is kept in the browser: a document that can't be stored must not appear later.
  const provider = new RoomProvider(connection, doc, { offline: false })
  try {
    await untilProvider(provider, () => provider.synced)
    doc.transact(() => {
      for (const update of read) applyUpdate(doc, update)
    })
    await untilProvider(provider, () => provider.saved, STORED_WITHIN_MS)
  } finally {
    await provider.destroy()
    await connection.leave()
  }
}

async function write({ update, sheet, results }: ToSave, form: FileForm) {
  const doc = new Doc()
  applyUpdate(doc, update)
  if (form === 'xlsx') {
    const all = workbookSheetsIn(doc)
    const bytes = await writeXlsx(
      all.map((each) => each.sheet),
      all.map(({ id }) => results[id] ?? {}),
    )
    return { bytes, leftOut: leftOutOf(doc) }
  }
  const all = sheetsIn(doc)
  const shown = all.find(({ id }) => id === sheet) ?? all[0]!
  return { bytes: writeDelimited(shown.sheet, form, results[shown.id] ?? {}), leftOut: [] }
}
