/**
 * What a sheet's document may hold. What goes beyond is refused when it is written here, and
 * ignored, by every client alike, when it was written elsewhere.
 *
 * @see SHEET.md SD38, SD39
 */
export const LIMITS = {
  sheets: 100,
  rows: 100_000,
  columns: 5_000,
  textCharacters: 50_000,
  formulaCharacters: 8_192,
  nameCharacters: 100,
  orderKeyCharacters: 4_096,
  styleNodes: 200,
  /** In pixels. */
  size: 2_000,
  merges: 2_000,
  /** Of all merges of a sheet together. */
  mergedCells: 50_000,
  /** Cells that are pasted at once, blank ones included. */
  pastedCells: 100_000,
} as const

/** The rows and columns of a sheet that doesn't say how many it began with. @see SHEET.md SD3 */
export const FIRST_SIZE = { rows: 1_000, columns: 26 } as const
