import type { AxisName } from '../document/axis.js'
import { partName } from '../document/workbook.js'
import type { GridReader } from '../grid-reader.js'
import { positionsIn } from './lines.js'
import { onSheet, type OperationKind, type Recorder, type TouchedLines } from './operation-kind.js'
import type { OnRanges } from './params.js'

/** Hides or shows rows or columns, by position. */
export interface SetHidden {
  readonly type: 'set-hidden'
  /** The id of the sheet. */
  readonly sheet: string
  readonly axis: AxisName
  readonly hidden: { readonly [position: number]: boolean }
}

const MUTATIONS = {
  rows: { hide: 'sheet.mutation.set-row-hidden', show: 'sheet.mutation.set-row-visible' },
  columns: { hide: 'sheet.mutation.set-col-hidden', show: 'sheet.mutation.set-col-visible' },
} as const

export const setHidden: OperationKind<SetHidden, TouchedLines> = {
  record: {
    'sheet.mutation.set-row-hidden': recordHidden('rows'),
    'sheet.mutation.set-row-visible': recordHidden('rows'),
    'sheet.mutation.set-col-hidden': recordHidden('columns'),
    'sheet.mutation.set-col-visible': recordHidden('columns'),
  },

  write: onSheet((sheet, { axis, hidden }, draft) => {
    const lines = sheet[axis]
    for (const [at, isHidden] of Object.entries(hidden)) {
      const id = lines.shown[Number(at)]
      if (id === undefined) continue
      if (isHidden) lines.hidden.add(id)
      else lines.hidden.delete(id)
      draft.put(partName(axis, sheet.id), `${id}/hidden`, isHidden ? true : undefined)
      lines.touched.add(id)
    }
  }),

  diff({ sheet, axis: name }) {
    const { axis, hidden: shown, touched } = sheet[name]
    const hidden: Record<number, boolean> = {}
    for (const id of touched) {
      const at = axis.indexOf(id)
      const isHidden = axis.hidden.has(id)
      if (at === -1 || isHidden === shown.has(id)) continue
      if (isHidden) shown.add(id)
      else shown.delete(id)
      hidden[at] = isHidden
    }
    if (Object.keys(hidden).length === 0) return []
    return [{ type: 'set-hidden', sheet: sheet.id, axis: name, hidden }]
  },

  play({ sheet, axis, hidden }, grid) {
    const positions = Object.keys(hidden).map(Number)
    const rangesWhere = (isHidden: boolean) => {
      const wanted = positions.filter((at) => hidden[at] === isHidden)
      return grid.ranges(sheet, axis, wanted)
    }
    const gone = rangesWhere(true)
    const shown = rangesWhere(false)
    const { hide, show } = MUTATIONS[axis]
    if (gone.length > 0) grid.execute(hide, sheet, { ranges: gone })
    if (shown.length > 0) grid.execute(show, sheet, { ranges: shown })
  },
}

function recordHidden(axis: AxisName): Recorder<OnRanges> {
  return (grid, { subUnitId: sheet, ranges }) => {
    const entries = positionsIn(axis, ranges).map((at) => [at, grid.isHidden(sheet, axis, at)])
    return [{ type: 'set-hidden', sheet, axis, hidden: Object.fromEntries(entries) }]
  }
}

/** Returns which of some lines are hidden. */
export function hiddenAsTheyAre(
  grid: GridReader,
  sheet: string,
  axis: AxisName,
  positions: readonly number[],
): SetHidden[] {
  const hidden = positions.filter((at) => grid.isHidden(sheet, axis, at)).map((at) => [at, true])
  if (hidden.length === 0) return []
  return [{ type: 'set-hidden', sheet, axis, hidden: Object.fromEntries(hidden) }]
}
