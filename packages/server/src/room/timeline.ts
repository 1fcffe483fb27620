/** Something that changed in a room. Only the timeline uses the links. */
export interface Change {
  /** The room's version when it last changed. */
  version: number
  older: Change | undefined
  newer: Change | undefined
}

/**
 * The changes of a room, each once, ordered by version. Looking back takes time in proportion to what
 * changed, not to the size of the room.
 */
export class Timeline<T extends Change> {
  #newest: T | undefined

  /** Moves a change, new or known, to the newest end. Its version must be the highest so far. */
  touch(change: T): void {
    if (this.#newest === change) return
    this.remove(change)
    change.older = this.#newest
    if (this.#newest !== undefined) this.#newest.newer = change
    this.#newest = change
  }

  remove(change: T): void {
    const { older, newer } = change
    if (older !== undefined) older.newer = newer
    if (newer !== undefined) newer.older = older
    if (this.#newest === change) this.#newest = older as T | undefined
    change.older = undefined
    change.newer = undefined
  }

  /** Returns the entries that changed after a version, newest first. */
  since(version: number): T[] {
    const changes: T[] = []
    let change = this.#newest
    while (change !== undefined && change.version > version) {
      changes.push(change)
      change = change.older as T | undefined
    }
    return changes
  }
}
