import type { Splice } from '../document/list-changes.js'
import { partName, SHEETS } from '../document/workbook.js'
import type { OperationKind, SheetsChange } from './operation-kind.js'
import { leave } from './sheets.js'

/** Removes a sheet with its content. */
export interface RemoveSheet {
  readonly type: 'remove-sheet'
  /** The id of the sheet. */
  readonly sheet: string
}

const CONTENTS: readonly Parameters<typeof partName>[0][] = [
  'cells',
  'styles',
  'merges',
  'blocks',
  'filters',
  'rules',
  'validations',
  'notes',
  'links',
  'images',
  'charts',
]

export const removeSheet: OperationKind<RemoveSheet, SheetsChange<Splice>> = {
  record: {
    'sheet.mutation.remove-sheet': (_, { subUnitId: sheet }) => [{ type: 'remove-sheet', sheet }],
  },

  /** @see SHEET.md SD5 */
  write(workbook, { sheet: id }, draft) {
    const at = workbook.shown.findIndex((sheet) => sheet.id === id)
    if (at === -1) return
    if (workbook.shown.length > 1) {
      draft.put(SHEETS, `${id}/gone`, true)
      for (const part of CONTENTS) {
        const name = partName(part, id)
        for (const key of workbook.part(name).keys()) draft.put(name, key, undefined)
      }
    }
    workbook.shown.splice(at, 1)
    workbook.changed.add(id)
  },

  diff({ change: { at, count }, workbook: { shown, changed } }) {
    return shown.splice(at, count).map(({ id }) => {
      changed.add(id)
      return { type: 'remove-sheet', sheet: id }
    })
  },

  play(step, grid) {
    const { sheet } = step
    // A workbook needs at least one sheet: the last one is removed once another has been added.
    if (grid.reader.order.length === 1) {
      grid.postpone(step)
      return
    }
    leave(sheet, grid)
    const subUnitName = grid.sheet(sheet).getName()
    grid.execute('sheet.mutation.remove-sheet', sheet, { subUnitName })
  },

  unsettles: true,
  hides: true,
}
