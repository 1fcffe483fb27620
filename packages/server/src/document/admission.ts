import { Problem } from '@whereabouts/protocol'
import {
  ContentType,
  decodeUpdateV2,
  type Doc,
  GC,
  getState,
  Item,
  Skip,
  UpdateEncoderV1,
} from 'yjs'
import { disagree, endOf, indexAt } from './disagreement.js'
import { ListOrder, type Neighbours, neighboursIn } from './list-order.js'
import { Placement } from './placement.js'
import {
  MAX_FORMAT_COPIES,
  MAX_PIECES,
  MAX_ROOT_SEARCHES,
  ReadingCost,
  type ReadingCount,
} from './reading-cost.js'
import {
  badUpdate,
  type Id,
  MAX_ROOTS,
  MAX_SUBDOCUMENTS,
  type ReadUpdate,
  rootsOf,
  type Run,
  isSubdocument,
  runsOf,
  type Struct,
} from './update.js'

/**
 * The limits of what may be pending in one document. Each further pending update, and each read,
 * takes Yjs time in proportion to all of it, and to the square of the clients. Clients post in
 * order, so little is ever pending.
 */
const MAX_PENDING_BYTES = 262_144
const MAX_PENDING_PIECES = 2_000
const MAX_PENDING_CLIENTS = 200
/** The maximum size of an encoded deleted range. */
const RANGE_BYTES = 16
/** The maximum number of clients in one document; each update takes Yjs 6 ms for this many. */
const MAX_CLIENTS = 25_000
/** From here on, new clients of a document need to be granted. */
const CROWDED_CLIENTS = 12_500

/** The part of a document that can't be integrated yet. */
interface Pending {
  readonly structs: Uint8Array | undefined
  readonly deletes: Uint8Array | null
  readonly runs: readonly Run[]
  readonly clients: ReadonlySet<number>
  readonly roots: ReadonlySet<string>
  readonly subdocuments: number
  readonly pieces: number
  readonly bytes: number
}

/** What an update would add to a document with many clients, for which more have to be granted. */
export class CrowdedDocument extends Error {
  /** @param clients how many new ones the update has */
  constructor(readonly clients: number) {
    super('the document has many clients')
  }
}

/** Deleted ranges of a client that can't be applied yet. */
interface DeletesLeft {
  readonly client: number
  readonly ranges: number
}

/** What is known of an update that may be applied. */
export interface Admitted {
  /** Whether a part of it has to wait for other updates. */
  readonly isPending: boolean
  /** The neighbours whose order can't be told before it is applied. */
  readonly unordered: readonly Neighbours[]
}

/** Checks whether updates can be added to a document, without changing it. */
export class Admission {
  #pending = readPending(undefined, null)
  readonly #readingCost: ReadingCost

  /** @param doc an empty document */
  constructor(private readonly doc: Doc) {
    this.#readingCost = new ReadingCost(doc)
  }

  /** The estimated memory of the document's values, in addition to their bytes in the store. */
  get valuesBytes(): number {
    return this.#readingCost.valuesBytes
  }

  /**
   * @param grantedClients how many clients it may add once the document has many
   * @throws {Problem} bad-update: all reasons; document-full
   * @throws {CrowdedDocument} if more clients have to be granted
   * @see PROTOCOL.md DO13, DO15, DO16, DO23, DO28, DO63, DO66, DO67
   */
  check(update: ReadUpdate, grantedClients = Infinity): Admitted {
    const pending = this.#pendingNow()
    const roots = this.#checkRoots(update.roots, pending)
    this.#checkClients(update.runs, pending, grantedClients)
    this.#checkSubdocuments(update.subdocuments, pending)
    this.#checkReadingCost([...update.runs, ...pending.runs], roots)
    if (this.disagrees(update)) throw badUpdate('clock-taken')
    const placement = new Placement(this.doc, [...update.runs, ...pending.runs])
    const left = placement.leftOf(update.runs.length)
    const deletes = deletesLeft(update, placement)
    // Yjs doesn't look at once at what waited already.
    const alone = pending.runs.length === 0 ? left : leftAlone(this.doc, update)
    const later = alone.map((run) => withoutKnown(run, pending))
    if (later.some(hasRightNeighbour)) throw badUpdate('pending')
    const unordered = this.#checkOrder(update.runs)
    if (left.length === 0 && deletes.length === 0) return { isPending: false, unordered }
    checkPending(
      pending,
      left.map((run) => withoutKnown(run, pending)),
      deletes,
    )
    return { isPending: true, unordered }
  }

  /** Returns whether the document has other content at clocks of the update. @see PROTOCOL.md DO15 */
  disagrees({ runs }: ReadUpdate): boolean {
    const pending = this.#pendingNow()
    return runs.some((run) => this.#isTaken(run, pending))
  }

  /**
   * Checks the order of neighbours that are in the document.
   *
   * @returns those that come with the update
   * @throws {Problem} bad-update: `malformed`, `pending`
   */
  #checkOrder(runs: readonly Run[]): readonly Neighbours[] {
    const order = new ListOrder(this.doc)
    return neighboursIn(runs, this.doc).filter((neighbours) => {
      if (!order.hasAll(neighbours)) return true
      if (order.isInOrder(neighbours)) return false
      // The rest of a deletion may be on its way.
      throw badUpdate(order.isHalfGone(neighbours) ? 'pending' : 'malformed')
    })
  }

  /** @returns how many roots the document would have */
  #checkRoots(roots: ReadonlySet<string>, pending: Pending): number {
    const { share } = this.doc
    const isNew = (root: string) => !share.has(root)
    const more = [...roots].filter((root) => isNew(root) && !pending.roots.has(root)).length
    if (more > MAX_ROOTS) throw badUpdate('too-costly')
    const waiting = [...pending.roots].filter(isNew).length
    const all = share.size + waiting + more
    if (more > 0 && all > MAX_ROOTS) throw full('roots', MAX_ROOTS)
    return all
  }

  #checkClients(runs: readonly Run[], pending: Pending, granted: number): void {
    const { clients } = this.doc.store
    const isNew = (client: number) => !clients.has(client)
    const more = runs.filter(({ client }) => isNew(client) && !pending.clients.has(client)).length
    const waiting = [...pending.clients].filter(isNew).length
    const all = clients.size + waiting + more
    if (more > 0 && all > MAX_CLIENTS) throw full('clients', MAX_CLIENTS)
    // What a document begins with is its author's own.
    const isFirst = all === more
    if (!isFirst && more > granted && all > CROWDED_CLIENTS) throw new CrowdedDocument(more)
  }

  #checkSubdocuments(subdocuments: readonly Id[], pending: Pending): void {
    const { store, subdocs } = this.doc
    const more = subdocuments.filter(
      (id) => id.clock >= getState(store, id.client) && !pending.runs.some((run) => has(run, id)),
    ).length
    const all = subdocs.size + pending.subdocuments + more
    if (more > 0 && all > MAX_SUBDOCUMENTS) throw full('subdocuments', MAX_SUBDOCUMENTS)
  }

  #checkReadingCost(runs: readonly Run[], roots: number): void {
    if (excess(this.#readingCost.with(runs), roots) === undefined) return
    this.#readingCost.recount()
    const refusal = excess(this.#readingCost.with(runs), roots)
    if (refusal !== undefined) throw refusal
  }

  /**
   * Returns whether others have used the clocks of a run; pending updates count, since they were
   * acknowledged.
   */
  #isTaken({ client, structs }: Run, pending: Pending): boolean {
    const { clock } = structs[0]!.id
    const known = this.doc.store.clients.get(client)
    if (known !== undefined) {
      const from = indexAt(known, clock)
      // Most updates don't overlap with known structs, so this is rarely reached.
      if (from < known.length && disagree(structs, known.slice(from), this.doc)) return true
      if (this.#isCutShort(structs, known.at(-1)!)) return true
    }
    return pending.runs.some(
      (run) =>
        run.client === client &&
        (disagree(structs, run.structs, this.doc) || cutShort(run.structs, structs)),
    )
  }

  /**
   * Returns whether an item continues one whose beginning was garbage-collected, while its parent
   * wasn't. Yjs can't integrate such an item.
   */
  #isCutShort(structs: readonly Struct[], last: Struct): boolean {
    if (!(last instanceof GC)) return false
    const state = endOf(last)
    const item = structs[indexAt(structs, state)]
    return item instanceof Item && item.id.clock < state && !this.#isGone(item)
  }

  /** Returns whether the parent of an item was garbage-collected. */
  #isGone({ origin, rightOrigin, parent }: Item): boolean {
    if (typeof parent === 'string') return false
    const id = origin ?? rightOrigin ?? (parent as Id | null)
    const known = id === null ? undefined : this.doc.store.clients.get(id.client)
    const struct = id === null ? undefined : known?.[indexAt(known, id.clock)]
    if (struct === undefined) return false
    const isNeighbour = origin !== null || rightOrigin !== null
    return !(struct instanceof Item && (isNeighbour || struct.content instanceof ContentType))
  }

  #pendingNow(): Pending {
    const { pendingStructs, pendingDs } = this.doc.store
    const structs = pendingStructs?.update
    if (structs !== this.#pending.structs || pendingDs !== this.#pending.deletes) {
      this.#pending = readPending(structs, pendingDs)
    }
    return this.#pending
  }
}

/**
 * Returns the problem of a document that would take readers too much work; `undefined` if there is
 * none.
 */
function excess(count: ReadingCount, roots: number): Problem | undefined {
  const { structs, pieces, unanchored, formats } = count
  if (pieces > MAX_PIECES) return full('pieces', MAX_PIECES)
  if (unanchored * roots > MAX_ROOT_SEARCHES) return full('root-searches', MAX_ROOT_SEARCHES)
  if (structs * formats > MAX_FORMAT_COPIES) return full('format-copies', MAX_FORMAT_COPIES)
  return undefined
}

/** Returns the problem of an update that only a smaller document could take. */
function full(what: keyof typeof COUNTED, limit: number): Problem {
  return new Problem(
    'document-full',
    `The document has reached its limit of ${limit} ${COUNTED[what]}. Continue in another room.`,
    { limit, of: what },
  )
}

const COUNTED = {
  clients: 'client ids',
  roots: 'root types',
  subdocuments: 'subdocuments',
  pieces: 'structs, and objects, arrays and bytes in values',
  'root-searches': 'root searches (structs in root types times root types)',
  'format-copies': 'format copies (structs times names of formats)',
}

/** Returns whether a pending item's beginning was garbage-collected. */
function cutShort(waiting: readonly Struct[], structs: readonly Struct[]): boolean {
  return structs.some((struct) => {
    if (!(struct instanceof GC)) return false
    const item = waiting[indexAt(waiting, endOf(struct))]
    return item instanceof Item && item.id.clock < endOf(struct)
  })
}

function readPending(structs: Uint8Array | undefined, deletes: Uint8Array | null): Pending {
  const waiting = structs === undefined ? [] : decodeUpdateV2(structs).structs
  const ranges = deletes === null ? [] : [...decodeUpdateV2(deletes).ds.clients]
  const runs = runsOf(waiting)
  return {
    structs,
    deletes,
    runs,
    clients: new Set([...runs.map(({ client }) => client), ...ranges.map(([client]) => client)]),
    roots: rootsOf(waiting),
    subdocuments: waiting.filter(isSubdocument).length,
    pieces: waiting.length + ranges.reduce((sum, [, { length }]) => sum + length, 0),
    bytes: (structs?.byteLength ?? 0) + (deletes?.byteLength ?? 0),
  }
}

function deletesLeft({ deletes }: ReadUpdate, placement: Placement): DeletesLeft[] {
  return [...deletes]
    .map(([client, ranges]) => {
      const state = placement.stateOf(client)
      return { client, ranges: ranges.filter(({ clock, len }) => clock + len > state).length }
    })
    .filter(({ ranges }) => ranges > 0)
}

/** @throws {Problem} bad-update: `pending` */
function checkPending(
  pending: Pending,
  runs: readonly Run[],
  deletes: readonly DeletesLeft[],
): void {
  const ranges = deletes.reduce((sum, left) => sum + left.ranges, 0)
  const pieces = runs.reduce((sum, { structs }) => sum + structs.length, ranges)
  if (pieces === 0) return
  const clients = new Set(pending.clients)
  for (const { client } of [...runs, ...deletes]) clients.add(client)
  const isTooMuch =
    clients.size > MAX_PENDING_CLIENTS ||
    pending.pieces + pieces > MAX_PENDING_PIECES ||
    pending.bytes + ranges * RANGE_BYTES + bytesOf(runs) > MAX_PENDING_BYTES
  if (isTooMuch) throw badUpdate('pending')
}

/** Returns what an update couldn't add to a document without what waits already. */
function leftAlone(doc: Doc, { runs }: ReadUpdate): readonly Run[] {
  return new Placement(doc, runs).leftOf(runs.length)
}

/**
 * Returns whether items of a run have a right neighbour. They don't wait, because their order couldn't be
 * told before somebody else brings what they wait for, who would be refused.
 */
function hasRightNeighbour({ structs }: Run): boolean {
  return structs.some((struct) => struct instanceof Item && struct.rightOrigin !== null)
}

/** Returns a run without structs that are already pending. */
function withoutKnown({ client, structs }: Run, pending: Pending): Run {
  const known = pending.runs.find((run) => run.client === client)
  if (known === undefined) return { client, structs }
  const isKnown = (struct: Struct) =>
    has(known, struct.id) && has(known, { client, clock: endOf(struct) - 1 })
  return { client, structs: structs.filter((struct) => !isKnown(struct)) }
}

function has(run: Run, { client, clock }: Id): boolean {
  if (run.client !== client) return false
  const struct = run.structs[indexAt(run.structs, clock)]
  return struct !== undefined && struct.id.clock <= clock && !(struct instanceof Skip)
}

function bytesOf(runs: readonly Run[]): number {
  const encoder = new UpdateEncoderV1()
  for (const { structs } of runs) for (const struct of structs) struct.write(encoder, 0)
  return encoder.toUint8Array().byteLength
}
