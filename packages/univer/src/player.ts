import type { GridWriter } from './grid-writer.js'
import { kindOf } from './operations/index.js'
import type { Operation } from './operations/operation.js'

/** Performs the document's steps in the grid. The recorder ignores them. */
export function play(steps: readonly Operation[], grid: GridWriter): void {
  for (const step of steps) tryStep(step, grid)
  const postponed = grid.takePostponed()
  if (postponed !== null) tryStep(postponed, grid)
  // A postponed step that fails is not tried again with later steps.
  grid.takePostponed()
}

/** Performs a step; an exception of one of Univer's listeners must not stop the next steps. */
function tryStep(step: Operation, grid: GridWriter): void {
  try {
    kindOf(step).play(step, grid)
  } catch (error) {
    reportError(error)
  }
}
