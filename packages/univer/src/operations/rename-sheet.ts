import { cleanName } from '../document/sheet-list.js'
import { SHEETS, type Workbook } from '../document/workbook.js'
import type { OperationKind } from './operation-kind.js'

/** Renames a sheet. */
export interface RenameSheet {
  readonly type: 'rename-sheet'
  /** The id of the sheet. */
  readonly sheet: string
  readonly name: string
}

export const renameSheet: OperationKind<RenameSheet, Workbook> = {
  record: {
    'sheet.mutation.set-worksheet-name': (_, { subUnitId: sheet, name }) => [
      { type: 'rename-sheet', sheet, name },
    ],
  },

  write(workbook, { sheet: id, name }, draft) {
    const sheet = workbook.sheetWithId(id)
    if (sheet === undefined) return
    draft.put(SHEETS, `${id}/name`, cleanName(name))
    sheet.name = name
    workbook.changed.add(id)
  },

  diff({ shown, list: { names }, changed }) {
    return shown.flatMap((sheet) => {
      const name = names.get(sheet.id)!
      if (sheet.name === name) return []
      sheet.name = name
      changed.add(sheet.id)
      return [{ type: 'rename-sheet', sheet: sheet.id, name }]
    })
  },

  play({ sheet, name }, grid) {
    grid.execute('sheet.mutation.set-worksheet-name', sheet, { name })
  },

  unsettles: true,
}
