import { Problem } from '@whereabouts/protocol'
import type { Catalog } from './store.js'

/** How long a size from the store is used before asking again, because other nodes also write to it. */
const FRESH_MS = 10_000
const MOST_KEPT = 10_000

/** The maximum sizes of documents in the store; 0 means no limit. */
export interface QuotaLimits {
  readonly maxStoredBytes: number
  readonly maxOwnerBytes: number
}

/** A size that is periodically read from the store. Writes in between are added. */
class Quota {
  #bytes = 0
  #freshUntilMs = -Infinity
  #asking: Promise<void> | undefined

  constructor(
    private readonly maxBytes: number,
    private readonly ask: () => Promise<{ readonly bytes: number }>,
    private readonly now: () => number,
  ) {}

  /** Counts an update before it is written. Resolves `false`, and doesn't count it, if it is too large. */
  async take(bytes: number): Promise<boolean> {
    if (this.maxBytes === 0) return true
    if (this.now() >= this.#freshUntilMs) await (this.#asking ??= this.#refresh())
    if (this.#bytes + bytes > this.maxBytes) return false
    this.#bytes += bytes
    return true
  }

  async #refresh(): Promise<void> {
    try {
      this.#bytes = (await this.ask()).bytes
      this.#freshUntilMs = this.now() + FRESH_MS
    } finally {
      this.#asking = undefined
    }
  }
}

/**
 * The limits for the total size of all documents in the store, and of the documents of each owner.
 *
 * @see PROTOCOL.md BU10, BU11
 */
export class Quotas {
  readonly #all: Quota
  readonly #byOwner = new Map<string, Quota>()
  readonly #owners = new Map<
    string,
    { readonly owner: string | undefined; readonly untilMs: number }
  >()

  constructor(
    private readonly limits: QuotaLimits,
    private readonly catalog: Pick<Catalog, 'totals' | 'getRecord'>,
    private readonly now: () => number,
    private readonly isFull: { warn(): void },
  ) {
    this.#all = new Quota(limits.maxStoredBytes, () => catalog.totals(), now)
  }

  /**
   * Counts an update to a room's document before it is written.
   *
   * @throws {Problem} storage-full, store-failed
   */
  async take(roomName: string, bytes: number): Promise<void> {
    if (!(await this.#all.take(bytes))) {
      this.isFull.warn()
      throw full('The server has', 'Ask its operator for more.')
    }
    if (this.limits.maxOwnerBytes === 0) return
    const owner = await this.#ownerOf(roomName)
    if (owner === undefined || (await this.#quotaOf(owner).take(bytes))) return
    throw full("The document's owner has", 'Documents have to be deleted first.')
  }

  #quotaOf(owner: string): Quota {
    const ask = () => this.catalog.totals(owner)
    const quota = this.#byOwner.get(owner) ?? new Quota(this.limits.maxOwnerBytes, ask, this.now)
    keep(this.#byOwner, owner, quota)
    return quota
  }

  async #ownerOf(roomName: string): Promise<string | undefined> {
    const known = this.#owners.get(roomName)
    if (known !== undefined && this.now() < known.untilMs) return known.owner
    const owner = (await this.catalog.getRecord(roomName))?.owner
    keep(this.#owners, roomName, { owner, untilMs: this.now() + FRESH_MS })
    return owner
  }
}

/** Adds an entry, and drops the least recently used one if there are too many. */
function keep<T>(kept: Map<string, T>, key: string, value: T): void {
  kept.delete(key)
  kept.set(key, value)
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!)
}

function full(who: string, what: string): Problem {
  const detail = `${who} no space left for documents, so this change was not saved. ${what}`
  return new Problem('storage-full', detail)
}
