interface Update {
  readonly version: number
  readonly bytes: Uint8Array
}

/** A limit in bytes alone would allow many small updates, which are expensive to merge. */
const MAX_UPDATES = 1_024

/**
 * Keeps the latest updates of a room's document, as opaque bytes, for readers who were away for a
 * moment. Bounded; always keeps the newest update.
 *
 * @see PROTOCOL.md DO4
 */
export class RecentUpdates {
  /** Oldest first. */
  readonly #updates: Update[] = []
  #bytes = 0
  /** The version of the latest update that was dropped. */
  #horizon: number

  /** @param version the room's version before its first update */
  constructor(
    private readonly maxBytes: number,
    version: number,
  ) {
    this.#horizon = version
  }

  add(version: number, bytes: Uint8Array): void {
    this.#updates.push({ version, bytes })
    this.#bytes += bytes.byteLength
    while (
      this.#updates.length > MAX_UPDATES ||
      (this.#bytes > this.maxBytes && this.#updates.length > 1)
    ) {
      const oldest = this.#updates.shift()!
      this.#bytes -= oldest.bytes.byteLength
      this.#horizon = oldest.version
    }
  }

  /** Drops all updates, because readers before this version lack one whose bytes aren't here. */
  forget(version: number): void {
    this.#updates.length = 0
    this.#bytes = 0
    this.#horizon = version
  }

  /** The version of the latest update. */
  get changedAt(): number {
    return this.#updates.at(-1)?.version ?? this.#horizon
  }

  /** Returns whether these bytes are one of the updates. */
  has(bytes: Uint8Array): boolean {
    return this.#updates.some((update) => isSame(update.bytes, bytes))
  }

  /** Returns the lowest version after which the same updates came, or `undefined` if some of them were dropped. */
  lowestLike(version: number): number | undefined {
    if (version < this.#horizon) return undefined
    return this.#updates.findLast((update) => update.version <= version)?.version ?? this.#horizon
  }

  /** Returns the updates after a version, oldest first, or `undefined` if some of them were dropped. */
  since(version: number): readonly Uint8Array[] | undefined {
    if (version < this.#horizon) return undefined
    const first = this.#updates.findLastIndex((update) => update.version <= version) + 1
    return this.#updates.slice(first).map(({ bytes }) => bytes)
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, index) => byte === b[index])
}
