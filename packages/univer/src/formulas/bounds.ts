/**
 * The limits of calculations. Beyond them a cell shows an error, and all others are calculated.
 *
 * @see OFFICE.md SH50 to SH54
 */
export const BOUNDS = {
  /** The allowance of one formula. */
  formula: { ms: 2_000, values: 5_000_000, characters: 20_000_000 },
  /** The allowance of each further formula once a run has taken `runMs`. */
  late: { ms: 20, values: 50_000, characters: 500_000 },
  runMs: 6_000,
  /** The time after which no further formula of a run is calculated. */
  longestRunMs: 20_000,
  /** The number of cells in one formula's result. */
  resultCells: 100_000,
  /** The number of cells in all results that cover several cells. */
  allResultCells: 200_000,
  /** The length of a text, the same as in the document. */
  textCharacters: 50_000,
  /** The depth of a formula; `1+1+1` is as deep as it is long. */
  depth: 1_000,
  /** The length of a formula, and of what a name stands for, with all names in it written out. */
  namedCharacters: 32_768,
  /** The number of values that are cached for formulas that need the same ones. */
  keptValues: 2_000_000,
  /**
   * How long the worker may be silent while it calculates a formula, before it is terminated and
   * restarted.
   */
  silenceMs: 5_000,
  /** The same while it starts or puts the formulas in order. */
  arrangeMs: 30_000,
  /** The longest wait before a formula is tried again that terminated several workers. */
  longestWaitMs: 600_000,
  /** How many attempts a calculation gets. */
  attempts: 4,
} as const

/** An allowance: time, intermediate values, and characters in these. */
export interface Bound {
  readonly ms: number
  readonly values: number
  readonly characters: number
}
