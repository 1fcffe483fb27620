import { readFile, writeFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import {
  asOneUpdate,
  FILE_ENDINGS,
  LEFT_OUT,
  type LeftOut,
  leftOutOf,
  readFile as readSheets,
  sheetsIn,
  workbookSheetsIn,
  titleOf,
  writeDelimited,
  writeSheets,
  writeXlsx,
} from '@whereabouts/univer/files'
import { applyUpdate, Doc } from 'yjs'

const WRITTEN: ReadonlyMap<string, ',' | '\t' | undefined> = new Map([
  ['.xlsx', undefined],
  ['.csv', ','],
  ['.tsv', '\t'],
])
const PRIVATE = { mode: 0o600, flag: 'wx' } as const

/** Returns whether a name is that of a spreadsheet's file. */
export const isSheetFile = (path: string): boolean =>
  FILE_ENDINGS.includes(extname(path).toLowerCase())

/**
 * Reads a spreadsheet's file as the update of a document.
 *
 * @param print is told what is left out
 * @throws {FileProblem}
 * @see FILES.md FL14
 */
export async function readSheetFile(
  path: string,
  print: (line: string) => void,
): Promise<Uint8Array> {
  const { sheets, leftOut } = await readSheets(await readFile(path), basename(path))
  printLeftOut(leftOut, print)
  return asOneUpdate(writeSheets(sheets, { title: titleOf(path) }))
}

function printLeftOut(leftOut: readonly LeftOut[], print: (line: string) => void): void {
  for (const { feature, sheet, count, example } of leftOut) {
    const where = [sheet, example].filter((part) => part !== undefined && part !== '').join(' ')
    print(`left out: ${LEFT_OUT[feature]} (${count}${where === '' ? '' : `, ${where}`})`)
  }
}

/**
 * Writes a document's sheets into a new file: all of them into a workbook, the first one into a text.
 *
 * @param print is told what is left out
 * @throws {Error} if the ending is another one, or the file is there already
 * @see FILES.md FL14
 */
export async function writeSheetFile(
  path: string,
  update: Uint8Array,
  print: (line: string) => void,
): Promise<void> {
  const ending = extname(path).toLowerCase()
  if (!WRITTEN.has(ending)) throw new Error(`write an .xlsx, .csv or .tsv file, not ${ending}`)
  const doc = new Doc()
  applyUpdate(doc, update)
  const delimiter = WRITTEN.get(ending)
  const bytes =
    delimiter === undefined
      ? await writeXlsx(workbookSheetsIn(doc).map(({ sheet }) => sheet))
      : writeDelimited(sheetsIn(doc)[0]!.sheet, { delimiter, bom: false })
  await writeFile(path, bytes, PRIVATE)
  if (delimiter === undefined) printLeftOut(leftOutOf(doc), print)
}
