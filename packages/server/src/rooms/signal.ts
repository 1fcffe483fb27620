/** A promise that is settled from outside, once. */
export class Signal {
  #settle!: () => void
  isSettled = false
  readonly settled = new Promise<void>((resolve) => {
    this.#settle = resolve
  })

  settle(): void {
    this.isSettled = true
    this.#settle()
  }
}
