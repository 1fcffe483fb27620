import { unzipSync, zipSync, type UnzipFileInfo } from 'fflate'
import { FILE_LIMITS } from './limits.js'
import { FileProblem } from './problem.js'

/** The files within a workbook, by path. */
export type Parts = Readonly<Record<string, Uint8Array>>

const MEGABYTE = 1024 * 1024
/** What is read of a workbook: its XML, and the type of an .ods file. */
const READ = /\.(?:xml|rels|vml)$|^mimetype$/i
const WORKSHEET = /^xl\/worksheets\/[^/]+\.xml$/i
const ODS_CONTENT = 'content.xml'
const NOTHING = new Uint8Array()
const LESS = 0x3c
const BANG = 0x21
const UPPER_D = 0x44
const LOWER_C = 0x63
const END_OF_NAME: ReadonlySet<number> = new Set([0x20, 0x3e, 0x2f, 0x09, 0x0a, 0x0d])
const CELL_OF_ODS = 'table:table-cell'

/**
 * Unpacks what is read of a workbook. Of other parts, such as images and macros, only the names count: they stay empty.
 * Checks what all parts say about their size before anything is unpacked; no part becomes larger than that.
 *
 * @throws {FileProblem}
 * @see SHEET.md FL7
 */
export function unpack(bytes: Uint8Array): Parts {
  const found: [path: string, bytes: Uint8Array][] = []
  let total = 0
  const check = ({ name, originalSize }: UnzipFileInfo): boolean => {
    total += originalSize
    found.push([name, NOTHING])
    assertSize(total, found.length, bytes.length)
    return false
  }
  tryUnzip(bytes, check)
  const read = tryUnzip(bytes, ({ name }) => READ.test(name))
  return { ...Object.fromEntries(found.filter(([path]) => !path.endsWith('/'))), ...read }
}

function assertSize(total: number, count: number, packed: number): void {
  const isBomb = total > FILE_LIMITS.ratioFromBytes && total > packed * FILE_LIMITS.ratio
  if (total > FILE_LIMITS.unpackedBytes || isBomb || count > FILE_LIMITS.parts) {
    throw new FileProblem('too-large', `${FILE_LIMITS.unpackedBytes / MEGABYTE} MB`)
  }
}

function tryUnzip(bytes: Uint8Array, filter: (file: UnzipFileInfo) => boolean): Parts {
  try {
    return unzipSync(bytes, { filter })
  } catch (error) {
    if (error instanceof FileProblem) throw error
    throw new FileProblem('damaged')
  }
}

/** Packs parts without compressing them, so that a reader unpacks exactly what was checked. */
export function repack(parts: Parts): Uint8Array {
  return zipSync(parts, { level: 0 })
}

/**
 * Looks through the XML of a workbook before it is parsed.
 *
 * @throws {FileProblem} if it declares entities, or has too many cells
 * @see SHEET.md FL7
 */
export function inspect(parts: Parts): void {
  let cells = 0
  for (const [path, bytes] of Object.entries(parts)) {
    cells += countElements(bytes, cellElement(path))
    if (cells > FILE_LIMITS.cells) throw tooManyCells()
  }
}

function cellElement(path: string): string | undefined {
  if (WORKSHEET.test(path)) return 'c'
  return path === ODS_CONTENT ? CELL_OF_ODS : undefined
}

/** @returns the problem of a file with too many cells */
export const tooManyCells = (): FileProblem =>
  new FileProblem('too-many-cells', FILE_LIMITS.cells.toLocaleString('en'))

/** Counts the elements with a name, whatever their prefix. @throws {FileProblem} on a declaration */
function countElements(bytes: Uint8Array, name: string | undefined): number {
  let count = 0
  for (let at = bytes.indexOf(LESS); at !== -1; at = bytes.indexOf(LESS, at + 1)) {
    if (bytes[at + 1] === BANG && bytes[at + 2] === UPPER_D) throw new FileProblem('declarations')
    if (name !== undefined && isElement(bytes, at + 1, name)) count += 1
  }
  return count
}

function isElement(bytes: Uint8Array, at: number, name: string): boolean {
  if (name === 'c') return bytes[at] === LOWER_C && END_OF_NAME.has(bytes[at + 1]!)
  for (let index = 0; index < name.length; index++) {
    if (bytes[at + index] !== name.charCodeAt(index)) return false
  }
  return true
}
