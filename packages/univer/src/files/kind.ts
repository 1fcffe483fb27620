import { FileProblem } from './problem.js'

/** The kinds of files that can be opened. */
export type FileKind = 'xlsx' | 'xls' | 'ods' | 'csv' | 'tsv'

const BY_EXTENSION = new Map<string, FileKind>([
  ['xlsx', 'xlsx'],
  ['xlsm', 'xlsx'],
  ['xltx', 'xlsx'],
  ['xltm', 'xlsx'],
  ['xls', 'xls'],
  ['ods', 'ods'],
  ['csv', 'csv'],
  ['txt', 'csv'],
  ['tsv', 'tsv'],
  ['tab', 'tsv'],
])
/** The endings of names that can be opened, for a file picker. */
export const FILE_ENDINGS: readonly string[] = [...BY_EXTENSION.keys()].map((each) => `.${each}`)

const ZIP = [0x50, 0x4b, 0x03, 0x04]
const OLE = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]
const ENCRYPTED = Array.from('EncryptedPackage', (letter) => letter.charCodeAt(0))

/**
 * Returns the kind of a file by its name, if the content is of that kind.
 *
 * @throws {FileProblem}
 * @see SHEET.md FL1, FL8
 */
export function kindOf(bytes: Uint8Array, name: string): FileKind {
  const ending = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  const kind = BY_EXTENSION.get(ending)
  if (kind === undefined) throw new FileProblem('unknown-kind')
  if (bytes.length === 0) throw new FileProblem('empty')
  if (startsWith(bytes, OLE) && isEncrypted(bytes)) throw new FileProblem('encrypted')
  if (!isContentOf(kind, bytes)) throw new FileProblem('not-as-named', `.${ending}`)
  return kind
}

function isContentOf(kind: FileKind, bytes: Uint8Array): boolean {
  const isZip = startsWith(bytes, ZIP)
  const isOle = startsWith(bytes, OLE)
  if (kind === 'xlsx' || kind === 'ods') return isZip
  return kind === 'xls' ? isOle : !isZip && !isOle
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, at) => bytes[at] === byte)
}

/** An encrypted workbook is a stream of another container, which names it in UTF-16. */
function isEncrypted(bytes: Uint8Array): boolean {
  const first = ENCRYPTED[0]!
  for (let at = bytes.indexOf(first); at !== -1; at = bytes.indexOf(first, at + 1)) {
    if (ENCRYPTED.every((code, n) => bytes[at + 2 * n] === code)) return true
  }
  return false
}
