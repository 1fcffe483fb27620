/**
 * The limits of a sheet's document. This client refuses to write more, and every client ignores
 * more in the same way.
 *
 * @see SHEET.md SD38, SD39, SD52
 */
export const LIMITS = {
  sheets: 100,
  rows: 100_000,
  columns: 5_000,
  textCharacters: 50_000,
  formulaCharacters: 8_192,
  nameCharacters: 100,
  orderKeyCharacters: 4_096,
  /** Of an order key as the end of a range. */
  placeCharacters: 99,
  styleNodes: 200,
  /** Of one criterion of a filter, as JSON. */
  criterionCharacters: 32_768,
  /** The number of columns with a criterion in a filter. */
  criteria: 200,
  /** The number of conditional formats in a sheet. */
  rules: 200,
  rangesOfRule: 100,
  /** Of what one conditional format does or one data validation checks, as JSON. */
  ruleCharacters: 32_768,
  /** The number of cells in all conditional formats of a sheet together, each of which Univer looks at. */
  ruleCells: 1_000_000,
  /** The number of data validations in a sheet. */
  validations: 200,
  /** The number of cells in all data validations of a sheet together, each of which Univer looks at. */
  validatedCells: 200_000,
  /** As how many cells a smaller range of a data validation counts. */
  leastValidatedCells: 200,
  /** The number of names in a workbook. */
  names: 1_000,
  /** Of a name of cells or of a formula, and not of a sheet. */
  nameTextCharacters: 255,
  commentCharacters: 1_000,
  /** Of a cell's note. */
  noteCharacters: 10_000,
  /** Of the address to which a cell leads. */
  linkCharacters: 2_048,
  /** Rows that a sort moves as a whole; each takes an entry. */
  sortedRows: 10_000,
  /** In pixels. */
  size: 2_000,
  merges: 2_000,
  /** The number of cells in all merges of a sheet together. */
  mergedCells: 50_000,
  cellsInBlock: 5_000,
  /** Of one block: less than 192 KiB of an update, of which a server takes 1 MiB unless it says otherwise. */
  blockCharacters: 65_536,
  /** Cells in all blocks of a workbook together. */
  blockCells: 1_000_000,
  /** As how many cells a smaller block counts. */
  leastBlockCells: 100,
  /** Cells that are pasted at once, blank ones included. */
  pastedCells: 100_000,
} as const

/** The rows and columns of a sheet whose document doesn't state them. @see SHEET.md SD3 */
export const FIRST_SIZE = { rows: 1_000, columns: 26 } as const
