import type { CellStyle } from 'hucre/xlsx'
import type { CellData, Style } from '../../document/index.js'
import { isPatterned, readCellStyle, writeCellStyle } from '../cell-style.js'
import type { Feature } from '../feature.js'
import { positionOf } from './formulas.js'

/** Fonts, colors, borders, alignment and number formats of cells. */
export const styles: Feature = {
  read({ sheet, styles: context }, draft, report) {
    const known = new Map<string, Style | undefined>()
    for (const [key, { style }] of sheet.cells ?? []) {
      if (style === undefined) continue
      const at = positionOf(key)
      const text = JSON.stringify(style)
      if (!known.has(text)) known.set(text, readCellStyle(style, context))
      const s = known.get(text)
      if (s !== undefined) draft.set(at.row, at.column, { s })
      if (isPatterned(style.fill)) report.note('fills', draft.name, 1, at)
    }
  },

  write({ cells }, target) {
    const known = new Map<string, CellStyle>()
    for (const [row, inRow] of Object.entries(cells)) {
      for (const [column, { s }] of Object.entries(inRow as Record<string, CellData>)) {
        if (s === undefined) continue
        const text = JSON.stringify(s)
        const style = known.get(text) ?? writeCellStyle(s)
        known.set(text, style)
        const key = `${row},${column}`
        target.cells.set(key, { ...target.cells.get(key), style })
      }
    }
  },
}
