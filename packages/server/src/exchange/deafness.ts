/** How long to wait for a lost message connection to come back. */
const DEAF_MS = 400

/** Tells whether no messages could arrive for so long that waiting is pointless. */
export class Deafness {
  #sinceMs: number | undefined

  /**
   * Call it at regular intervals, and whenever the connection's state may have changed.
   *
   * @param hears whether messages can arrive now
   * @param nowMs the time by a clock that doesn't run backwards
   */
  isLong(hears: boolean, nowMs: number): boolean {
    this.#sinceMs = hears ? undefined : (this.#sinceMs ?? nowMs)
    return this.#sinceMs !== undefined && nowMs - this.#sinceMs >= DEAF_MS
  }
}
