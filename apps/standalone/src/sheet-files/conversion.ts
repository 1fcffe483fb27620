import { once } from 'node:events'
import {
  asOneUpdate,
  FileProblem,
  readFile,
  sheetsIn,
  workbookSheetsIn,
  writeDelimited,
  writeSheets,
  writeXlsx,
} from '@whereabouts/univer/files'
import { applyUpdate, Doc } from 'yjs'

/** What the process is started for. */
export interface Conversion {
  readonly direction: 'read' | 'write'
  /** Of a file. */
  readonly kind: 'xlsx' | 'csv' | 'tsv'
  readonly bytes: Uint8Array
}

/** What the process says before it ends. */
export type Converted = { readonly bytes: Uint8Array } | { readonly sentence: string }

/** What a `RangeError` means: a longer text than V8 has, or a document with other content. */
const REFUSED = {
  read: 'This file takes too much memory. Split it.',
  write: 'This document is not a sheet.',
}

// The server decides when it ends, also if a terminal or a service manager signals both at once.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {})

const [conversion] = (await once(process, 'message')) as [Conversion]
process.send!(await converted(conversion), () => process.disconnect())

async function converted({ direction, kind, bytes }: Conversion): Promise<Converted> {
  try {
    return { bytes: await (direction === 'read' ? read(bytes, kind) : write(bytes, kind)) }
  } catch (error) {
    if (error instanceof FileProblem) return { sentence: error.message }
    if (error instanceof RangeError) return { sentence: REFUSED[direction] }
    throw error
  }
}

async function read(bytes: Uint8Array, kind: string): Promise<Uint8Array> {
  const { sheets } = await readFile(bytes, `Sheet 1.${kind}`)
  return asOneUpdate(writeSheets(sheets, {}))
}

async function write(update: Uint8Array, kind: Conversion['kind']): Promise<Uint8Array> {
  const doc = new Doc()
  applyUpdate(doc, update)
  if (kind === 'xlsx') return writeXlsx(workbookSheetsIn(doc).map(({ sheet }) => sheet))
  return writeDelimited(sheetsIn(doc)[0]!.sheet, {
    delimiter: kind === 'csv' ? ',' : '\t',
    bom: false,
  })
}
