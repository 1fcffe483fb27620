import type { Room } from '../room/room.js'

/** Each node delays its report of an ended lease by up to this long, so that usually only one reports it. */
const SPREAD_MS = 300

/** Decides when a node reports that leases have ended in a room. */
export class LeaseEnds {
  readonly #lateMs: number
  /** The end of the lease that is being reported. */
  #toldMs: number | undefined

  /** @param random a number from 0 to 1 */
  constructor(random: number) {
    this.#lateMs = random * SPREAD_MS
  }

  /**
   * Reports an ended lease once, when it is time.
   *
   * @param nowMs by the room's clock
   * @param isAlone whether no other node would report it
   */
  tell(
    { nextDeadlineMs }: Room,
    nowMs: number,
    isAlone: boolean,
    say: () => Promise<unknown>,
  ): Promise<unknown> | undefined {
    const waitMs = isAlone ? 0 : this.#lateMs
    if (nowMs < nextDeadlineMs + waitMs || this.#toldMs === nextDeadlineMs) return undefined
    this.#toldMs = nextDeadlineMs
    return say().finally(() => {
      this.#toldMs = undefined
    })
  }
}
