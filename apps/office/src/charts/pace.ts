/** After so many cells, the other charts are read later. */
const MOST_LOOKS = 20_000
/** How often cells are read at most, however fast they change. */
const EVERY_MS = 100
/** Charts take at most one part in so many of a window's time. */
const REST = 4

/** Spreads what takes long over many turns, so that a window answers between them. @see OFFICE.md SH211 */
export class Pace {
  readonly #nowMs: () => number
  #nextMs = 0

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs
  }

  /**
   * Does as many as there is time for, the first ones first. Returns how long the others have to wait, in ms; `0` if none
   * are left.
   *
   * @param isUrgent whether it is done in any case
   * @param act does one, and returns how many cells it looked at
   */
  turn<T>(all: readonly T[], isUrgent: (one: T) => boolean, act: (one: T) => number): number {
    const beganMs = this.#nowMs()
    let left = beganMs < this.#nextMs ? 0 : MOST_LOOKS
    let [done, waiting] = [0, 0]
    for (const one of all) {
      if (left > 0 || isUrgent(one)) {
        left -= act(one)
        done += 1
      } else waiting += 1
    }
    const endMs = this.#nowMs()
    if (done > 0) this.#nextMs = endMs + Math.max(EVERY_MS, (endMs - beganMs) * (REST - 1))
    return waiting === 0 ? 0 : Math.max(1, this.#nextMs - endMs)
  }
}
