import { Problem } from '@whereabouts/protocol'
import type { Catalog } from './store.js'

/** How long a size that the store said is counted on from, instead of asking again. */
const FRESH_MS = 10_000

/**
 * How much all documents together may take in the store.
 *
 * The store is asked now and then, since other nodes write to it, and what this one writes is added
 * until it is asked again.
 *
 * @see PROTOCOL.md BU10
 */
export class Quota {
  #bytes = 0
  #freshUntilMs = -Infinity
  #asking: Promise<void> | undefined

  /** @param maxBytes 0 for no bound */
  constructor(
    private readonly maxBytes: number,
    private readonly catalog: Pick<Catalog, 'totals'>,
    private readonly now: () => number,
  ) {}

  /**
   * Counts an update that is about to be written.
   *
   * @throws {Problem} storage-full, store-failed
   */
  async take(bytes: number): Promise<void> {
    if (this.maxBytes === 0) return
    if (this.now() >= this.#freshUntilMs) await (this.#asking ??= this.#ask())
    if (this.#bytes + bytes > this.maxBytes) {
      throw new Problem(
        'storage-full',
        'The server has no space left for documents, so this change was not saved. Ask its operator for more.',
      )
    }
    this.#bytes += bytes
  }

  async #ask(): Promise<void> {
    try {
      this.#bytes = (await this.catalog.totals()).bytes
      this.#freshUntilMs = this.now() + FRESH_MS
    } finally {
      this.#asking = undefined
    }
  }
}
