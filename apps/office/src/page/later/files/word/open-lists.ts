/** What is known of the numbered lists that are open, by depth; they go on as the page's do. @see OFFICE.md PG44 */
export class OpenLists<T> {
  #lists: (T | undefined)[] = []

  /** Returns the list that an item at a depth goes on with. Deeper ones are ended. */
  goOn(depth: number): T | undefined {
    this.#lists.length = Math.min(this.#lists.length, depth + 1)
    return this.#lists[depth]
  }

  open(depth: number, list: T): void {
    this.#lists[depth] = list
  }

  /** Takes in a block that isn't numbered. */
  pass(depth: number): void {
    this.#lists.length = Math.min(this.#lists.length, depth)
  }
}
