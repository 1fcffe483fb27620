import { partsOf } from './document/index.js'
import { CELLS_AT_ONCE, type GridWriter } from './grid-writer.js'
import { kindOf } from './operations/index.js'
import type { Operation } from './operations/operation.js'
import type { Work } from './slices.js'

/**
 * Performs the document's steps in the grid. The recorder ignores them. It pauses only between the parts
 * of a step that writes many cells, since lines must be where the document has them.
 */
export function* playing(steps: readonly Operation[], grid: GridWriter): Work {
  for (const step of steps) {
    for (const [at, parts] of partsOf([step], CELLS_AT_ONCE).entries()) {
      if (at > 0) yield
      for (const part of parts) tryStep(part, grid)
    }
  }
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
