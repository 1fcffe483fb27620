import { Problem, type ProblemExtensions, type SyncAnswer } from '@whereabouts/protocol'
import {
  applyUpdate,
  decodeStateVector,
  Doc,
  encodeStateVector,
  transact,
  type Transaction,
} from 'yjs'
import { Admission } from './admission.js'
import { encodeDocument } from './encode.js'
import type { Compaction, StoredDocument, StoredUpdate } from './store.js'
import { badUpdate, type ReadUpdate } from './update.js'

/** How many updates may wait for a compaction, whatever their size. */
const MANY_UPDATES = 3_000
const FEW_UPDATES = 300
/** What the updates have to be, against the snapshot, to be worth writing it again. */
const WORTHWHILE_SHARE = 1 / 8

/**
 * How many bytes of updates are applied in one transaction: Yjs goes through all clients in each, and
 * when it ends merges what it has, at the square of how many structs of a list were loaded.
 */
const LOADED_AT_ONCE = 32_768
/** What a document is taken to need in memory, and what is in it, beside the bytes in the store. */
const WEIGHTS = {
  document: 4_000,
  root: 700,
  client: 300,
  struct: 500,
  container: 60,
  subdocument: 3_000,
}

/** A document in memory, and what of it the store has in which shape. */
export class LoadedDocument {
  /** Whether it may differ from what the store has, and is to be loaded anew. */
  stale = false
  /** How many calls are at work on it. */
  users = 0
  /** How large the updates are that these calls bring. */
  reservedBytes = 0
  lastUsedMs = 0
  /** Settles when all that was applied by now is in the store, or isn't. */
  saved: Promise<void> = Promise.resolve()
  /** Settles when the compaction that is under way is over. */
  compacting: Promise<void> | undefined
  /** Of the document that the updates here are for. */
  readonly incarnation: string
  /** When the store was last told that somebody uses it; 0 while it has nothing of it. */
  usedAtMs: number
  readonly #doc = new Doc()
  readonly #admission = new Admission(this.#doc)
  #generation: number
  #snapshotBytes: number
  #updates: { readonly number: number; readonly bytes: number }[] = []
  #updatesBytes = 0
  #changed = false
  #weight = 0
  /** How many updates there have to be before a compaction that failed is tried again. */
  #leastUpdates = FEW_UPDATES

  constructor(
    readonly roomName: string,
    { incarnation, usedAtMs, generation, snapshot, updates }: StoredDocument,
  ) {
    this.incarnation = incarnation
    this.usedAtMs = usedAtMs
    this.#generation = generation
    this.#snapshotBytes = snapshot.byteLength
    // Else Yjs makes another one in its place, in a transaction that goes through all clients.
    this.#doc.on('subdocs', ({ removed }: { removed: ReadonlySet<Doc> }) => {
      for (const subdocument of removed) subdocument._item = null
    })
    if (snapshot.byteLength > 0) applyUpdate(this.#doc, snapshot)
    for (const group of inGroups(updates)) {
      transact(this.#doc, () => {
        for (const { bytes } of group) applyUpdate(this.#doc, bytes)
      })
    }
    for (const update of updates) this.stored(update)
    this.#weigh()
    // Whoever listens to `update` has every transaction encoded.
    this.#doc.on('afterTransaction', (transaction: Transaction) => {
      this.#changed ||= hasContent(transaction)
    })
  }

  /** What it takes in the store. */
  get bytes(): number {
    return this.#snapshotBytes + this.#updatesBytes
  }

  /** What it is taken to need in memory. */
  get weight(): number {
    return this.bytes + this.#weight
  }

  get inUse(): boolean {
    return this.users > 0 || this.compacting !== undefined
  }

  /** Whether a compaction could make it smaller. */
  get compactable(): boolean {
    return this.#updates.length > 0
  }

  /** Whether there are so many updates that a compaction is worth its while. */
  get compactionDue(): boolean {
    const { length } = this.#updates
    if (this.compacting !== undefined || length < this.#leastUpdates) return false
    return length >= MANY_UPDATES || this.#updatesBytes >= this.#snapshotBytes * WORTHWHILE_SHARE
  }

  /**
   * Makes sure that an update can be taken in, without touching the document.
   *
   * @returns whether something of it has to wait for what comes before it
   * @throws {Problem} bad-update, document-full
   */
  check(update: ReadUpdate): boolean {
    return this.#admission.check(update)
  }

  /**
   * Takes an update in that was checked.
   *
   * @returns whether it brought anything new
   * @throws {Problem} bad-update; the document is `stale` then
   */
  apply(update: Uint8Array): boolean {
    this.#changed = false
    const { store } = this.#doc
    // Kept here, as Yjs changes the object that holds it.
    const pendingStructs = store.pendingStructs?.update
    const { pendingDs } = store
    try {
      applyUpdate(this.#doc, update)
    } catch {
      // It could be read but not be put in its place, and may be half there.
      this.stale = true
      throw badUpdate('malformed')
    }
    this.#weigh()
    // What has to wait for something that isn't there yet is new as well.
    return (
      this.#changed ||
      !equalBytes(store.pendingStructs?.update, pendingStructs) ||
      !equalBytes(store.pendingDs, pendingDs)
    )
  }

  /** Takes in what somebody else has stored; `false` if it can't be put in its place. */
  learn(update: Uint8Array): boolean {
    try {
      applyUpdate(this.#doc, update)
      this.#weigh()
      return true
    } catch {
      return false
    }
  }

  /**
   * What somebody lacks; everything without a state vector.
   *
   * @throws {Problem} bad-parameter
   */
  difference(stateVector: Uint8Array | undefined): Uint8Array<ArrayBuffer> {
    if (stateVector !== undefined) checkStateVector(stateVector, PARAMETER)
    return ownBytes(encodeDocument(this.#doc, stateVector))
  }

  /**
   * What is here, and what somebody lacks of it. What waits for something that is missing is in the
   * update and not in the vector.
   *
   * @param stateVector empty for one who has nothing
   * @throws {Problem} bad-parameter
   */
  sync(stateVector: Uint8Array): SyncAnswer {
    const { incarnation } = this
    if (stateVector.byteLength > 0) checkStateVector(stateVector, BODY)
    const lacks = stateVector.byteLength === 0 ? undefined : stateVector
    return {
      vector: encodeStateVector(this.#doc),
      update: encodeDocument(this.#doc, lacks),
      incarnation,
    }
  }

  /** The store has an update that was applied. */
  stored({ number, bytes }: StoredUpdate): void {
    this.usedAtMs ||= Date.now()
    this.#updates.push({ number, bytes: bytes.byteLength })
    this.#updatesBytes += bytes.byteLength
  }

  /** What takes the place of all that the store has of it. */
  compaction(): Compaction {
    const numbers = this.#updates.map(({ number }) => number)
    return {
      roomName: this.roomName,
      incarnation: this.incarnation,
      base: this.#generation,
      snapshot: this.difference(undefined),
      numbers,
    }
  }

  /** The store has a compaction in the place of what it was made from. */
  compacted(generation: number, snapshotBytes: number, numbers: readonly number[]): void {
    const gone = new Set(numbers)
    this.#generation = generation
    this.#snapshotBytes = snapshotBytes
    this.#updates = this.#updates.filter(({ number }) => !gone.has(number))
    this.#updatesBytes = this.#updates.reduce((sum, { bytes }) => sum + bytes, 0)
    this.#leastUpdates = FEW_UPDATES
  }

  /** The store failed; not with every update is it tried again. */
  compactionFailed(): void {
    this.#leastUpdates = this.#updates.length + FEW_UPDATES
  }

  #weigh(): void {
    const { share, subdocs, store } = this.#doc
    let structs = 0
    for (const { length } of store.clients.values()) structs += length
    this.#weight =
      WEIGHTS.document +
      WEIGHTS.root * share.size +
      WEIGHTS.client * store.clients.size +
      WEIGHTS.struct * structs +
      WEIGHTS.container * this.#admission.containers +
      WEIGHTS.subdocument * subdocs.size
  }
}

function inGroups(updates: readonly StoredUpdate[]): StoredUpdate[][] {
  const groups: StoredUpdate[][] = []
  let capacity = -1
  for (const update of updates) {
    capacity -= update.bytes.byteLength
    if (capacity >= 0) groups.at(-1)!.push(update)
    else {
      groups.push([update])
      capacity = LOADED_AT_ONCE - update.bytes.byteLength
    }
  }
  return groups
}

function hasContent({ deleteSet, beforeState, afterState }: Transaction): boolean {
  if (deleteSet.clients.size > 0) return true
  for (const [client, clock] of afterState) if (beforeState.get(client) !== clock) return true
  return false
}

/** Where a state vector stands in a call, and how its refusal says that. */
type Place = readonly [detail: string, extensions: ProblemExtensions]

const PARAMETER: Place = [
  'The parameter "sv" is not a base64url state vector of Yjs 13.',
  { parameter: 'sv' },
]
const BODY: Place = [
  'The body is not a state vector of Yjs 13. Send what Y.encodeStateVector() returns.',
  {},
]

/** @throws {Problem} bad-parameter */
function checkStateVector(stateVector: Uint8Array, place: Place): void {
  try {
    decodeStateVector(stateVector)
  } catch {
    // Whatever Yjs stumbled over, it says no more than that this can't be read.
    throw new Problem('bad-parameter', ...place)
  }
}

function equalBytes(a: Uint8Array | null | undefined, b: Uint8Array | null | undefined): boolean {
  if (a === b) return true
  if (!a || !b || a.byteLength !== b.byteLength) return false
  return Buffer.compare(a, b) === 0
}

/** The bytes in a buffer of their own, which can be handed to another thread; copied only if need be. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = bytes
  const whole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength
  return whole ? new Uint8Array(buffer) : new Uint8Array(bytes)
}
