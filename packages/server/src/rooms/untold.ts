import { Problem } from '@whereabouts/protocol'
import type { Faults } from '../stream/faults.js'

/** A room whose document took something in that other nodes weren't told of. */
export interface UntoldRoom {
  readonly roomName: string
  /** Another one with everything that it takes in. */
  readonly number: number
}

/** Stores notes about such rooms for other nodes, beside the documents. */
export interface UntoldRooms {
  note(roomName: string): Promise<void>

  /** Some of those that any node noted. */
  untold(): Promise<readonly UntoldRoom[]>

  /** Removes a room that all nodes were told of. Does nothing if it has changed since. */
  told(room: UntoldRoom): Promise<void>
}

const LOOK_MS = 2_000

/**
 * Tells all nodes of the updates that a node took while it was alone, whether it is back or not.
 *
 * @see PROTOCOL.md EX13
 */
export class Untold {
  #looking = false
  #nextMs = 0

  /**
   * @param tell tells all nodes that the document of a room changed; `false` if it couldn't
   * @param random a number from 0 to 1
   */
  constructor(
    private readonly rooms: UntoldRooms,
    private readonly tell: (roomName: string) => Promise<boolean>,
    private readonly random: () => number,
    private readonly faults: Faults,
  ) {}

  /** Call now and then while the others can be reached. */
  look(nowMs: number): void {
    if (this.#looking || nowMs < this.#nextMs) return
    // Not all nodes at once: the first one tells, and the others find nothing.
    this.#nextMs = nowMs + LOOK_MS * (0.5 + this.random() / 2)
    this.#looking = true
    // Those that are left are there the next time.
    this.#tellAll()
      .catch(() => {})
      .finally(() => {
        this.#looking = false
      })
  }

  async #tellAll(): Promise<void> {
    for (const untold of await this.rooms.untold()) await this.#tellOf(untold)
  }

  /** Reports one room; its exceptions must not keep the others from being reported. */
  async #tellOf(untold: UntoldRoom): Promise<void> {
    try {
      if (await this.tell(untold.roomName)) await this.rooms.told(untold)
    } catch (error) {
      if (!(error instanceof Problem)) {
        this.faults.note(
          `Could not tell the readers of the room ${untold.roomName} about its document`,
          error,
        )
      }
    }
  }
}
