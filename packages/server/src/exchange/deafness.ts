/** A connection for messages that is away no longer than this is waited for. */
const DEAF_MS = 400

/** Whether messages couldn't arrive for so long that waiting for more is pointless. */
export class Deafness {
  #sinceMs: number | undefined

  /**
   * Call at a calm pace, and whenever there is a reason.
   *
   * @param hears whether messages can arrive now
   * @param nowMs the time by a clock that doesn't run backwards
   */
  isLong(hears: boolean, nowMs: number): boolean {
    this.#sinceMs = hears ? undefined : (this.#sinceMs ?? nowMs)
    return this.#sinceMs !== undefined && nowMs - this.#sinceMs >= DEAF_MS
  }
}
