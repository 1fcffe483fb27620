import { t } from '../../../language/language.js'
import type { Block } from '../../../page-document/block.js'
import { readHtml } from '../../clipboard/read-html.js'
import { readFormulas } from './math-files.js'
import { readLines, readMarkdown } from '../../clipboard/read-text.js'

const MEGABYTE = 1024 * 1024
/** Files of Word have images that are made smaller, so they may be larger. */
const MAX_MEGABYTES = { text: 5, word: 20 } as const
const WORD = '.docx'

/** The files that a page can take in, by the ends of their names. */
export const READABLE = ['.md', '.markdown', '.txt', '.html', '.htm', WORD] as const

/** Returns whether a file's content can be taken in as text. */
export const isReadable = ({ name }: Pick<File, 'name'>): boolean => kindOf(name) !== undefined

const kindOf = (name: string) => READABLE.find((end) => name.toLowerCase().endsWith(end))

/** What a page takes in of a file. */
export interface FileContent {
  readonly blocks: readonly Block[]
  /** What people are told of a file of which not everything was taken in. */
  readonly notice?: string | undefined
}

/**
 * Reads a file.
 *
 * @throws {Error} whose message tells people why it can't be read
 */
export async function readFile(file: File): Promise<FileContent> {
  const kind = kindOf(file.name)
  if (kind === undefined) throw new Error(t('page.fileKind', { name: file.name }))
  const most = MAX_MEGABYTES[kind === WORD ? 'word' : 'text']
  if (file.size > most * MEGABYTE) {
    throw new Error(t('page.fileTooLarge', { name: file.name, most }))
  }
  const bytes = new Uint8Array(await file.arrayBuffer())
  return kind === WORD ? readWordFile(bytes, file.name) : { blocks: readText(bytes, kind, file) }
}

/** What reads such files is loaded when somebody inserts one. */
async function readWordFile(bytes: Uint8Array, name: string): Promise<FileContent> {
  const { readWord, describeLeftOut } = await import('./word/read-word.js')
  const { blocks, leftOut } = await readWord(bytes, name)
  return { blocks, notice: describeLeftOut(name, leftOut) }
}

function readText(
  bytes: Uint8Array,
  kind: (typeof READABLE)[number],
  { name }: File,
): readonly Block[] {
  const text = decode(bytes)
  if (text === undefined) throw new Error(t('page.fileNotText', { name }))
  if (kind === '.txt') return readLines(text)
  if (kind === '.html' || kind === '.htm') {
    const { body } = new DOMParser().parseFromString(text, 'text/html')
    readFormulas(body)
    return readHtml(body)
  }
  return readMarkdown(text.replaceAll(/\r\n?/g, '\n'))
}

/** Returns the text of a file in UTF-8, in UTF-16 with its mark, or else as older Chinese programs write it. */
export function decode(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes
  const isWide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  if (isWide) return new TextDecoder(first === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes)
  if (bytes.includes(0)) return undefined
  for (const encoding of ['utf-8', 'gb18030']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes)
    } catch {
      // It is in another encoding.
    }
  }
  return undefined
}
