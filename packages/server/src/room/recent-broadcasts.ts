import type { Broadcast, Json } from '@whereabouts/protocol'

interface Recent {
  readonly version: number
  readonly atMs: number
  readonly broadcast: Broadcast
  readonly bytes: number
}

/** A limit in bytes alone would allow many small events, which are expensive to send one by one. */
const MAX_BROADCASTS = 256
const UTF8 = new TextEncoder()

/** The broadcasts that a reader lacks. */
export interface MissedBroadcasts {
  /** Oldest first. */
  readonly broadcasts: readonly Broadcast[]
  /** The number of the last one before these that is no longer here, if the reader lacks it. */
  readonly lost: number | undefined
}

/**
 * Numbers the broadcasts of a room, and keeps the latest ones until all readers could have had them.
 * Bounded; always keeps the newest. The oldest are dropped first, so that readers see by the number what they missed.
 *
 * @see PROTOCOL.md EV4, EV6, EV8
 */
export class RecentBroadcasts {
  /** Oldest first. */
  readonly #recent: Recent[] = []
  #bytes = 0
  #lost: { readonly version: number; readonly number: number }
  /** The number of the last broadcast. */
  number: number

  /**
   * @param maxBytes the limit of what is kept, as JSON text
   * @param version the room's version before its first broadcast
   * @param number the number of the last broadcast up to then
   */
  constructor(
    private readonly maxBytes: number,
    version: number,
    number: number,
  ) {
    this.number = number
    this.#lost = { version, number }
  }

  /** @param from the member that broadcasts the event; `undefined` for the application */
  add(version: number, atMs: number, event: Json, from: string | undefined): void {
    this.number += 1
    const broadcast = { number: this.number, ...(from !== undefined && { from }), event }
    const bytes = UTF8.encode(JSON.stringify(event)).byteLength
    this.#recent.push({ version, atMs, broadcast, bytes })
    this.#bytes += bytes
    while (
      this.#recent.length > MAX_BROADCASTS ||
      (this.#bytes > this.maxBytes && this.#recent.length > 1)
    ) {
      this.#drop()
    }
  }

  /** Counts broadcasts that nobody here has. */
  skip(version: number, count: number): void {
    while (this.#recent.length > 0) this.#drop()
    this.number += count
    this.#lost = { version, number: this.number }
  }

  /** Drops those that are older than a time. */
  forgetBefore(atMs: number): void {
    while (this.#recent.length > 0 && this.#recent[0]!.atMs < atMs) this.#drop()
  }

  since(version: number): MissedBroadcasts {
    const lost = this.#lost.version > version ? this.#lost.number : undefined
    const first = this.#recent.findLastIndex((recent) => recent.version <= version) + 1
    return { broadcasts: this.#recent.slice(first).map(({ broadcast }) => broadcast), lost }
  }

  #drop(): void {
    const { version, bytes, broadcast } = this.#recent.shift()!
    this.#bytes -= bytes
    this.#lost = { version, number: broadcast.number }
  }
}
