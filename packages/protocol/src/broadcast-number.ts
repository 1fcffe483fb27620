/**
 * The number of the last broadcast that a reader knows of, within an epoch.
 *
 * @see PROTOCOL.md EV6, CL110
 */
export class BroadcastNumber {
  #epoch: string | undefined
  #number = 0

  get number(): number {
    return this.#number
  }

  /**
   * Goes on to a number, but never back.
   *
   * @param position any position in the epoch of the number
   * @returns how many broadcasts lie between, with the last one; `null` if another epoch began and nobody
   *   knows. 0 for the first number of all.
   */
  reach(position: string, number: number): number | null {
    const [epoch] = position.split(':')
    const before = this.#epoch
    const ahead = number - this.#number
    if (epoch === before && ahead <= 0) return 0
    this.#epoch = epoch
    this.#number = number
    if (before === undefined) return 0
    return epoch === before ? ahead : null
  }
}
