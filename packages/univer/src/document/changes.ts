import { insertLines } from '../operations/insert-lines.js'
import { insertSheet } from '../operations/insert-sheet.js'
import { moveLines } from '../operations/move-lines.js'
import { moveSheet } from '../operations/move-sheet.js'
import type { Operation } from '../operations/operation.js'
import { removeLines } from '../operations/remove-lines.js'
import { removeSheet } from '../operations/remove-sheet.js'
import { renameSheet } from '../operations/rename-sheet.js'
import { setFilter } from '../operations/set-filter.js'
import { setFrozen } from '../operations/set-frozen.js'
import { setHidden } from '../operations/set-hidden.js'
import { setLook } from '../operations/set-look.js'
import { setMerges } from '../operations/set-merges.js'
import { setLinks } from '../operations/set-links.js'
import { setNames } from '../operations/set-names.js'
import { setNotes } from '../operations/set-notes.js'
import { setRangeValues } from '../operations/set-range-values.js'
import { setRules } from '../operations/set-rules.js'
import { setValidations } from '../operations/set-validations.js'
import { setSizes } from '../operations/set-sizes.js'
import { isReordered, sortRows } from '../operations/sort-rows.js'
import { complete, type Work } from '../slices.js'
import type { AxisName } from './axis.js'
import type { CellPlace } from './cells.js'
import { isAbout } from './formula.js'
import { listChanges } from './list-changes.js'
import type { SheetState } from './sheet-state.js'
import type { Workbook } from './workbook.js'

const AXES: readonly AxisName[] = ['rows', 'columns']
/** What is compared of a sheet once its lines are in place. */
const KINDS = [
  setRangeValues,
  setMerges,
  setFrozen,
  setFilter,
  setRules,
  setValidations,
  setNotes,
  setLinks,
]

/** Does the same as `takingSteps`, without a pause. */
export const takeSteps = (workbook: Workbook, held: CellPlace | null): Operation[] =>
  complete(takingSteps(workbook, held))

/**
 * Returns the steps that bring the grid up to date with the document; they count as done. Steps
 * that move lines and sheets come first, then those that depend on positions.
 *
 * In a pause nothing else may use the workbook.
 *
 * @param held a cell to leave as it is shown for now
 * @see SHEET.md SD9
 */
export function* takingSteps(workbook: Workbook, held: CellPlace | null): Work<Operation[]> {
  const steps: Operation[] = [
    ...stepsOfSheets(workbook),
    ...renameSheet.diff(workbook),
    ...setLook.diff(workbook),
  ]
  yield* workbook.countingBlocks()
  for (const sheet of workbook.shown) {
    for (const axis of AXES) {
      // There may be more than a call may have arguments.
      for (const step of stepsOfLines(workbook, sheet, axis)) steps.push(step)
    }
  }
  steps.push(...setNames.diff(workbook))
  touchFormulas(workbook)
  for (const sheet of workbook.shown) {
    const unshown = { workbook, sheet, held }
    for (const kind of KINDS) for (const step of kind.diff(unshown)) steps.push(step)
  }
  return steps
}

function stepsOfSheets(workbook: Workbook): Operation[] {
  const before = workbook.shown.map(({ id }) => id)
  return listChanges(before, workbook.list.ids).flatMap((change): Operation[] => {
    if (change.type === 'move') return moveSheet.diff({ change, workbook })
    const kind = change.type === 'remove' ? removeSheet : insertSheet
    return kind.diff({ change, workbook })
  })
}

function stepsOfLines(workbook: Workbook, sheet: SheetState, axis: AxisName): Operation[] {
  const lines = sheet[axis]
  const ordered = lines.isReordered ? stepsOfOrder(sheet, axis) : []
  if (lines.isReordered) {
    // Even the deleted ends of references keep their places.
    workbook.changed.add(sheet.id)
    sheet.areMergesTouched = true
    sheet.isFilterTouched = true
    sheet.rules.isTouched = true
    sheet.validations.isTouched = true
    lines.isReordered = false
  }
  const steps = [...ordered, ...setSizes.diff({ sheet, axis }), ...setHidden.diff({ sheet, axis })]
  lines.touched.clear()
  return steps
}

function stepsOfOrder(sheet: SheetState, axis: AxisName): Operation[] {
  const { shown, axis: lines } = sheet[axis]
  const after = lines.ids
  const changes = listChanges(shown, after)
  const isSorted = axis === 'rows' && changes.some(({ type }) => type !== 'move')
  if (isSorted && isReordered(shown, after)) return sortRows.diff({ sheet, after })
  return changes.flatMap((change): Operation[] => {
    if (change.type === 'move') return moveLines.diff({ change, sheet, axis, after })
    const kind = change.type === 'remove' ? removeLines : insertLines
    return kind.diff({ change, sheet, axis, after })
  })
}

/** Marks formulas that may read differently because their references moved. */
function touchFormulas({ shown, changed }: Workbook): void {
  if (changed.size === 0) return
  for (const sheet of shown) {
    sheet.rules.touchFormulas()
    sheet.validations.touchFormulas()
    for (const entry of sheet.formulas) {
      if (isAbout(entry.formula!, sheet.id, changed)) sheet.touched.add(entry)
    }
  }
  changed.clear()
}
