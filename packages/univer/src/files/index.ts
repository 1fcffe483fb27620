import { readText, writeText, type DelimitedOptions } from './delimited.js'
import { kindOf } from './kind.js'
import { FILE_LIMITS } from './limits.js'
import type { FileContent, FileSheet, Results } from './model.js'
import { FileProblem } from './problem.js'
import { MOST_NAME } from './sheet-names.js'
import { readWorkbook, writeWorkbook } from './xlsx.js'

export { FILE_ENDINGS, kindOf, type FileKind } from './kind.js'
export { FILE_LIMITS } from './limits.js'
export {
  LEFT_OUT,
  type FileContent,
  type FileName,
  type FileChart,
  type FileSheet,
  type LeftOut,
  type LeftOutFeature,
  type Results,
} from './model.js'
export { unpack, type Parts, type UnpackLimits } from './parts.js'
export { FILE_FAULTS, FileProblem, type FileFault } from './problem.js'
export {
  asOneUpdate,
  leftOutOf,
  sheetsIn,
  workbookSheetsIn,
  writeSheets,
  type Destination,
} from './to-document.js'
export type { DelimitedOptions } from './delimited.js'

const MEGABYTE = 1024 * 1024

/**
 * Reads a file, whose kind is that of its name.
 *
 * @throws {FileProblem} with a sentence for people
 * @see SHEET.md FL1
 */
export async function readFile(bytes: Uint8Array, name: string): Promise<FileContent> {
  if (bytes.length > FILE_LIMITS.bytes) {
    throw new FileProblem('too-large', `${FILE_LIMITS.bytes / MEGABYTE} MB`)
  }
  const kind = kindOf(bytes, name)
  if (kind === 'csv' || kind === 'tsv')
    return readText(bytes, kind, titleOf(name).slice(0, MOST_NAME))
  return readWorkbook(bytes, kind)
}

/** Returns the bytes of an .xlsx file with all sheets. */
export function writeXlsx(
  sheets: readonly FileSheet[],
  results: readonly Results[] = [],
): Promise<Uint8Array> {
  return writeWorkbook(sheets, results)
}

/** Returns the bytes of a text with one sheet. */
export function writeDelimited(
  sheet: FileSheet,
  options: DelimitedOptions,
  results: Results = {},
): Uint8Array {
  return writeText(sheet, results, options)
}

/** Returns a file's name without its ending. @example titleOf('Budget.xlsx') // 'Budget' */
export function titleOf(name: string): string {
  return name.replace(/^.*[\\/]/, '').replace(/\.[^.]+$/, '')
}
