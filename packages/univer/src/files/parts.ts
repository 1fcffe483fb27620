import { unzipSync, zipSync, type UnzipFileInfo } from 'fflate'
import { FILE_LIMITS } from './limits.js'
import { FileProblem } from './problem.js'
import { survey } from './survey.js'

/** The files within a workbook, by path. */
export type Parts = Readonly<Record<string, Uint8Array>>

const MEGABYTE = 1024 * 1024
/** What is read of a workbook: its XML but the order of calculation, which names cells again, and the type of an .ods file. */
const READ = /(?<!(?:^|\/)calcChain)\.(?:xml|rels|vml)$|^mimetype$/i
const NOTHING = new Uint8Array()

/** How much is unpacked at most. @see FILE_LIMITS */
export type UnpackLimits = Readonly<
  Record<'unpackedBytes' | 'ratio' | 'ratioFromBytes' | 'parts', number>
>

/**
 * Unpacks what is read of a file of an office. Of other parts, such as macros, only the names count: they stay empty.
 * Checks what all parts say about their size before anything is unpacked; no part becomes larger than that.
 *
 * @param reads the paths of the parts that are read; those of a workbook by default
 * @throws {FileProblem}
 * @see SHEET.md FL7
 */
export function unpack(
  bytes: Uint8Array,
  reads: RegExp = READ,
  limits: UnpackLimits = FILE_LIMITS,
): Parts {
  const found: [path: string, bytes: Uint8Array][] = []
  let total = 0
  const check = ({ name, originalSize }: UnzipFileInfo): boolean => {
    total += originalSize
    found.push([name, NOTHING])
    assertSize(total, found.length, bytes.length, limits)
    return false
  }
  tryUnzip(bytes, check)
  const read = tryUnzip(bytes, ({ name }) => reads.test(name))
  const parts = Object.fromEntries(found.filter(([path]) => !path.endsWith('/')))
  // A file says which of its parts are which: without what every object has, it can name no other thing.
  return Object.assign(Object.create(null) as object, parts, read)
}

function assertSize(total: number, count: number, packed: number, limits: UnpackLimits): void {
  const isBomb = total > limits.ratioFromBytes && total > packed * limits.ratio
  if (total > limits.unpackedBytes || isBomb || count > limits.parts) {
    throw new FileProblem('too-large', `${limits.unpackedBytes / MEGABYTE} MB`)
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
  let [cells, places] = [0, 0]
  for (const bytes of Object.values(parts)) {
    const found = survey(bytes)
    cells += found.cells
    places += found.places
    if (cells > FILE_LIMITS.cells || places > FILE_LIMITS.places) throw tooManyCells()
  }
}

/** @returns the problem of a file with too many cells */
export const tooManyCells = (): FileProblem =>
  new FileProblem('too-many-cells', FILE_LIMITS.cells.toLocaleString('en'))
