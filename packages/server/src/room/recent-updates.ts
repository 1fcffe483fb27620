interface Update {
  readonly version: number
  readonly bytes: Uint8Array
}

/** Bytes alone don't bound what it costs to merge many small updates. */
const MAX_UPDATES = 1_024

/**
 * The latest updates of a room's document, as opaque bytes, so that a reader who was away for a
 * moment gets what it missed. Bounded; the newest is always there.
 *
 * @see PROTOCOL.md DO4
 */
export class RecentUpdates {
  /** Oldest first. */
  readonly #updates: Update[] = []
  #bytes = 0
  /** The version of the latest update that is forgotten. */
  #horizon: number

  /** @param version of the room before its first update */
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

  /** The document has something that isn't here: whoever has a version before this one lacks it. */
  forget(version: number): void {
    this.#updates.length = 0
    this.#bytes = 0
    this.#horizon = version
  }

  /** A reader at this version has everything. */
  get changedAt(): number {
    return this.#updates.at(-1)?.version ?? this.#horizon
  }

  /** Returns whether one of the updates has these bytes. */
  has(bytes: Uint8Array): boolean {
    return this.#updates.some((update) => isSame(update.bytes, bytes))
  }

  /** The updates after a version, oldest first; `undefined` if some of them are forgotten. */
  since(version: number): readonly Uint8Array[] | undefined {
    if (version < this.#horizon) return undefined
    const first = this.#updates.findLastIndex((update) => update.version <= version) + 1
    return this.#updates.slice(first).map(({ bytes }) => bytes)
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, index) => byte === b[index])
}
