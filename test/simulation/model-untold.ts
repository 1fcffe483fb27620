import type { UntoldRoom } from '../../packages/server/src/rooms/untold.js'

/** The document store's note that some nodes were not told of updates to the one room. */
export class ModelUntold {
  #notes = 0
  #isTold = true

  note(): void {
    this.#notes += 1
    this.#isTold = false
  }

  list(room: string): UntoldRoom[] {
    return this.#isTold ? [] : [{ roomName: room, number: this.#notes }]
  }

  told({ number }: UntoldRoom): void {
    this.#isTold ||= number === this.#notes
  }
}
