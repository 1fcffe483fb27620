import { CommandType, type ICommandInfo, type IExecutionOptions } from '@univerjs/core'
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

// After these, Univer writes formulas: to the document they are the same ones.
const NAMING = new Set(['sheet.command.set-defined-name', 'sheet.command.remove-defined-name'])
const CELLS = 'sheet.mutation.set-range-values'

/** Returns whether a mutation belongs into the document. */
export const isRecorded = (mutation: string): boolean => RECORDERS.has(mutation)

/** Returns whether a command has done something that belongs into the document. */
export const isRecordable = (
  { id, type }: Readonly<ICommandInfo>,
  options: IExecutionOptions | undefined,
): boolean => type === CommandType.MUTATION && isRecorded(id) && !isFromElsewhere(options)

const isFromElsewhere = (options: IExecutionOptions | undefined): boolean =>
  options?.fromCollab === true || options?.onlyLocal === true

const OPEN_EDITOR = 'sheet.operation.set-cell-edit-visible'
// Scrolling, zooming, selecting, and typing into the editor's own text.
const OF_THE_VIEW =
  /^(?:doc\.|sheet\.command\.(?:scroll|set-scroll|change-zoom|set-zoom|move-selection|expand-selection|select-))/

/**
 * Returns whether a command may read or change cells, so that all cells must be in the grid before it:
 * one that isn't there yet must neither be missed, nor overwrite what the command writes.
 *
 * @see OFFICE.md SH121
 */
export function dependsOnGrid(
  command: Readonly<ICommandInfo>,
  options: IExecutionOptions | undefined,
): boolean {
  const { id, type, params } = command
  if (isFromElsewhere(options)) return false
  if (id === OPEN_EDITOR)
    return params !== undefined && 'visible' in params && params.visible === true
  if (type === CommandType.COMMAND) return !OF_THE_VIEW.test(id)
  return isRecordable(command, options)
}

/**
 * Returns the operations that an executed mutation adds to the document.
 *
 * @param isSorting whether a sort of rows has been recorded, after which Univer writes their cells again
 */
export function record(
  grid: GridReader,
  mutation: string,
  params: object,
  isSorting: boolean,
): Operation[] {
  const recorder = RECORDERS.get(mutation)
  if (recorder === undefined || (isSorting && mutation === CELLS)) return []
  const { trigger } = params as { readonly trigger?: unknown }
  const isDerived = typeof trigger === 'string' && isDerivedFrom(trigger, mutation)
  return recorder(grid, params as never, isDerived)
}

const isDerivedFrom = (command: string, mutation: string): boolean =>
  DERIVING.has(command) || (NAMING.has(command) && mutation === CELLS)
