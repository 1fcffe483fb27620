import {
  createDeleteSetFromStructStore,
  decodeStateVector,
  decodeUpdateV2,
  type Doc,
  encodeStateVector,
  getState,
  type Transaction,
} from 'yjs'
import { forksIn, halvesIn } from './fork.js'
import type { Part } from './parts.js'
import { Ranges } from './ranges.js'
import { Refused } from './refused.js'
import { type Clocks, endOf, inOrder, type Struct, structsOf } from './structs.js'
import { isStruct, type Read } from './update.js'

/** What the server lacks of a document. */
export interface Lacking {
  /** In an order in which each comes after all that it needs. */
  readonly structs: readonly Struct[]
  readonly deleted: Ranges
  /** Whether more is held up by what the server has refused. */
  readonly isBlocked: boolean
}

/**
 * What the server has of a document, as far as it is known: what it said in a sync, what was
 * received since, and what it acknowledged. Whatever the document has beyond that, the server lacks.
 *
 * @see PROTOCOL.md CL21, CL37
 */
export class ServerCopy {
  readonly refused: Refused
  readonly #doc: Doc
  /** What is in its place there, without a gap. */
  #clocks = new Map<number, number>()
  /** What is stored there and waits for something that the server doesn't have. */
  #waiting: readonly Struct[] = []
  /** What is deleted here, and the server doesn't know. */
  #undeleted: Ranges
  /** What was known when it was last asked. */
  #asked: Clocks = new Map()
  /** What was received since it was asked. */
  #receivedMeanwhile: Read[] | null = null
  /** The deletions that wait here, as they were last looked at. */
  #waitingDeletions: Uint8Array | null

  /** @param refused what the server won't take */
  constructor(doc: Doc, refused = new Ranges()) {
    this.#doc = doc
    this.refused = new Refused(doc, refused)
    this.#undeleted = deletedIn(doc)
    this.#waitingDeletions = doc.store.pendingDs
  }

  /** The server's state vector. */
  get vector(): Uint8Array {
    return encodeStateVector(this.#clocks)
  }

  /** Takes what the server had when the document was last open, unless it has said more by now. */
  remember(vector: Uint8Array): void {
    if (this.#clocks.size === 0) this.#clocks = decodeStateVector(vector)
  }

  /** Takes nothing for known any more: another copy of the document is there. */
  forget(): void {
    this.#clocks = new Map()
  }

  /**
   * Begins to ask it.
   *
   * @returns the state vector to ask it with. What isn't known to be there is asked for, so that
   *   somebody else's contents under the same clocks are noticed.
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

  /** Whether the server has less now than it was known to have when it was asked. */
  hasLost(clocks: Clocks): boolean {
    return [...this.#asked].some(([client, clock]) => clock > (clocks.get(client) ?? 0))
  }

  /** Where what the server has contradicts the document. */
  forks({ structs }: Pick<Read, 'structs'>): Map<number, number> {
    return forksIn(this.#doc, this.#clocks, structs)
  }

  /** Where the server has one half of a surrogate pair, which can't be made whole there any more. */
  halves(): Map<number, number> {
    return halvesIn(this.#doc, this.#clocks)
  }

  /** An update was received, which the document has by now. */
  received(update: Read): void {
    this.#receivedMeanwhile?.push(update)
    this.#waiting = inOrder([...this.#waiting, ...update.structs], this.#clocks).waiting
    this.#undeleted.removeAll(update.deleted)
  }

  /** The server answered; the document has the answer's update by now. */
  answered(clocks: Clocks, update: Read): void {
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

  /** The server has all of a part in its place. */
  acknowledged({ ranges, deleted }: Part): void {
    for (const [client, start, end] of ranges) {
      const clock = this.#clocks.get(client) ?? 0
      if (start <= clock) this.#clocks.set(client, Math.max(clock, end))
    }
    this.#undeleted.removeAll(deleted)
  }

  /**
   * Something changed in the document.
   *
   * @param isReceived whether it comes from the server alone, and from nothing that waited here
   */
  changed({ deleteSet }: Transaction, isReceived: boolean): void {
    // What is deleted by what was received is deleted there as well.
    const { pendingDs } = this.#doc.store
    const isNew = pendingDs !== this.#waitingDeletions
    this.#waitingDeletions = pendingDs
    if (isReceived) return
    this.#undeleted.addAll(Ranges.of(deleteSet))
    if (isNew) this.#undeleted.addAll(waitingDeletions(this.#doc))
  }

  /** Whether the document has something that the server hasn't. */
  get lacksSomething(): boolean {
    if (!this.#undeleted.isEmpty) return true
    const { store } = this.#doc
    for (const client of store.clients.keys()) {
      if (getState(store, client) > (this.#clocks.get(client) ?? 0)) return true
    }
    return this.#waitingHere().length > 0
  }

  lacking(): Lacking {
    const { store } = this.#doc
    const all = this.#waitingHere()
    let isHeldUp = false
    for (const client of store.clients.keys()) {
      const structs = structsOf(this.#doc, client, this.#clocks.get(client) ?? 0)
      const refused = structs.findIndex((struct) => this.refused.has(struct))
      const end = refused < 0 ? structs.length : refused
      if (structs.slice(end).some((struct) => !this.refused.has(struct))) isHeldUp = true
      for (const struct of structs.slice(0, end)) all.push(struct)
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

  /** What waits in the document for something, and isn't known to be stored at the server. */
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

/** Deletions of what isn't in the document yet. */
function waitingDeletions({ store }: Doc): Ranges {
  return store.pendingDs === null ? new Ranges() : Ranges.of(decodeUpdateV2(store.pendingDs).ds)
}
