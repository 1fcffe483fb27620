import { Problem } from '@whereabouts/protocol'
import type { Catalog } from './store.js'

/** For the log, when all space is taken. */
export const FULL =
  'the documents take all the space of maxStoredBytes, so changes are refused; delete documents, or allow more'

/** How long a size from the store is used before asking again, because other nodes also write to it. */
const FRESH_MS = 10_000
const MOST_KEPT = 10_000

/** The maximum sizes of documents in the store; 0 means no limit. */
export interface QuotaLimits {
  readonly maxStoredBytes: number
  readonly maxOwnerBytes: number
}

/** Space for an update that is about to be written. Ends with one of its two methods. */
export interface Reservation {
  /** The update is in the store. */
  stored(): void
  /** The update was refused or adds nothing, so its space is free again. */
  giveBack(): void
}

/** A size that is periodically read from the store. What is written in between is added. */
class Quota {
  #storedBytes = 0
  #reservedBytes = 0
  #freshUntilMs = -Infinity
  #asking: Promise<void> | undefined

  constructor(
    private readonly maxBytes: number,
    private readonly ask: () => Promise<{ readonly bytes: number }>,
    private readonly now: () => number,
  ) {}

  /** Reserves space for an update before it is written. Resolves `undefined` if it is too large. */
  async take(bytes: number): Promise<Reservation | undefined> {
    if (this.maxBytes === 0) return UNLIMITED
    if (this.now() >= this.#freshUntilMs) await (this.#asking ??= this.#refresh())
    if (this.#storedBytes + this.#reservedBytes + bytes > this.maxBytes) return undefined
    this.#reservedBytes += bytes
    return {
      stored: () => {
        this.#reservedBytes -= bytes
        this.#storedBytes += bytes
      },
      giveBack: () => {
        this.#reservedBytes -= bytes
      },
    }
  }

  async #refresh(): Promise<void> {
    try {
      this.#storedBytes = (await this.ask()).bytes
      this.#freshUntilMs = this.now() + FRESH_MS
    } finally {
      this.#asking = undefined
    }
  }
}

const UNLIMITED: Reservation = { stored: () => {}, giveBack: () => {} }

/**
 * The limits for the total size of all documents in the store, and of the documents of each owner.
 *
 * @see PROTOCOL.md BU10, BU11, BU18
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
    private readonly catalog: Pick<Catalog, 'about' | 'totals' | 'getRecord'>,
    private readonly now: () => number,
    private readonly isFull: { warn(): void },
  ) {
    this.#all = new Quota(limits.maxStoredBytes, () => catalog.totals(), now)
  }

  /**
   * Reserves space for an update to a room's document before it is written.
   *
   * @param newOwner who becomes the document's owner with this update
   * @throws {Problem} storage-full, store-failed
   */
  async take(roomName: string, bytes: number, newOwner?: string): Promise<Reservation> {
    const owner =
      this.limits.maxOwnerBytes === 0 ? undefined : (newOwner ?? (await this.#ownerOf(roomName)))
    const ofAll = await this.#all.take(bytes)
    if (ofAll === undefined) {
      this.isFull.warn()
      throw full('The server has', 'Ask its operator for more.')
    }
    const ofOwner = await this.#takeOf(owner, bytes, ofAll)
    return both(ofAll, ofOwner)
  }

  /**
   * Reserves space for a room's document among those of a user who is about to become its owner.
   *
   * @throws {Problem} storage-full, store-failed
   * @see PROTOCOL.md SR21
   */
  async takeOver(roomName: string, newOwner: string): Promise<Reservation> {
    const { bytes = 0 } = (await this.catalog.about(roomName)) ?? {}
    const taken = await this.#quotaOf(newOwner).take(bytes)
    if (taken === undefined) throw full('You have', 'Delete documents of your own first.')
    // Its updates count for its new owner from now on.
    return {
      ...taken,
      stored: () => {
        taken.stored()
        this.#owners.delete(roomName)
      },
    }
  }

  /** @throws {Problem} storage-full, store-failed; what is taken of all is given back then */
  async #takeOf(
    owner: string | undefined,
    bytes: number,
    ofAll: Reservation,
  ): Promise<Reservation> {
    if (owner === undefined) return UNLIMITED
    let taken: Reservation | undefined
    try {
      taken = await this.#quotaOf(owner).take(bytes)
    } finally {
      if (taken === undefined) ofAll.giveBack()
    }
    if (taken !== undefined) return taken
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

function both(one: Reservation, other: Reservation): Reservation {
  return {
    stored: () => {
      one.stored()
      other.stored()
    },
    giveBack: () => {
      one.giveBack()
      other.giveBack()
    },
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
