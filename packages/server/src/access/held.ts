import type { Account } from './accounts.js'

/**
 * What accounts hold for longer than a call, such as open streams: so many for each, so that none of
 * them takes what all have together.
 *
 * @see PROTOCOL.md BU6
 */
export class Held {
  readonly #counts = new Map<string, number>()

  /** @param most for one account */
  constructor(private readonly most: number) {}

  /** Returns whether an account may hold another one. */
  mayTake({ key }: Account): boolean {
    return (this.#counts.get(key) ?? 0) < this.most
  }

  /** Counts one more; returns what gives it back, once. */
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
