import {
  createDeleteSetFromStructStore,
  decodeStateVector,
  decodeUpdate,
  decodeUpdateV2,
  type Doc,
  encodeStateVector,
  getState,
  Item,
  Skip,
  type Transaction,
} from 'yjs'
import type { Part } from './parts.js'
import { Ranges } from './ranges.js'
import {
  type Clocks,
  compare,
  cut,
  endOf,
  inOrder,
  isWithinPairAt,
  type Struct,
  structsFrom,
} from './structs.js'

/** An update, read. */
export interface Read {
  readonly structs: readonly Struct[]
  readonly deleted: Ranges
}

/** What the server lacks of a document. */
export interface Lacking {
  /** In an order in which each comes after all that it needs. */
  readonly structs: readonly Struct[]
  readonly deleted: Ranges
  /** Whether more is held up by what the server has refused. */
  readonly isBlocked: boolean
}

/**
 * What the server has of a document, as far as it is known: what it said in a sync, what it told
 * since, and what it acknowledged. Whatever the document has beyond that, the server lacks.
 *
 * @see PROTOCOL.md CL20, CL21
 */
export class ServerCopy {
  readonly #doc: Doc
  /** What is in its place there, without a gap. */
  #clocks: Clocks = new Map()
  #hasClocks = false
  #isKnown = false
  /** What is stored there and waits for something that the server doesn't have. */
  #waiting: readonly Struct[] = []
  /** What is deleted here, and the server doesn't know. */
  #undeleted = new Ranges()
  /** What it told since it was asked. */
  #toldSince: Read[] | null = null
  readonly #refused: Ranges
  /** The deletions that wait here, as they were last looked at. */
  #waitingDeletions: Uint8Array | null

  /** @param refused what the server won't take */
  constructor(doc: Doc, refused = new Ranges()) {
    this.#doc = doc
    this.#refused = refused
    this.#undeleted = deletedIn(doc)
    this.#waitingDeletions = doc.store.pendingDs
  }

  /** Whether the server has said what it has. */
  get isKnown(): boolean {
    return this.#isKnown
  }

  /** What is in its place there. */
  get clocks(): Clocks {
    return this.#clocks
  }

  /** The same as a state vector. */
  get vector(): Uint8Array {
    return encodeStateVector(new Map(this.#clocks))
  }

  /** What the server won't take and is still in the document. */
  get refused(): Ranges {
    const refused = new Ranges()
    for (const struct of this.#refusedStructs()) {
      refused.add(struct.id.client, struct.id.clock, endOf(struct))
    }
    return refused
  }

  /** Takes what the server had when the document was last open, unless it has said more by now. */
  remember(vector: Uint8Array): void {
    if (this.#hasClocks) return
    this.#clocks = decodeStateVector(vector)
    this.#hasClocks = true
  }

  /**
   * The state vector to ask it with. What isn't known to be there is asked for, so that somebody
   * else's contents under the same clocks are noticed.
   */
  question(): Uint8Array {
    this.#toldSince = []
    const own = decodeStateVector(encodeStateVector(this.#doc))
    if (!this.#hasClocks) return encodeStateVector(own)
    const clocks = new Map<number, number>()
    for (const [client, clock] of own) {
      const known = Math.min(clock, this.#clocks.get(client) ?? 0)
      if (known > 0) clocks.set(client, known)
    }
    return encodeStateVector(clocks)
  }

  /**
   * From where on the server has other contents than the document, by client id. Nothing, unless
   * somebody else has used the same clocks. Before contents that differ, those are taken for
   * different as well that are deleted there and not known any more.
   */
  conflicts({ structs }: Pick<Read, 'structs'>): Map<number, number> {
    const doubts = new Map<number, number>()
    const conflicts = new Set<number>()
    for (const [ours, theirs] of this.#overlaps(structs)) {
      const { client, clock } = ours.id
      const likeness = compare(ours, theirs)
      if (likeness === 'same') continue
      doubts.set(client, Math.min(clock, doubts.get(client) ?? clock))
      if (likeness === 'different') conflicts.add(client)
    }
    return new Map([...doubts].filter(([client]) => conflicts.has(client)))
  }

  /** What is here and there under the same clocks, beyond what is known to be the same. */
  *#overlaps(structs: readonly Struct[]): Generator<[ours: Struct, theirs: Struct]> {
    for (const theirs of structs) {
      const { client, clock } = theirs.id
      const to = endOf(theirs)
      const from = Math.max(clock, this.#clocks.get(client) ?? 0)
      if (from >= to) continue
      for (const ours of structsFrom(this.#doc, client, from)) {
        const start = ours.id.clock
        if (start >= to) break
        const end = Math.min(to, endOf(ours))
        yield [cut(ours, start, end), cut(theirs, start, end)]
      }
    }
  }

  /** Where the server has one half of a surrogate pair, which can't be made whole there any more. */
  halves(): Map<number, number> {
    const cutThere = [...this.#clocks].filter(([client, clock]) =>
      isWithinPairAt(this.#doc, client, clock),
    )
    return new Map(cutThere.map(([client, clock]) => [client, clock - 1]))
  }

  /** The server told an update, which the document has by now. */
  told(update: Read): void {
    this.#toldSince?.push(update)
    const clocks = new Map(this.#clocks)
    this.#waiting = inOrder([...this.#waiting, ...update.structs], clocks).waiting
    this.#clocks = clocks
    this.#undeleted.removeAll(update.deleted)
  }

  /** The server answered a question; the document has the answer's update by now. */
  answered(clocks: Clocks, update: Read): void {
    this.#isKnown = true
    this.#hasClocks = true
    this.#clocks = clocks
    this.#waiting = update.structs.filter(
      (struct) => endOf(struct) > (clocks.get(struct.id.client) ?? 0),
    )
    this.#undeleted = deletedIn(this.#doc)
    this.#undeleted.removeAll(update.deleted)
    const since = this.#toldSince ?? []
    this.#toldSince = null
    for (const told of since) this.told(told)
  }

  /** The server has all of a part in its place. */
  acknowledged({ ranges, deleted }: Part): void {
    const clocks = new Map(this.#clocks)
    for (const [client, start, end] of ranges) {
      const clock = clocks.get(client) ?? 0
      if (start <= clock) clocks.set(client, Math.max(clock, end))
    }
    this.#clocks = clocks
    this.#undeleted.removeAll(deleted)
  }

  /**
   * Something changed in the document.
   *
   * @param isTold whether it comes from what the server said, and from nothing that waited here
   */
  changed({ deleteSet }: Transaction, isTold: boolean): void {
    // What is deleted by what the server told is deleted there as well.
    const { pendingDs } = this.#doc.store
    const isNew = pendingDs !== this.#waitingDeletions
    this.#waitingDeletions = pendingDs
    if (isTold) return
    this.#undeleted.addAll(Ranges.of(deleteSet))
    if (isNew) this.#undeleted.addAll(waitingDeletions(this.#doc))
  }

  /** The server won't take these. */
  refuse(ranges: Part['ranges']): void {
    for (const range of ranges) this.#refused.add(...range)
  }

  /** Whether the server has refused all of these before. */
  hasRefused(ranges: Part['ranges']): boolean {
    return ranges.every(([client, start]) => this.#refused.has(client, start))
  }

  #refusedStructs(): Struct[] {
    return [...this.#refused].flatMap(([client, start, end]) =>
      structsFrom(this.#doc, client, start)
        .filter((struct) => struct.id.clock < end && !struct.deleted)
        .map((struct) => cut(struct, struct.id.clock, Math.min(end, endOf(struct)))),
    )
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
      const structs = structsFrom(this.#doc, client, this.#clocks.get(client) ?? 0)
      const refused = structs.findIndex((struct) => this.#isRefused(struct))
      const end = refused < 0 ? structs.length : refused
      if (structs.slice(end).some((struct) => !this.#isRefused(struct))) isHeldUp = true
      all.push(...structs.slice(0, end))
    }
    const { placed, waiting } = inOrder(all, new Map(this.#clocks))
    const isHere = ({ id }: Struct) => id.clock < getState(store, id.client)
    return {
      structs: [...placed, ...waiting.filter((struct) => !isHere(struct))],
      deleted: this.#deletedToTell(),
      isBlocked: isHeldUp || waiting.some(isHere),
    }
  }

  #isRefused({ id, deleted }: Struct): boolean {
    return !deleted && this.#refused.has(id.client, id.clock)
  }

  /** What was replaced here by something that the server won't take stays there. */
  #deletedToTell(): Ranges {
    const deleted = new Ranges()
    deleted.addAll(this.#undeleted)
    for (const refused of this.#refusedStructs()) {
      if (!(refused instanceof Item) || refused.parentSub === null) continue
      const { left } = refused
      if (left !== null) deleted.remove(left.id.client, left.id.clock, endOf(left))
    }
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

/** @throws {Error} if it is no update of Yjs 13 */
export function readUpdate(update: Uint8Array): Read {
  const { structs, ds } = decodeUpdate(update)
  return { structs: structs.filter((struct) => isStruct(struct)), deleted: Ranges.of(ds) }
}

function isStruct(struct: Struct | Skip): struct is Struct {
  return !(struct instanceof Skip)
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
