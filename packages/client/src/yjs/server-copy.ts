import {
  createDeleteSetFromStructStore,
  decodeStateVector,
  decodeUpdateV2,
  type Doc,
  encodeStateVector,
  getState,
  type Transaction,
} from 'yjs'
import { forksIn, splitPairsIn } from './fork.js'
import type { Part } from './parts.js'
import { Ranges } from './ranges.js'
import { Refused } from './refused.js'
import { type Clocks, endOf, inOrder, type Struct, structsOf, withoutDeleted } from './structs.js'
import { isStruct, type DecodedUpdate } from './update.js'

/** The part of a document that the server lacks. */
export interface Lacking {
  /** In causal order: each comes after everything that it depends on. */
  readonly structs: readonly Struct[]
  readonly deleted: Ranges
  /** Whether more is blocked by something that the server refused. */
  readonly isBlocked: boolean
}

/**
 * Tracks what the server is known to have of a document: the answer to the last sync, the updates
 * received since, and the acknowledged posts. The server lacks everything else in the document.
 *
 * @see PROTOCOL.md CL21, CL37
 */
export class ServerCopy {
  readonly refused: Refused
  readonly #doc: Doc
  /** The server's state vector, without gaps. */
  #clocks = new Map<number, number>()
  /** Structs that the server stored, and that wait for others that it doesn't have. */
  #waiting: readonly Struct[] = []
  /** Deletions in the document that the server doesn't know. */
  #undeleted: Ranges
  /** The state vector of the last sync request. */
  #asked: Clocks = new Map()
  /** Updates received since that request; `null` if none is in flight. */
  #receivedMeanwhile: DecodedUpdate[] | null = null
  /** The document's pending deletions, when they were last checked. */
  #waitingDeletions: Uint8Array | null
  /** The client id that only this document writes under. */
  readonly #ownId: number
  /** From which clock on this document wrote under it, and none of that was sent. */
  #unsentFrom = Infinity

  /** @param refused what the server refused for good */
  constructor(doc: Doc, refused = new Ranges()) {
    this.#doc = doc
    this.refused = new Refused(doc, refused)
    this.#undeleted = deletedIn(doc)
    this.#waitingDeletions = doc.store.pendingDs
    this.#ownId = doc.clientID
  }

  /** The server's state vector. */
  get vector(): Uint8Array {
    return encodeStateVector(this.#clocks)
  }

  /** Restores an earlier state vector of the server, unless a newer one is known. */
  remember(vector: Uint8Array): void {
    if (this.#clocks.size === 0) this.#clocks = decodeStateVector(vector)
  }

  /** Forgets what is known, because the server has lost something. */
  forget(): void {
    this.#clocks = new Map()
  }

  /**
   * Begins a sync.
   *
   * @returns the state vector to send: only what both sides are known to have, so that the answer shows
   *   whether another client used the same clocks
   */
  ask(): Uint8Array {
    this.#receivedMeanwhile = []
    const { store } = this.#doc
    const known = [...this.#clocks].map(
      ([client, clock]) => [client, Math.min(clock, getState(store, client))] as const,
    )
    const asked = new Map(known.filter(([, clock]) => clock > 0))
    this.#asked = asked
    return encodeStateVector(asked)
  }

  /** Returns whether the server has less than it was known to have. */
  hasLost(clocks: Clocks): boolean {
    return [...this.#asked].some(([client, clock]) => clock > (clocks.get(client) ?? 0))
  }

  /** Returns the clocks from which on an update contradicts the document. */
  forks({ structs }: Pick<DecodedUpdate, 'structs'>): Map<number, number> {
    return forksIn(this.#doc, this.#clocks, structs, this.#isUnsent)
  }

  /** Records that a part is about to be sent, whether or not it arrives. */
  sending({ ranges }: Part): void {
    for (const [client, , end] of ranges) {
      if (client === this.#ownId) this.#unsentFrom = Math.max(this.#unsentFrom, end)
    }
  }

  /** Returns the clocks at which the server ends within a surrogate pair, which it can't repair. */
  splitPairs(): Map<number, number> {
    return splitPairsIn(this.#doc, this.#clocks)
  }

  /** Records an update that was received and applied. */
  received(update: DecodedUpdate): void {
    this.#receivedMeanwhile?.push(update)
    this.#waiting = inOrder([...this.#waiting, ...update.structs], this.#clocks).waiting
    this.#undeleted.removeAll(update.deleted)
  }

  /** Records the answer to a sync, whose update was applied. */
  answered(clocks: Clocks, update: DecodedUpdate): void {
    this.#clocks = new Map(clocks)
    this.#waiting = update.structs.filter(
      (struct) => endOf(struct) > (clocks.get(struct.id.client) ?? 0),
    )
    this.#undeleted = deletedIn(this.#doc)
    this.#undeleted.removeAll(update.deleted)
    const meanwhile = this.#receivedMeanwhile ?? []
    this.#receivedMeanwhile = null
    for (const received of meanwhile) this.received(received)
  }

  /** Records that the server has integrated a part. */
  acknowledged({ ranges, deleted }: Part): void {
    for (const [client, start, end] of ranges) {
      const clock = this.#clocks.get(client) ?? 0
      if (start <= clock) this.#clocks.set(client, Math.max(clock, end))
    }
    this.#undeleted.removeAll(deleted)
  }

  /**
   * Records a change of the document.
   *
   * @param isReceived whether it comes from the server only, and integrated nothing that was pending
   */
  changed({ deleteSet, local, beforeState }: Transaction, isReceived: boolean): void {
    if (local && this.#unsentFrom === Infinity) this.#unsentFrom = beforeState.get(this.#ownId) ?? 0
    // A received update's deletions are known to the server.
    const { pendingDs } = this.#doc.store
    const isNew = pendingDs !== this.#waitingDeletions
    this.#waitingDeletions = pendingDs
    if (isReceived) return
    this.#undeleted.addAll(Ranges.of(deleteSet))
    if (isNew) this.#undeleted.addAll(waitingDeletions(this.#doc))
  }

  /** Whether the document has something that the server lacks. */
  get lacksSomething(): boolean {
    return !this.#undeleted.isEmpty || this.lacksContents || this.#waitingHere().length > 0
  }

  /** Whether the document has contents, not only deletions, that the server lacks. */
  get lacksContents(): boolean {
    const { store } = this.#doc
    for (const client of store.clients.keys()) {
      if (getState(store, client) > (this.#clocks.get(client) ?? 0)) return true
    }
    return false
  }

  /** Returns everything that the server lacks and may be sent. */
  lacking(): Lacking {
    const { store } = this.#doc
    const all = this.#waitingHere()
    let isHeldUp = false
    for (const client of store.clients.keys()) {
      const structs = structsOf(this.#doc, client, this.#clocks.get(client) ?? 0)
      const refused = structs.findIndex((struct) => this.refused.has(struct))
      const end = refused < 0 ? structs.length : refused
      if (structs.slice(end).some((struct) => !this.refused.has(struct))) isHeldUp = true
      for (const struct of structs.slice(0, end)) all.push(withoutDeleted(struct))
    }
    const { placed, waiting } = inOrder(all, new Map(this.#clocks))
    const isHere = ({ id }: Struct) => id.clock < getState(store, id.client)
    return {
      structs: [...placed, ...waiting.filter((struct) => !isHere(struct))],
      deleted: this.#deletionsToSend(),
      isBlocked: isHeldUp || waiting.some(isHere),
    }
  }

  #deletionsToSend(): Ranges {
    const deleted = new Ranges()
    deleted.addAll(this.#undeleted)
    deleted.removeAll(this.refused.replaced)
    return deleted
  }

  /** Whether a struct has content that was written here and never sent. @see PROTOCOL.md CL129 */
  readonly #isUnsent = (struct: Struct): boolean =>
    struct.id.client === this.#ownId && !struct.deleted && endOf(struct) > this.#unsentFrom

  /** Returns the document's pending structs that the server isn't known to have. */
  #waitingHere(): Struct[] {
    const { pendingStructs } = this.#doc.store
    if (pendingStructs === null) return []
    const there = new Ranges()
    for (const { id, length } of this.#waiting) there.add(id.client, id.clock, id.clock + length)
    const structs = decodeUpdateV2(pendingStructs.update).structs.filter((each) => isStruct(each))
    return structs.filter(
      (struct) =>
        endOf(struct) > (this.#clocks.get(struct.id.client) ?? 0) &&
        !there.has(struct.id.client, struct.id.clock),
    )
  }
}

function deletedIn(doc: Doc): Ranges {
  const deleted = Ranges.of(createDeleteSetFromStructStore(doc.store))
  deleted.addAll(waitingDeletions(doc))
  return deleted
}

/** Returns the pending deletions, of structs that the document doesn't have yet. */
function waitingDeletions({ store }: Doc): Ranges {
  return store.pendingDs === null ? new Ranges() : Ranges.of(decodeUpdateV2(store.pendingDs).ds)
}
