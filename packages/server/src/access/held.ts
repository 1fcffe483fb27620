import type { Account } from './accounts.js'

/**
 * Counts what accounts hold for longer than a call, such as open streams. Limits each account, so that
 * none can take all of it.
 *
 * @see PROTOCOL.md BU6
 */
export class Held {
  readonly #counts = new Map<string, number>()

  /** @param most for one account */
  constructor(private readonly most: number) {}

  /** Returns whether an account may hold one more. */
  mayTake({ key }: Account): boolean {
    return (this.#counts.get(key) ?? 0) < this.most
  }

  /** Counts one more. Returns a function that gives it back; calling it again does nothing. */
  take({ key }: Account): () => void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    let isHeld = true
    return () => {
      if (isHeld) this.#giveBack(key)
      isHeld = false
    }
  }

  #giveBack(key: string): void {
    const left = this.#counts.get(key)! - 1
    if (left === 0) this.#counts.delete(key)
    else this.#counts.set(key, left)
  }
}
