import { parentPort, workerData } from 'node:worker_threads'
import {
  asOneUpdate,
  FileProblem,
  readFile,
  sheetsIn,
  writeDelimited,
  writeSheets,
  writeXlsx,
} from '@whereabouts/univer/files'
import { applyUpdate, Doc } from 'yjs'

/** What the thread is started for. */
export interface Conversion {
  readonly direction: 'read' | 'write'
  /** Of a file. */
  readonly kind: 'xlsx' | 'csv' | 'tsv'
  readonly bytes: Uint8Array
}

/** What the thread says before it ends. */
export type Converted = { readonly bytes: Uint8Array } | { readonly sentence: string }

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no target origin
parentPort!.postMessage(await converted(workerData as Conversion))

async function converted({ direction, kind, bytes }: Conversion): Promise<Converted> {
  try {
    return { bytes: await (direction === 'read' ? read(bytes, kind) : write(bytes, kind)) }
  } catch (error) {
    if (error instanceof FileProblem) return { sentence: error.message }
    if (error instanceof RangeError) return { sentence: 'This document is not a sheet.' }
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
  const sheets = sheetsIn(doc).map(({ sheet }) => sheet)
  if (kind === 'xlsx') return writeXlsx(sheets)
  return writeDelimited(sheets[0]!, { delimiter: kind === 'csv' ? ',' : '\t', bom: false })
}
