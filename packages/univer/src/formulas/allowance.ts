import { BOUNDS, type Bound } from './bounds.js'

/** Thrown out of a formula that exceeds its allowance. */
export class OutOfBounds extends Error {
  override readonly name = 'OutOfBounds'
}

// Reading the clock takes longer than making a value.
const VALUES_PER_LOOK = 512

/**
 * Meters one formula after the other. Nothing is counted between formulas, when results are
 * delivered.
 */
export class Allowance {
  readonly #forget: () => void
  readonly #now: () => number
  #bound: Bound | null = null
  #beganMs = 0
  #runBeganMs = 0
  #values = 0
  #characters = 0
  #lookAt = 0
  #kept = 0

  /** @param forget drops the cached values of previous formulas */
  constructor(forget: () => void, now: () => number = () => performance.now()) {
    this.#forget = forget
    this.#now = now
  }

  /** Starts a run of formulas. */
  beginRun(): void {
    this.#runBeganMs = this.#now()
  }

  /**
   * Starts a formula.
   *
   * @throws {OutOfBounds} if the run has taken too long for another one
   */
  begin(): void {
    this.#beganMs = this.#now()
    const ranMs = this.#beganMs - this.#runBeganMs
    if (ranMs > BOUNDS.longestRunMs) throw new OutOfBounds()
    this.#bound = ranMs > BOUNDS.runMs ? BOUNDS.late : BOUNDS.formula
    this.#values = 0
    this.#characters = 0
    this.#lookAt = VALUES_PER_LOOK
  }

  /** Ends the formula. */
  end(): void {
    this.#bound = null
    this.#kept += Math.min(this.#values, BOUNDS.keptValues)
    this.#values = 0
    if (this.#kept < BOUNDS.keptValues) return
    this.#kept = 0
    this.#forget()
  }

  /**
   * Counts a value that a formula makes.
   *
   * @throws {OutOfBounds} if that exceeds the allowance, and for every value after that
   */
  take(characters = 0): void {
    if (this.#bound === null) return
    this.#values++
    this.#characters += characters
    if (this.#values < this.#lookAt && characters === 0) return
    if (this.#isTooMuch(this.#bound, characters)) {
      // A formula that catches the exception, such as a loop over promises, fails at its next
      // value.
      this.#lookAt = 0
      this.#values = Infinity
      throw new OutOfBounds()
    }
    this.#lookAt = this.#values + VALUES_PER_LOOK
  }

  #isTooMuch({ ms, values, characters }: Bound, inText: number): boolean {
    return (
      this.#values > values ||
      this.#characters > characters ||
      inText > BOUNDS.textCharacters ||
      this.#now() - this.#beganMs > ms
    )
  }
}
