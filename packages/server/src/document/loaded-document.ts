import {
  documentOfComments,
  isNoDocument,
  type OwnBytes,
  Problem,
  type ProblemExtensions,
  type SyncAnswer,
} from '@whereabouts/protocol'
import {
  applyUpdate,
  decodeStateVector,
  Doc,
  encodeStateVector,
  transact,
  type Transaction,
} from 'yjs'
import { Admission, type Admitted } from './admission.js'
import { encodeDocument } from './encode.js'
import { DocumentLog } from './document-log.js'
import { newIncarnation } from './incarnations.js'
import { isKeptMark, isMarkedKept } from './kept.js'
import { ListOrder, type Neighbours } from './list-order.js'
import type { KnownDocument, StoredDocument, StoredUpdate } from './store.js'
import { badUpdate, type ReadUpdate, readUpdate } from './update.js'

/**
 * How many bytes of updates are applied in one transaction: each transaction goes through all
 * clients, and at its end Yjs merges structs in quadratic time.
 */
const LOADED_AT_ONCE = 32_768
/** How many updates are taken over one by one. More of them are loaded sooner together with the whole document. */
const MOST_CAUGHT_UP = 100
/** The estimated memory of a document and its parts, in addition to the bytes in the store. */
const WEIGHTS = {
  document: 4_000,
  root: 700,
  client: 300,
  struct: 500,
  subdocument: 3_000,
}

/**
 * What became of a document whose updates wait: it isn't as the store has it, so that they are to be checked again; it
 * was deleted; or the store failed.
 */
export type Outcome = 'overtaken' | 'deleted' | 'failed'

/** A document in memory, and how it is stored. */
export class LoadedDocument {
  /** Whether it may differ from the store and must be loaded again. */
  stale = false
  /** Why its own updates aren't stored then; `undefined` until that is known. */
  outcome: Outcome | undefined
  /** How many of its updates wait for the store. */
  unsaved = 0
  /** Whether it may lack what others have stored. */
  mayLack = false
  /** Settles when the store was asked for what it lacks. */
  refreshing: Promise<void> | undefined
  /** The number of calls that use it now. */
  users = 0
  /** The total size of the updates in these calls. */
  reservedBytes = 0
  lastUsedMs = 0
  /** When an update was last stored, or a compaction failed. */
  writtenMs = 0
  /** Settles when everything applied so far is stored, or could not be stored. */
  saved: Promise<unknown> = Promise.resolve()
  /** Whether the store is getting its mark of a document that keeps what is deleted. */
  isBeingMarked = false
  /** Settles when the current compaction is finished. */
  compacting: Promise<void> | undefined
  /** The incarnation of the document that the updates belong to, or of the one that the first of them begins. */
  incarnation: string
  /** What the room has in the place of an incarnation, until something is stored. */
  #begins: string | undefined
  /** When the store last noted its use; 0 while it isn't stored. */
  usedAtMs: number
  readonly #doc: Doc
  readonly #admission: Admission
  readonly log: DocumentLog
  #changed = false
  #weight = 0

  /** @param keepsDeleted whether it keeps the content of what is deleted, even if its log isn't marked so */
  constructor(
    readonly roomName: string,
    stored: StoredDocument,
    readonly keepsDeleted = isMarkedKept(stored),
  ) {
    const { incarnation, usedAtMs, snapshot, updates } = stored
    this.#doc = new Doc({ gc: !keepsDeleted })
    this.#admission = new Admission(this.#doc)
    const isNew = isNoDocument(incarnation) && documentOfComments(roomName) === undefined
    this.#begins = isNew ? incarnation : undefined
    this.incarnation = isNew ? newIncarnation(incarnation) : incarnation
    this.usedAtMs = usedAtMs
    this.log = new DocumentLog(stored)
    // Otherwise Yjs replaces a removed subdocument, in a transaction that goes through all clients.
    this.#doc.on('subdocs', ({ removed }: { removed: ReadonlySet<Doc> }) => {
      for (const subdocument of removed) subdocument._item = null
    })
    if (snapshot.byteLength > 0) applyUpdate(this.#doc, snapshot)
    // Of two updates that contradict each other, the first one counts on every node.
    const inOrder = updates.toSorted((one, other) => one.number - other.number)
    for (const group of inGroups(inOrder)) {
      transact(this.#doc, () => {
        for (const { bytes } of group) applyUpdate(this.#doc, bytes)
      })
    }
    this.#weigh()
    // A listener for `update` would make Yjs encode every transaction.
    this.#doc.on('afterTransaction', (transaction: Transaction) => {
      this.#changed ||= hasContent(transaction)
    })
  }

  /** Its estimated size in memory. */
  get weight(): number {
    return this.log.bytes + this.#weight
  }

  /** What its first update has to find in the store in place of its incarnation; `undefined` once it is stored. */
  get begins(): string | undefined {
    return this.#begins
  }

  /** What a sync says: its incarnation, or that there is no document. @see PROTOCOL.md DO47 */
  get said(): string {
    return this.#begins ?? this.incarnation
  }

  get inUse(): boolean {
    return this.users > 0 || this.compacting !== undefined
  }

  /**
   * Checks that an update can be applied, without changing the document.
   *
   * @param grantedClients how many clients it may add once the document has many
   * @throws {Problem} bad-update, document-full
   * @throws {CrowdedDocument} if more clients have to be granted
   */
  check(update: ReadUpdate, grantedClients?: number): Admitted {
    return this.#admission.check(update, grantedClients)
  }

  /**
   * Applies an update that was checked.
   *
   * @param unordered the neighbours whose order is checked now
   * @returns whether it added anything new
   * @throws {Problem} bad-update; the document is `stale` then
   */
  apply(update: Uint8Array, unordered: readonly Neighbours[] = []): boolean {
    this.#changed = false
    const { store } = this.#doc
    // These are saved here because Yjs changes the object that holds them.
    const pendingStructs = store.pendingStructs?.update
    const { pendingDs } = store
    try {
      applyUpdate(this.#doc, update)
    } catch {
      // The update was readable but can't be integrated, and may be applied in part.
      this.stale = true
      throw badUpdate('malformed')
    }
    this.#checkOrder(unordered)
    this.#weigh()
    // A new pending update counts as new content.
    return (
      this.#changed ||
      !equalBytes(store.pendingStructs?.update, pendingStructs) ||
      !equalBytes(store.pendingDs, pendingDs)
    )
  }

  /**
   * Applies an update that another node stored; returns `false` if the document has to be loaded again,
   * because the update can't be integrated or contradicts it.
   *
   * @param place the update's number in the store; if omitted, it isn't known
   * @see PROTOCOL.md DO68
   */
  learn(update: Uint8Array, place?: number): boolean {
    if (!this.#takes(update)) return false
    // What waits for the store is still to be checked against it.
    if (place !== undefined && this.unsaved === 0) this.log.noteOther(place)
    return true
  }

  /** What the store needn't return again; `undefined` if it can't tell. */
  get known(): KnownDocument | undefined {
    const { incarnation, log } = this
    const { generation, last } = log
    return last === undefined || isNoDocument(this.said)
      ? undefined
      : { incarnation, generation, last }
  }

  /**
   * Takes over what it lacks of the updates after what was known of it; returns `false` if the document has to be
   * loaded again.
   *
   * @param known as it was when the store was asked
   */
  catchUp({ generation }: KnownDocument, updates: readonly StoredUpdate[]): boolean {
    // An own compaction may have replaced some of them meanwhile.
    if (generation !== this.log.generation) return false
    const lacking = this.log.lacking(updates)
    if (lacking.length > MOST_CAUGHT_UP) return false
    // Only a document that was loaded as one keeps what is deleted.
    if (!this.keepsDeleted && lacking.some(({ bytes }) => isKeptMark(bytes))) return false
    const takes = (bytes: Uint8Array) =>
      this.unsaved > 0 ? this.#agrees(bytes) : this.#takes(bytes)
    if (!lacking.every(({ bytes }) => takes(bytes))) return false
    for (const update of updates) this.log.add(update)
    return true
  }

  /**
   * Returns the part that a caller lacks; the whole document without a state vector.
   *
   * @throws {Problem} bad-parameter
   */
  difference(stateVector: Uint8Array | undefined): OwnBytes {
    if (stateVector !== undefined) checkStateVector(stateVector, PARAMETER)
    return ownBytes(encodeDocument(this.#doc, stateVector))
  }

  /**
   * Returns the server's state vector and an update with the part that a caller lacks. The update
   * includes pending structs; the vector doesn't.
   *
   * @param stateVector empty for a caller without the document
   * @throws {Problem} bad-parameter
   */
  sync(stateVector: Uint8Array): SyncAnswer {
    if (stateVector.byteLength > 0) checkStateVector(stateVector, BODY)
    const lacks = stateVector.byteLength === 0 ? undefined : stateVector
    return {
      vector: encodeStateVector(this.#doc),
      update: encodeDocument(this.#doc, lacks),
      incarnation: this.said,
    }
  }

  /** Records that an applied update is stored. */
  stored(update: StoredUpdate, nowMs: number): void {
    this.usedAtMs ||= Date.now()
    this.#begins = undefined
    this.writtenMs = nowMs
    this.log.add(update)
  }

  #takes(update: Uint8Array): boolean {
    try {
      // Yjs would leave out what contradicts the document here, and the other node does the same.
      if (this.#admission.disagrees(readUpdate(update))) return false
      applyUpdate(this.#doc, update)
      this.#weigh()
      return true
    } catch {
      return false
    }
  }

  /**
   * Applies an update that others stored before those of the document that wait for the store. Returns `false` if it
   * couldn't have been posted after them, since then it can't be told whether they may follow it.
   *
   * @see PROTOCOL.md EX17
   */
  #agrees(update: Uint8Array): boolean {
    try {
      this.apply(update, this.check(readUpdate(update)).unordered)
      return true
    } catch {
      return false
    }
  }

  /** @throws {Problem} bad-update; the document is `stale` then */
  #checkOrder(unordered: readonly Neighbours[]): void {
    const order = new ListOrder(this.#doc)
    // Some may wait.
    const isInOrder = (each: Neighbours) => !order.hasAll(each) || order.isInOrder(each)
    if (unordered.every(isInOrder)) return
    this.stale = true
    throw badUpdate('malformed')
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
      this.#admission.valuesBytes +
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

/** Where a state vector is in a call, for the problem's text. */
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
    // An exception of Yjs only means that the vector can't be parsed.
    throw new Problem('bad-parameter', ...place)
  }
}

function equalBytes(a: Uint8Array | null | undefined, b: Uint8Array | null | undefined): boolean {
  if (a === b) return true
  if (!a || !b || a.byteLength !== b.byteLength) return false
  return Buffer.compare(a, b) === 0
}

/** Returns bytes with their own buffer, for another thread; copies them only if needed. */
function ownBytes(bytes: Uint8Array): OwnBytes {
  const { buffer, byteLength } = bytes
  const whole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength
  return whole ? new Uint8Array(buffer) : new Uint8Array(bytes)
}
