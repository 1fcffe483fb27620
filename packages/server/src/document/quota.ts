import { commentsOf, Problem } from '@whereabouts/protocol'
import { documentRoom } from '../room/document-room.js'
import type { AskedRoom } from './asked-room.js'
import type { RoomCatalog, RoomRecord, Totals } from './store.js'

/** For the log, when all space is taken. */
export const FULL =
  'the documents take all the space of maxStoredBytes, so changes are refused; delete documents, or allow more'

/** How long a size from the store is used before asking again, because other nodes also write to it. */
const FRESH_MS = 10_000
const MOST_KEPT = 10_000
/**
 * What a document, or a record, takes beside its content: its row and the indexes, which repeat the room's
 * name, the link and the owner. BU25
 */
const ROW_BYTES = 512
/** What it takes that a record names a user, besides its content: a row by which that user finds it. BU25 */
const NAMED_BYTES = 256

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
    private readonly ask: () => Promise<Totals>,
    private readonly now: () => number,
  ) {}

  /** Reserves space before something is written. Resolves `undefined` if it is too large. */
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
      this.#storedBytes = sizeOf(await this.ask())
      this.#freshUntilMs = this.now() + FRESH_MS
    } finally {
      this.#asking = undefined
    }
  }
}

function sizeOf({ bytes, recordBytes, named, ...counts }: Totals): number {
  const { documents, commented, records, removed } = counts
  const rows = documents + commented + records + removed
  return bytes + recordBytes + NAMED_BYTES * named + ROW_BYTES * rows
}

function sizeOfRecord(record: RoomRecord | undefined): number {
  if (record === undefined) return 0
  const { json, users = [] } = record
  return Buffer.byteLength(json) + ROW_BYTES + NAMED_BYTES * users.length
}

/** For what needs no space. */
export const UNLIMITED: Reservation = { stored: () => {}, giveBack: () => {} }

/** What is known of a room. */
interface KnownRoom {
  readonly owner: string | undefined
  /** Whether it has a document, if only an empty one. */
  readonly isThere: boolean
  readonly untilMs: number
}

/** A change of a room's record. */
export interface RecordChange {
  readonly before: RoomRecord | undefined
  readonly after: RoomRecord
  /** Whether the room has no document yet, which the record makes. */
  readonly isNew: boolean
}

/**
 * The limits for the total size of all documents in the store, and of the documents of each owner, with
 * their records and the comments on them.
 *
 * @see PROTOCOL.md BU10, BU11, BU18, BU25, BU26, CM4
 */
export class Quotas {
  readonly #all: Quota
  readonly #byOwner = new Map<string, Quota>()
  readonly #rooms = new Map<string, KnownRoom>()
  /** The sizes of updates on their way, by the room of the document. */
  readonly #underway = new Map<string, number>()
  /** Settles when it is decided whether a document gets another owner, by its room. */
  readonly #passing = new Map<string, Promise<void>>()

  constructor(
    private readonly limits: QuotaLimits,
    private readonly catalog: Pick<RoomCatalog, 'standing' | 'totals' | 'outdate'>,
    private readonly now: () => number,
    private readonly isFull: { warn(): void },
  ) {
    this.#all = new Quota(limits.maxStoredBytes, () => catalog.totals(), now)
  }

  /**
   * Reserves space for an update to a room's document before it is written.
   *
   * @param claim the record that makes its sender the document's owner, if that is stored with it
   * @throws {Problem} storage-full, store-failed
   */
  async take(asked: AskedRoom, bytes: number, claim?: RoomRecord): Promise<Reservation> {
    if (!this.#isLimited) return UNLIMITED
    const { roomName } = asked
    // Another user may be about to accept it by the time that this one has.
    const document = documentRoom(roomName)
    while (this.#passing.has(document)) await this.#passing.get(document)
    const arrived = this.#begin(document, bytes)
    try {
      const { owner, isThere } =
        claim === undefined ? await this.#roomOf(asked) : { ...claim, isThere: false }
      const space = await this.#take(owner, bytes + sizeOfRecord(claim) + (isThere ? 0 : ROW_BYTES))
      const made = isThere ? space : { ...space, stored: () => this.#made(roomName, space) }
      return both(made, { stored: arrived, giveBack: arrived })
    } catch (error) {
      arrived()
      throw error
    }
  }

  /**
   * Reserves space for a version of a room's document, which is at most as large as the document.
   *
   * @throws {Problem} storage-full, store-failed
   * @see PROTOCOL.md HY5
   */
  async takeVersion(asked: AskedRoom): Promise<Reservation> {
    if (!this.#isLimited) return UNLIMITED
    const { record, info } = await this.catalog.standing(asked)
    return this.#take(record?.owner, (info?.bytes ?? 0) + ROW_BYTES)
  }

  /** Counts an update of a room until it has arrived. Returns a function to call then. */
  #begin(roomName: string, bytes: number): () => void {
    const count = (more: number) => {
      const sum = (this.#underway.get(roomName) ?? 0) + more
      if (sum === 0) this.#underway.delete(roomName)
      else this.#underway.set(roomName, sum)
    }
    count(bytes)
    return () => count(-bytes)
  }

  /**
   * Reserves space for a change of a room's record before it is written. A change that needs no more than
   * there was before needs none.
   *
   * @throws {Problem} storage-full, store-failed
   */
  async takeRecord({ before, after, isNew }: RecordChange): Promise<Reservation> {
    const bytes = sizeOfRecord(after) - sizeOfRecord(before) + (isNew ? ROW_BYTES : 0)
    return bytes > 0 && this.#isLimited ? this.#take(after.owner, bytes) : UNLIMITED
  }

  /**
   * Reserves space for a room's document among those of a user who is about to become its owner. Until that is
   * decided, updates wait, and those on their way count for the document.
   *
   * @throws {Problem} storage-full, store-failed
   * @see PROTOCOL.md SR21, SR24
   */
  async takeOver(asked: AskedRoom, after: RoomRecord): Promise<Reservation> {
    const { roomName } = asked
    const decided = this.#pass(roomName)
    try {
      const taken = await this.#takeOver(asked, after)
      const stored = () => {
        // Its updates count for its new owner from now on.
        this.catalog.outdate(roomName)
        this.#made(roomName, taken)
      }
      return both({ ...taken, stored }, { stored: decided, giveBack: decided })
    } catch (error) {
      decided()
      throw error
    }
  }

  async #takeOver({ roomName, account }: AskedRoom, after: RoomRecord): Promise<Reservation> {
    const underway = this.#underway.get(roomName) ?? 0
    const rooms = [roomName, commentsOf(roomName) ?? roomName]
    const stored = await Promise.all(
      Array.from(new Set(rooms), (each) => this.#storedBytes({ roomName: each, account })),
    )
    const needed = stored.reduce((sum, bytes) => sum + bytes, underway + sizeOfRecord(after))
    const taken = await this.#quotaOf(after.owner!).take(needed)
    if (taken === undefined) throw full('You have', 'Delete documents of your own first.')
    return taken
  }

  async #storedBytes(asked: AskedRoom): Promise<number> {
    this.catalog.outdate(asked.roomName)
    const { info } = await this.catalog.standing(asked)
    return info === undefined ? 0 : info.bytes + (info.historyBytes ?? 0) + ROW_BYTES
  }

  /** Has updates of a room wait. Returns a function that ends this. */
  #pass(roomName: string): () => void {
    let decide!: () => void
    const passing = new Promise<void>((resolve) => {
      decide = resolve
    })
    this.#passing.set(roomName, passing)
    return () => {
      // Another user may accept what was offered meanwhile.
      if (this.#passing.get(roomName) === passing) this.#passing.delete(roomName)
      decide()
    }
  }

  get #isLimited(): boolean {
    return this.limits.maxStoredBytes > 0 || this.limits.maxOwnerBytes > 0
  }

  async #take(owner: string | undefined, bytes: number): Promise<Reservation> {
    const ofAll = await this.#all.take(bytes)
    if (ofAll === undefined) {
      this.isFull.warn()
      throw full('The server has', 'Ask its operator for more.')
    }
    const ofOwner = await this.#takeOf(owner, bytes, ofAll)
    return both(ofAll, ofOwner)
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

  async #roomOf(asked: AskedRoom): Promise<KnownRoom> {
    const { roomName } = asked
    const known = this.#rooms.get(roomName)
    if (known !== undefined && this.now() < known.untilMs) return known
    const { record: own, info } = await this.catalog.standing(asked)
    const document = documentRoom(roomName)
    const isOwn = document === roomName
    const record = isOwn ? own : await this.#recordOf({ ...asked, roomName: document })
    const isThere = info !== undefined
    const room = { owner: record?.owner, isThere, untilMs: this.now() + FRESH_MS }
    if (isThere) keep(this.#rooms, roomName, room)
    return room
  }

  async #recordOf(asked: AskedRoom): Promise<RoomRecord | undefined> {
    return (await this.catalog.standing(asked)).record
  }

  /** What was known of a room, and of the comments on its document, no longer holds. */
  #made(roomName: string, space: Reservation): void {
    space.stored()
    this.#rooms.delete(roomName)
    this.#rooms.delete(commentsOf(roomName) ?? roomName)
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
