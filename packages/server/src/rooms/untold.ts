import { Problem } from '@whereabouts/protocol'
import type { Faults } from '../stream/faults.js'

/** A room whose document has an update that other nodes weren't told of. */
export interface UntoldRoom {
  readonly roomName: string
  /** Changes with every update. */
  readonly number: number
}

/** Stores notes about such rooms for other nodes, beside the documents. */
export interface UntoldRooms {
  note(roomName: string): Promise<void>

  /** Returns some of the rooms that any node noted. */
  untold(): Promise<readonly UntoldRoom[]>

  /** Removes the note of a room that all nodes were told of, unless the room changed since. */
  told(room: UntoldRoom): Promise<void>
}

const LOOK_MS = 2_000

/**
 * Tells all nodes of the updates that a node stored while it was alone, even if it never comes back.
 *
 * @see PROTOCOL.md EX13
 */
export class Untold {
  #looking = false
  #nextMs = 0

  /**
   * @param tell tells all nodes that a room's document changed; returns `false` if it couldn't
   * @param random a number from 0 to 1
   */
  constructor(
    private readonly rooms: UntoldRooms,
    private readonly tell: (roomName: string) => Promise<boolean>,
    private readonly random: () => number,
    private readonly faults: Faults,
  ) {}

  /** Looks for such rooms from time to time. Call it only while the other nodes can be reached. */
  look(nowMs: number): void {
    if (this.#looking || nowMs < this.#nextMs) return
    // The random delay lets one node tell first, so that the others find nothing.
    this.#nextMs = nowMs + LOOK_MS * (0.5 + this.random() / 2)
    this.#looking = true
    // Rooms that remain are found the next time.
    this.#tellAll()
      .catch(() => {})
      .finally(() => {
        this.#looking = false
      })
  }

  async #tellAll(): Promise<void> {
    for (const untold of await this.rooms.untold()) await this.#tellOf(untold)
  }

  /** Reports one room. An exception here must not keep the others from being reported. */
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
