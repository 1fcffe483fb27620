import { isNameText } from '../document/a1.js'
import { isSame } from '../document/cells.js'
import type { Draft } from '../document/draft.js'
import { NAMES_FORMAT, raiseFormat } from '../document/format.js'
import { NAMES_CHANGED, storeFormula } from '../document/formula.js'
import { cleanComment, isNameId, type Name } from '../document/name-list.js'
import { namesOf } from '../document/names.js'
import { NAMES, type Workbook } from '../document/workbook.js'
import type { OperationKind, Recorder } from './operation-kind.js'

/** Sets all names of the workbook. */
export interface SetNames {
  readonly type: 'set-names'
  readonly names: readonly Name[]
}

const PROPERTIES = ['name', 'formula', 'sheet', 'comment'] as const

/** The document moves names with their cells, in its own way. */
const record: Recorder<object> = (grid, _, isDerived) =>
  isDerived ? [] : [{ type: 'set-names', names: grid.names() }]

export const setNames: OperationKind<SetNames, Workbook> = {
  record: {
    'formula.mutation.set-defined-name': record,
    'formula.mutation.remove-defined-name': record,
  },

  /** @see SHEET.md SD56 */
  write(workbook, { names }, draft) {
    const before = new Map(workbook.names.shown.map((name) => [name.id, name]))
    const kept = names.filter(({ id, name }) => isNameId(id) && isNameText(name))
    // A formula may have names that are new as well.
    workbook.names.shown = kept
    const gone = [...before.keys()].filter((id) => kept.every((name) => name.id !== id))
    const changed = kept.filter((name) => !isSame(before.get(name.id), name))
    if (gone.length + changed.length > 0) raiseFormat(workbook.doc, NAMES_FORMAT)
    for (const id of gone) {
      for (const property of PROPERTIES) draft.put(NAMES, `${id}/${property}`, undefined)
    }
    for (const name of changed) put(name, before.get(name.id), draft, workbook)
    workbook.names.isTouched = true
    workbook.changed.add(NAMES_CHANGED)
  },

  diff(workbook) {
    const { names, changed } = workbook
    if (!names.isTouched && changed.size === 0) return []
    names.isTouched = false
    const before = names.shown
    names.shown = namesOf(workbook)
    if (isSame(names.shown, before)) return []
    changed.add(NAMES_CHANGED)
    return [{ type: 'set-names', names: names.shown }]
  },

  play({ names }, grid) {
    const before = grid.reader.names()
    for (const name of before) {
      const now = names.find(({ id }) => id === name.id)
      // Univer goes on describing what a name was called before.
      if (now?.name !== name.name) grid.setName('remove', name)
    }
    for (const name of names) {
      if (!before.some((one) => isSame(one, name))) grid.setName('set', name)
    }
  },

  // Univer writes other formulas in place of a name that is changed or removed.
  unsettles: true,
}

/** Writes what is different. */
function put(name: Name, before: Name | undefined, draft: Draft, workbook: Workbook): void {
  const { id, formula, sheet, comment } = name
  if (name.name !== before?.name) draft.put(NAMES, `${id}/name`, name.name)
  if (formula !== before?.formula)
    draft.put(NAMES, `${id}/formula`, storeFormula(formula, undefined, workbook))
  if (sheet !== (before?.sheet ?? null)) draft.put(NAMES, `${id}/sheet`, sheet ?? undefined)
  if (comment !== (before?.comment ?? ''))
    draft.put(NAMES, `${id}/comment`, comment === '' ? undefined : cleanComment(comment))
}
