import type { Account } from './accounts.js'

/**
 * Counts what accounts hold for longer than a call, such as open streams. Limits each account, so that
 * none can take all of it.
 *
 * @see PROTOCOL.md BU6
 */
export class Held {
  readonly #counts = new Map<string, number>()

  /**
   * Returns whether an account may hold so many more.
   *
   * @param most for this account now
   */
  mayTake({ key }: Account, count: number, most: number): boolean {
    return (this.#counts.get(key) ?? 0) + count <= most
  }

  /** Counts so many more. Returns a function that gives them back; calling it again does nothing. */
  take(account: Account, count: number): () => void {
    const { key } = account
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + count)
    let heldCount = count
    return () => {
      this.#giveBack(key, heldCount)
      heldCount = 0
    }
  }

  #giveBack(key: string, count: number): void {
    if (count === 0) return
    const left = this.#counts.get(key)! - count
    if (left === 0) this.#counts.delete(key)
    else this.#counts.set(key, left)
  }
}
