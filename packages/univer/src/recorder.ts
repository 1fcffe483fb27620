import type { GridReader } from './grid-reader.js'
import { OPERATIONS } from './operations/index.js'
import type { Operation } from './operations/operation.js'
import type { Recorder } from './operations/operation-kind.js'

const RECORDERS = new Map<string, Recorder<never>>(
  Object.values(OPERATIONS).flatMap((kind) => Object.entries(kind.record)),
)

// Commands of which nothing but the lines, or the name, is for the document: what Univer makes of
// the formulas, merges and frozen panes by itself, the document makes in its own way.
const DERIVING = new Set([
  'sheet.command.insert-row-by-range',
  'sheet.command.insert-col-by-range',
  'sheet.command.remove-row-by-range',
  'sheet.command.remove-col-by-range',
  'sheet.command.move-rows',
  'sheet.command.move-cols',
  'sheet.command.set-worksheet-name',
  'sheet.command.remove-sheet',
])

/** Whether a mutation has a place in the document. */
export const isRecorded = (mutation: string): boolean => RECORDERS.has(mutation)

/** What a mutation that has just been executed has to bring into the document. */
export function record(grid: GridReader, mutation: string, params: object): Operation[] {
  const recorder = RECORDERS.get(mutation)
  if (recorder === undefined) return []
  const { trigger } = params as { readonly trigger?: unknown }
  return recorder(grid, params as never, typeof trigger === 'string' && DERIVING.has(trigger))
}
