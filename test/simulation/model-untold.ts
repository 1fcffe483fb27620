import type { UntoldRoom } from '../../packages/server/src/rooms/untold.js'

/** What the store of documents has noted of the one room: that not everybody was told. */
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
