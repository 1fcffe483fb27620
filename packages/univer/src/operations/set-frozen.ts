import type { IFreeze } from '@univerjs/core'
import { SHEETS } from '../document/workbook.js'
import { keyAt } from './lines.js'
import { onSheet, type OperationKind, type UnshownSheet } from './operation-kind.js'

/** Sets how many rows and columns are frozen. */
export interface SetFrozen {
  readonly type: 'set-frozen'
  /** The id of the sheet. */
  readonly sheet: string
  readonly rows: number
  readonly columns: number
}

export const setFrozen: OperationKind<SetFrozen, UnshownSheet> = {
  record: {
    'sheet.mutation.set-frozen': (grid, { subUnitId: sheet }, isDerived) =>
      isDerived ? [] : [{ type: 'set-frozen', sheet, ...grid.frozen(sheet) }],
  },

  /** @see SHEET.md SD10 */
  write: onSheet((sheet, { rows, columns }, draft) => {
    const { id } = sheet
    draft.put(SHEETS, `${id}/frozen-rows`, keyAt(sheet, 'rows', rows - 1) ?? undefined)
    draft.put(SHEETS, `${id}/frozen-columns`, keyAt(sheet, 'columns', columns - 1) ?? undefined)
    sheet.frozenShown = { rows, columns }
  }),

  diff({ workbook: { list }, sheet }) {
    const keys = list.frozenOf(sheet.id)
    const rows = keys.rows === undefined ? 0 : sheet.rows.axis.countUpTo(keys.rows)
    const columns = keys.columns === undefined ? 0 : sheet.columns.axis.countUpTo(keys.columns)
    if (rows === sheet.frozenShown.rows && columns === sheet.frozenShown.columns) return []
    sheet.frozenShown = { rows, columns }
    return [{ type: 'set-frozen', sheet: sheet.id, rows, columns }]
  },

  play({ sheet, rows, columns }, grid) {
    const freeze = toUniverFreeze({ rows, columns })
    grid.execute('sheet.mutation.set-frozen', sheet, { ...freeze, resetScroll: false })
  },
}

/** Returns Univer's parameters for freezing the first rows and columns. */
export function toUniverFreeze({ rows, columns }: Pick<SetFrozen, 'rows' | 'columns'>): IFreeze {
  return {
    startRow: rows > 0 ? rows : -1,
    startColumn: columns > 0 ? columns : -1,
    ySplit: rows,
    xSplit: columns,
  }
}
