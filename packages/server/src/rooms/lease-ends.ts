import type { Room } from '../room/room.js'

/** Of several nodes that see a lease end, the first one says so: they don't all say it at once. */
const SPREAD_MS = 300

/** When one of several nodes that have a room says that leases have ended in it. */
export class LeaseEnds {
  readonly #lateMs: number
  /** The end of a lease that is being told of. */
  #toldMs: number | undefined

  /** @param random a number from 0 to 1 */
  constructor(random: number) {
    this.#lateMs = random * SPREAD_MS
  }

  /**
   * Says it if it is time, once.
   *
   * @param nowMs by the room's clock
   * @param isAlone whether no other node would say it
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
