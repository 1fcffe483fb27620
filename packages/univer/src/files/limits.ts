/** What is opened at most. @see SHEET.md FL7 */
export const FILE_LIMITS = {
  /** The file itself. */
  bytes: 64 * 1024 * 1024,
  /** All parts of a file together, unpacked. */
  unpackedBytes: 128 * 1024 * 1024,
  /** How much larger the parts are than the file, once they are larger than `ratioFromBytes`. */
  ratio: 400,
  ratioFromBytes: 16 * 1024 * 1024,
  parts: 10_000,
  /** Cells of all sheets together, with content or a style. */
  cells: 500_000,
  /** The cells of the smallest rectangle from A1 on, of all sheets together. */
  places: 20_000_000,
} as const
