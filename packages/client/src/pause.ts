/** One wait at a time, which can be cut short. */
export class Pause {
  #end: (() => void) | null = null

  /** Resolves after `ms`, or as soon as `end` is called. */
  for(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        this.#end = null
        resolve()
      }
      const timer = setTimeout(end, ms)
      this.#end = end
    })
  }

  /** Ends the wait that is going on, if there is one. */
  end(): void {
    this.#end?.()
  }
}
