import { isSize, type AxisName } from '../document/axis.js'
import { partName } from '../document/workbook.js'
import type { GridReader } from '../grid-reader.js'
import type { GridWriter } from '../grid-writer.js'
import { mapValues, positionsIn } from './lines.js'
import { onSheet, type OperationKind, type Recorder, type TouchedLines } from './operation-kind.js'
import type { OnRanges } from './params.js'

/** Sets heights or widths in pixels, by position; `null` is the default. */
export interface SetSizes {
  readonly type: 'set-sizes'
  /** The id of the sheet. */
  readonly sheet: string
  readonly axis: AxisName
  readonly sizes: { readonly [position: number]: number | null }
}

export const setSizes: OperationKind<SetSizes, TouchedLines> = {
  record: {
    'sheet.mutation.set-worksheet-row-height': recordSizes('rows'),
    'sheet.mutation.set-worksheet-row-is-auto-height': recordSizes('rows'),
    'sheet.mutation.set-worksheet-col-width': recordSizes('columns'),
  },

  write: onSheet((sheet, { axis, sizes }, draft) => {
    const lines = sheet[axis]
    for (const [at, size] of Object.entries(sizes)) {
      const id = lines.shown[Number(at)]
      if (id === undefined) continue
      if (size === null) lines.sizes.delete(id)
      else lines.sizes.set(id, size)
      draft.put(partName(axis, sheet.id), `${id}/size`, isSize(size) ? size : undefined)
      lines.touched.add(id)
    }
  }),

  diff({ sheet, axis: name }) {
    const { axis, sizes: shown, touched } = sheet[name]
    const sizes: Record<number, number | null> = {}
    for (const id of touched) {
      const at = axis.indexOf(id)
      const size = axis.sizes.get(id)
      if (at === -1 || size === shown.get(id)) continue
      if (size === undefined) shown.delete(id)
      else shown.set(id, size)
      sizes[at] = size ?? null
    }
    if (Object.keys(sizes).length === 0) return []
    return [{ type: 'set-sizes', sheet: sheet.id, axis: name, sizes }]
  },

  play(step, grid) {
    if (step.axis === 'rows') playHeights(step, grid)
    else playWidths(step, grid)
  },
}

function recordSizes(axis: AxisName): Recorder<OnRanges> {
  return (grid, { subUnitId: sheet, ranges }) => {
    const entries = positionsIn(axis, ranges).map((at) => [at, grid.size(sheet, axis, at)])
    return [{ type: 'set-sizes', sheet, axis, sizes: Object.fromEntries(entries) }]
  }
}

/** Returns the sizes of lines that differ from the default. */
export function sizesAsTheyAre(
  grid: GridReader,
  sheet: string,
  axis: AxisName,
  positions: readonly number[],
): SetSizes[] {
  const sizes = positions.flatMap((at) => {
    const size = grid.size(sheet, axis, at)
    return size === null ? [] : [[at, size]]
  })
  if (sizes.length === 0) return []
  return [{ type: 'set-sizes', sheet, axis, sizes: Object.fromEntries(sizes) }]
}

function playHeights({ sheet, sizes }: SetSizes, grid: GridWriter): void {
  const usual = grid.sheet(sheet).getConfig().defaultRowHeight
  const ranges = grid.ranges(sheet, 'rows', Object.keys(sizes).map(Number))
  const rowHeight = mapValues(sizes, (size) => size ?? usual)
  grid.execute('sheet.mutation.set-worksheet-row-height', sheet, { ranges, rowHeight })
  // A chosen height is not automatic.
  const autoHeightInfo = mapValues(sizes, (size) => (size === null ? 1 : 0))
  const isAuto = { ranges, autoHeightInfo }
  grid.execute('sheet.mutation.set-worksheet-row-is-auto-height', sheet, isAuto)
}

function playWidths({ sheet, sizes }: SetSizes, grid: GridWriter): void {
  const worksheet = grid.sheet(sheet)
  const usual = worksheet.getConfig().defaultColumnWidth
  const colWidth = mapValues(sizes, (size) => size ?? usual)
  // The mutation skips hidden columns, and nothing of these has to be drawn.
  for (const [at, width] of Object.entries(colWidth)) {
    if (!worksheet.getColVisible(Number(at))) {
      worksheet.getColumnManager().setColumnWidth(Number(at), width)
    }
  }
  const ranges = grid.ranges(sheet, 'columns', Object.keys(sizes).map(Number))
  grid.execute('sheet.mutation.set-worksheet-col-width', sheet, { ranges, colWidth })
}
