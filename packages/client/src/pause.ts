/** Waits, once at a time; a wait can be ended early. */
export class Pause {
  #end = (): void => undefined

  /** Resolves after `ms`, or as soon as `end` is called. */
  for(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#end = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Ends the wait, if there is one. */
  end(): void {
    this.#end()
  }
}
