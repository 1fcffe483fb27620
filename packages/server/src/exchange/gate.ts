/** Limits how many calls run at once. The others wait for their turn. */
export class Gate {
  #open: number
  readonly #waiting: (() => void)[] = []

  constructor(atATime: number) {
    this.#open = atATime
  }

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#open > 0) this.#open -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#open += 1
      else next()
    }
  }
}
