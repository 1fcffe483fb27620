import type { Sheet, Workbook } from 'hucre/xlsx'
import { LIMITS } from '../../document/index.js'
import { readNote } from '../../document/note.js'
import { readRange } from '../a1-range.js'
import type { Feature, SheetDraft } from '../feature.js'
import type { Report } from '../report.js'
import { escaped } from './contents.js'
import { positionOf } from './formulas.js'

/** Notes. Of a thread of comments, the comments with their authors are a note. */
export const notes: Feature = {
  read({ sheet, book }, draft, report) {
    for (const [key, { comment }] of sheet.cells ?? []) {
      const { row, column } = positionOf(key)
      if (comment !== undefined) set(comment.text, row, column, draft, report)
    }
    // Beside each thread is a note which says that it can't be shown.
    for (const { ref = '', text } of threadsIn(sheet, book)) {
      const { startRow, startColumn } = readRange(ref) ?? {}
      if (startRow !== undefined && startColumn !== undefined)
        set(text, startRow, startColumn, draft, report)
    }
  },

  write({ notes: all }, target) {
    for (const [row, inRow] of Object.entries(all)) {
      for (const [column, text] of Object.entries(inRow as Record<string, string>)) {
        const key = `${row},${column}`
        const comment = { text: String(escaped(text)) }
        target.cells.set(key, { ...target.cells.get(key), comment })
      }
    }
  },

  steps: ({ notes: all }, sheet) =>
    Object.keys(all).length === 0 ? [] : [{ type: 'set-notes', sheet, notes: all }],
}

function set(
  text: string,
  row: number,
  column: number,
  { name, notes: all }: SheetDraft,
  report: Report,
): void {
  const note = readNote(unescaped(text).replaceAll(/\r\n?/g, '\n'))
  if (note === undefined) return
  if (text.length > LIMITS.noteCharacters) report.note('long-texts', name, 1, { row, column })
  ;(all[row] ??= {})[column] = note
}

/** The reader of workbooks leaves characters by their numbers in comments as they are. */
const unescaped = (text: string): string =>
  text.replaceAll(/_x([0-9a-f]{4})_/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )

interface Thread {
  readonly ref?: string | undefined
  readonly text: string
}

function threadsIn({ threadedComments = [] }: Sheet, { persons = [] }: Workbook): Thread[] {
  const threads = new Map<string, string[]>()
  const refs = new Map<string, string | undefined>()
  const names = new Map(persons.map(({ id, displayName }) => [id, displayName]))
  for (const comment of threadedComments) {
    const id = comment.parentId ?? comment.id
    if (comment.parentId === undefined) refs.set(id, comment.ref)
    const text = said(comment, names.get(comment.personId) ?? '')
    const before = threads.get(id)
    if (before === undefined) threads.set(id, [text])
    else before.push(text)
  }
  return [...threads].map(([id, texts]) => ({ ref: refs.get(id), text: texts.join('\n') }))
}

/** @example said(comment, 'Ann') // 'Ann: Is this right?' */
const said = ({ text }: NonNullable<Sheet['threadedComments']>[number], name: string): string =>
  name === '' ? text : `${name}: ${text}`
