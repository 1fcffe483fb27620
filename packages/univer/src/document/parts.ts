import type { Operation } from '../operations/operation.js'
import type { SetRangeValues } from '../operations/set-range-values.js'
import type { SetLinks } from '../operations/set-links.js'
import type { SetNotes } from '../operations/set-notes.js'
import type { CellMatrix } from './cells.js'
import type { Link } from './link.js'
import { LIMITS } from './limits.js'

/** How many cells are written at once; each part takes one block. */
export const PART_CELLS: number = LIMITS.cellsInBlock

/**
 * Returns two steps as one if both write cells of a sheet, in different rows: the grid takes fewer cells at once
 * than a block has. Of two that set the same list of a sheet, the second counts.
 */
export function joinSteps(first: Operation | undefined, second: Operation): Operation | undefined {
  if (first?.type === 'set-names' && second.type === 'set-names') return second
  const isOfList = second.type === 'set-rules' || second.type === 'set-validations'
  if (isOfList && first?.type === second.type && first.sheet === second.sheet) return second
  if (first?.type !== 'set-range-values' || second.type !== 'set-range-values') return undefined
  const { cellValue } = first
  if (first.sheet !== second.sheet) return undefined
  if (Object.keys(second.cellValue).some((row) => row in cellValue)) return undefined
  return { ...first, cellValue: Object.assign(cellValue, second.cellValue) }
}

/** Puts steps into parts of at most `most` cells, or one row. @see SHEET.md SD54 */
export function partsOf(steps: readonly Operation[], most: number): Operation[][] {
  const parts: Operation[][] = []
  let cells = 0
  for (const step of steps.flatMap((each) => piecesOf(each, most))) {
    const count = countIn(step)
    if (parts.length === 0 || cells + count > most) {
      parts.push([])
      cells = 0
    }
    parts.at(-1)!.push(step)
    cells += count
  }
  return parts
}

/** Splits a step that writes many cells. */
function piecesOf(step: Operation, most: number): Operation[] {
  if (countIn(step) <= most) return [step]
  if (step.type === 'set-notes' || step.type === 'set-links') return attachedIn(step, most)
  if (step.type !== 'set-range-values') return [step]
  const pieces: SetRangeValues[] = []
  let cells = most
  for (const [row, inRow] of Object.entries(step.cellValue)) {
    const count = Object.keys(inRow as object).length
    if (cells + count > most) {
      pieces.push({ ...step, cellValue: {} })
      cells = 0
    }
    Object.assign(pieces.at(-1)!.cellValue, { [row]: inRow as object })
    cells += count
  }
  return pieces
}

function countIn(step: Operation): number {
  let count = 0
  if (step.type === 'set-notes' || step.type === 'set-links') {
    for (const [, , value] of cellsIn(valuesOf(step))) count += costOf(value)
    return count
  }
  // Each image is an update of its own.
  if (step.type === 'set-images') return PART_CELLS
  if (step.type !== 'set-range-values') return 1
  for (const inRow of Object.values(step.cellValue)) count += Object.keys(inRow as object).length
  return count
}

/** Splits a step that writes notes or links: long ones take as much of an update as many cells. */
function attachedIn(step: SetNotes | SetLinks, most: number): Operation[] {
  const pieces: Record<number, Record<number, unknown>>[] = []
  let cost = most
  for (const [row, column, value] of cellsIn(valuesOf(step))) {
    if (cost + costOf(value) > most) {
      pieces.push({})
      cost = 0
    }
    ;(pieces.at(-1)![row] ??= {})[column] = value
    cost += costOf(value)
  }
  const field = step.type === 'set-notes' ? 'notes' : 'links'
  return pieces.map((values) => ({ ...step, [field]: values }))
}

const valuesOf = (step: SetNotes | SetLinks): CellMatrix<string | Link | null> =>
  step.type === 'set-notes' ? step.notes : step.links

/** As how many cells it counts. */
function costOf(value: string | Link | null): number {
  const text = typeof value === 'object' ? Object.values(value ?? {}).join('') : value
  return 1 + (text.length >> 4)
}

function* cellsIn<T>(matrix: CellMatrix<T>): Generator<readonly [row: number, column: number, T]> {
  for (const [row, inRow] of Object.entries(matrix)) {
    for (const [column, value] of Object.entries(inRow as CellMatrix<T>[number])) {
      yield [Number(row), Number(column), value]
    }
  }
}
