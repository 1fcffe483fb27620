import type { GridWriter } from './grid-writer.js'
import { kindOf } from './operations/index.js'
import type { Operation } from './operations/operation.js'

/** Does in the grid what the document says. None of it is taken for something done here. */
export function play(steps: readonly Operation[], grid: GridWriter): void {
  for (const step of steps) tryStep(step, grid)
  const postponed = grid.takePostponed()
  if (postponed !== null) tryStep(postponed, grid)
  // What can't be done then isn't tried again with other steps.
  grid.takePostponed()
}

/** What a listener of Univer's throws comes after the step, and is no reason to leave others out. */
function tryStep(step: Operation, grid: GridWriter): void {
  try {
    kindOf(step).play(step, grid)
  } catch (error) {
    reportError(error)
  }
}
