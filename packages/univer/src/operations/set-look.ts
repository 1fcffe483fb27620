import { isSame } from '../document/cells.js'
import { ORDER_FORMAT, raiseFormat } from '../document/format.js'
import { USUAL_LOOK, type Look } from '../document/sheet-list.js'
import { SHEETS, type Workbook } from '../document/workbook.js'
import type { GridReader } from '../grid-reader.js'
import type { GridWriter } from '../grid-writer.js'
import { onSheet, type OperationKind, type Recorder } from './operation-kind.js'
import type { OnSheet } from './params.js'
import { leave } from './sheets.js'

/** Sets whether a sheet is hidden, the color of its tab, and whether it has grid lines. */
export interface SetLook {
  readonly type: 'set-look'
  /** The id of the sheet. */
  readonly sheet: string
  readonly look: Look
}

const record: Recorder<OnSheet> = (grid, { subUnitId: sheet }) => [
  { type: 'set-look', sheet, look: grid.look(sheet) },
]

export const setLook: OperationKind<SetLook, Workbook> = {
  record: {
    'sheet.mutation.set-worksheet-hidden': record,
    'sheet.mutation.set-tab-color': record,
    'sheet.mutation.toggle-gridlines': record,
  },

  /** @see SHEET.md SF8 */
  write: onSheet((sheet, { look }, draft, { doc }) => {
    const { id } = sheet
    const { isHidden, color, hasGridLines } = look
    raiseFormat(doc, ORDER_FORMAT)
    draft.put(SHEETS, `${id}/hidden`, isHidden ? true : undefined)
    draft.put(SHEETS, `${id}/color`, color ?? undefined)
    draft.put(SHEETS, `${id}/grid`, hasGridLines ? undefined : false)
    sheet.look = look
  }),

  diff({ shown, list }) {
    return shown.flatMap((sheet) => {
      const look = list.lookOf(sheet.id)
      if (isSame(look, sheet.look)) return []
      sheet.look = look
      return [{ type: 'set-look', sheet: sheet.id, look }]
    })
  },

  play({ sheet, look }, grid) {
    const before = grid.reader.look(sheet)
    if (look.isHidden !== before.isHidden) playHidden(sheet, look.isHidden, grid)
    if (look.color !== before.color) {
      grid.execute('sheet.mutation.set-tab-color', sheet, { color: look.color ?? '' })
    }
    if (look.hasGridLines !== before.hasGridLines) {
      const showGridlines = look.hasGridLines ? 1 : 0
      grid.execute('sheet.mutation.toggle-gridlines', sheet, { showGridlines })
    }
  },
}

function playHidden(sheet: string, isHidden: boolean, grid: GridWriter): void {
  if (isHidden) leave(sheet, grid)
  grid.execute('sheet.mutation.set-worksheet-hidden', sheet, { hidden: isHidden ? 1 : 0 })
}

/** Returns how a sheet looks if it isn't as usual. */
export function lookAsItIs(grid: GridReader, sheet: string): SetLook[] {
  const look = grid.look(sheet)
  return isSame(look, USUAL_LOOK) ? [] : [{ type: 'set-look', sheet, look }]
}
