import { ContentType, decodeUpdateV2, type Doc, GC, Item } from 'yjs'
import { disagree, endOf, indexAt } from './disagreement.js'
import { Placement } from './placement.js'
import {
  badUpdate,
  type Id,
  MAX_ROOTS,
  type ReadUpdate,
  type Run,
  runsOf,
  type Struct,
} from './update.js'

/**
 * What may wait in one document for what it depends on. Each update that waits too, and each read,
 * takes Yjs time in proportion to all of it.
 */
const MAX_PENDING_BYTES = 2_097_152
const MAX_PENDING_PIECES = 50_000

/** What a document has that can't be put in place yet. */
interface Pending {
  readonly structs: Uint8Array | undefined
  readonly deletes: Uint8Array | null
  readonly runs: readonly Run[]
  readonly pieces: number
  readonly bytes: number
}

const NOTHING: Pending = { structs: undefined, deletes: null, runs: [], pieces: 0, bytes: 0 }

/** Says whether updates can be taken into a document, without touching it. */
export class Admission {
  #pending = NOTHING

  constructor(private readonly doc: Doc) {}

  /**
   * @returns whether some of the update has to wait for others
   * @throws {Problem} bad-update: `too-deep`, `too-costly`, `clock-taken`, `pending`
   * @see PROTOCOL.md DO13, DO15, DO16
   */
  check(update: ReadUpdate): boolean {
    const pending = this.#pendingNow()
    this.#checkRoots(update.roots)
    if (update.runs.some((run) => this.#isTaken(run, pending))) throw badUpdate('clock-taken')
    const placement = new Placement(this.doc, [...update.runs, ...pending.runs])
    const left = placement.countLeft(update.runs.length) + countDeletesLeft(update, placement)
    if (left === 0) return false
    const isTooMuch =
      pending.bytes + update.bytes > MAX_PENDING_BYTES || pending.pieces + left > MAX_PENDING_PIECES
    if (isTooMuch) throw badUpdate('pending')
    return true
  }

  #checkRoots(roots: ReadonlySet<string>): void {
    const { share } = this.doc
    const more = [...roots].filter((root) => !share.has(root)).length
    if (more > 0 && share.size + more > MAX_ROOTS) throw badUpdate('too-costly')
  }

  /** Whether others have used its clocks: what waits was acknowledged, too. */
  #isTaken({ client, structs }: Run, pending: Pending): boolean {
    const { clock } = structs[0]!.id
    const known = this.doc.store.clients.get(client)
    if (known !== undefined) {
      const from = indexAt(known, clock)
      // Nearly always there is nothing to compare.
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
   * Whether an item goes on where its beginning was collected. That is so where its parent was, and
   * then it is as well; Yjs can't put it anywhere else.
   */
  #isCutShort(structs: readonly Struct[], last: Struct): boolean {
    if (!(last instanceof GC)) return false
    const state = endOf(last)
    const item = structs[indexAt(structs, state)]
    return item instanceof Item && item.id.clock < state && !this.#isGone(item)
  }

  /** Whether what an item is in was collected. */
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

/** Whether something was collected up to the middle of an item that waits. */
function cutShort(waiting: readonly Struct[], structs: readonly Struct[]): boolean {
  return structs.some((struct) => {
    if (!(struct instanceof GC)) return false
    const item = waiting[indexAt(waiting, endOf(struct))]
    return item instanceof Item && item.id.clock < endOf(struct)
  })
}

function readPending(structs: Uint8Array | undefined, deletes: Uint8Array | null): Pending {
  const waiting = structs === undefined ? [] : decodeUpdateV2(structs).structs
  const ranges = deletes === null ? [] : [...decodeUpdateV2(deletes).ds.clients.values()]
  return {
    structs,
    deletes,
    runs: runsOf(waiting),
    pieces: waiting.length + ranges.reduce((sum, { length }) => sum + length, 0),
    bytes: (structs?.byteLength ?? 0) + (deletes?.byteLength ?? 0),
  }
}

function countDeletesLeft({ deletes }: ReadUpdate, placement: Placement): number {
  let left = 0
  for (const [client, ranges] of deletes) {
    const state = placement.stateOf(client)
    left += ranges.filter(({ clock, len }) => clock + len > state).length
  }
  return left
}
