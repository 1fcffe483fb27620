import type { GridReader } from './grid-reader.js'
import { OPERATIONS } from './operations/index.js'
import type { Operation } from './operations/operation.js'
import type { Recorder } from './operations/operation-kind.js'

const RECORDERS = new Map<string, Recorder<never>>(
  Object.values(OPERATIONS).flatMap((kind) => Object.entries(kind.record)),
)

// For these commands only the lines or the name are recorded: Univer changes formulas, merges and
// frozen panes by itself, and the document does so in its own way.
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

/** Returns whether a mutation belongs into the document. */
export const isRecorded = (mutation: string): boolean => RECORDERS.has(mutation)

/** Returns the operations that an executed mutation adds to the document. */
export function record(grid: GridReader, mutation: string, params: object): Operation[] {
  const recorder = RECORDERS.get(mutation)
  if (recorder === undefined) return []
  const { trigger } = params as { readonly trigger?: unknown }
  return recorder(grid, params as never, typeof trigger === 'string' && DERIVING.has(trigger))
}
