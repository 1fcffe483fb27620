import { PREDEFINED_HOOK_NAME_PASTE } from '@univerjs/preset-sheets-core'
import type { PastedCell, PastedTable } from './table.js'
import { readTyped } from './typed.js'

const { SPECIAL_PASTE_VALUE, SPECIAL_PASTE_FORMAT, SPECIAL_PASTE_BESIDES_BORDER } =
  PREDEFINED_HOOK_NAME_PASTE

/** Returns the part of a table that one of the menu's ways of pasting uses. */
export function partOf(table: PastedTable, way: string): PastedTable {
  const change = CHANGES.get(way)
  if (change === undefined) return table
  const rows = table.rows.map((row) => row.map(change))
  return { ...table, rows, merges: way === SPECIAL_PASTE_VALUE ? [] : table.merges }
}

const CHANGES: ReadonlyMap<string, (cell: PastedCell) => PastedCell> = new Map([
  [SPECIAL_PASTE_VALUE, withoutStyle],
  [SPECIAL_PASTE_BESIDES_BORDER, ({ s, ...content }) => ({ ...content, s: { ...s, bd: null } })],
  [SPECIAL_PASTE_FORMAT, ({ s = {} }) => ({ text: '', s, isStyleOnly: true })],
])

function withoutStyle(cell: PastedCell): PastedCell {
  const { s, ...content } = cell
  if (cell.isRelative) return { ...readTyped(cell.text), text: cell.text }
  return s === undefined ? cell : content
}
