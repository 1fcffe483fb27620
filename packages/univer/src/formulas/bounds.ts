/**
 * What calculating may take. Beyond it, a cell shows an error, and all others are calculated.
 *
 * @see OFFICE.md SH50 to SH54
 */
export const BOUNDS = {
  /** What one formula may take. */
  formula: { ms: 2_000, values: 5_000_000, characters: 20_000_000 },
  /** What each further formula may take once those of a run took `runMs` together. */
  late: { ms: 20, values: 50_000, characters: 500_000 },
  runMs: 6_000,
  /** After which no further formula of a run is calculated. */
  longestRunMs: 20_000,
  /** In cells, of what one formula shows. */
  resultCells: 100_000,
  /** The same of all formulas that show more than one. */
  allResultCells: 200_000,
  /** As many as the document holds in a cell. */
  textCharacters: 50_000,
  /** How deeply a formula is nested; `1+1+1` is as deep as it is long. */
  depth: 1_000,
  /** How many values are kept for formulas that need the same ones. */
  keptValues: 2_000_000,
  /** How long the worker may be silent while it calculates; then it is ended, and begun again. */
  silenceMs: 5_000,
  /** The same while it puts the formulas in order, or begins. */
  arrangeMs: 30_000,
  /** How long a formula that ended workers again and again waits at most until it is tried again. */
  longestWaitMs: 600_000,
  /** How often it is begun again for the same formulas. */
  attempts: 4,
} as const

/** What a formula may take: time, values that are made on the way, and characters of these. */
export interface Bound {
  readonly ms: number
  readonly values: number
  readonly characters: number
}
