import {
  applyUpdate,
  createDeleteSetFromStructStore,
  createID,
  Doc,
  encodeStateAsUpdate,
  encodeStateVector,
  GC,
  type ID,
  Item,
} from 'yjs'
import { lastIndexUpTo, Ranges } from './ranges.js'
import { beginningOf, type Clocks, cut, endOf, parentOf, type Struct, structAt } from './structs.js'
import { encodeUpdate, type DecodedUpdate, readUpdate } from './update.js'

/** The input of `rebuild()`. */
export interface Rebuilding {
  readonly doc: Doc
  /** Everything that the server has, as an update. */
  readonly server: Uint8Array
  /** The server's state vector. */
  readonly clocks: Clocks
  /** The first clock of each client whose contents need other ids. */
  readonly forks: Clocks
  /** Refused content: it gets separate ids, so that nothing else depends on it. */
  readonly refused: Ranges
}

/** A document of which everything can be sent but what the server refused. */
export interface Rebuilt {
  readonly doc: Doc
  /** The new ids of what the server refused. */
  readonly refused: Ranges
}

/**
 * Makes a document of the server's contents and of what a document has beyond them. Contents whose ids
 * another client has used get new ids, and every reference to them follows:
 *
 *     1  take what the document has beyond the server, from the first fork on
 *     2  cut it at the forks, and where refused contents begin and end
 *     3  move everything from the fork or the first refused struct on to a new client id,
 *        derived from the contents; refused structs to another one
 *     4  translate origins, parents and deletions; a neighbor that was refused is replaced by
 *        its own neighbor on the same side
 *     5  apply the server's update and the translated one to an empty document
 *
 * Nothing is lost or doubled, and two tabs that rebuild the same contents get the same ids.
 *
 * @see PROTOCOL.md CL23, CL46
 */
export function rebuild({ doc, server, clocks, forks, refused }: Rebuilding): Rebuilt {
  const base = new Map(clocks)
  for (const [client, clock] of forks) base.set(client, Math.min(clock, base.get(client) ?? 0))
  const own = readUpdate(encodeStateAsUpdate(doc, encodeStateVector(base)))
  const moves = new Moves(doc, own, forks, refused)
  const rebuilt = emptyLike(doc)
  applyUpdate(rebuilt, server)
  applyUpdate(rebuilt, moves.update())
  return { doc: rebuilt, refused: moves.refused }
}

/** Returns an empty document with the options of another one. */
export function emptyLike(doc: Doc): Doc {
  const { guid, collectionid, gc, gcFilter, meta, autoLoad, shouldLoad } = doc
  return new Doc({ guid, collectionid, gc, gcFilter, meta, autoLoad, shouldLoad })
}

/** A range of one client's clocks, and the ids that it moves to. */
interface Move {
  readonly start: number
  readonly end: number
  readonly client: number
  readonly clock: number
  /** The item, if the server refused it. */
  readonly refused: Item | null
}

/** A new client id, and its next clock. */
interface Target {
  readonly client: number
  clock: number
}

/** The place of an item in the document. */
interface Place {
  readonly parent: Item['parent']
  readonly parentSub: string | null
}

/** The moves of one client's clocks, in order. */
class ClientMoves {
  readonly all: Move[] = []
  #moved: Target | null = null
  #refused: Target | null = null

  add(struct: Struct, isRefused: boolean): Move {
    const target = isRefused
      ? (this.#refused ??= { client: newClient(struct, true), clock: 0 })
      : (this.#moved ??= { client: newClient(struct, false), clock: 0 })
    const move: Move = {
      start: struct.id.clock,
      end: endOf(struct),
      ...target,
      refused: isRefused ? (struct as Item) : null,
    }
    target.clock += struct.length
    this.all.push(move)
    return move
  }

  find(clock: number): Move | undefined {
    const move = this.all[this.#indexOf(clock)]
    return move !== undefined && clock < move.end ? move : undefined
  }

  /** Yields the moves that overlap a range. */
  *within(start: number, end: number): Generator<Move> {
    for (let at = Math.max(0, this.#indexOf(start)); at < this.all.length; at++) {
      const move = this.all[at]!
      if (move.start >= end) return
      if (move.end > start) yield move
    }
  }

  #indexOf(clock: number): number {
    return lastIndexUpTo(this.all, clock, ({ start }) => start)
  }
}

/** All moves of a rebuild, and the update with the new ids. */
class Moves {
  readonly refused = new Ranges()
  readonly #doc: Doc
  readonly #own: DecodedUpdate
  readonly #roots: ReadonlyMap<unknown, string>
  readonly #moves = new Map<number, ClientMoves>()
  readonly #structs: readonly Struct[]

  constructor(doc: Doc, own: DecodedUpdate, forks: Clocks, refused: Ranges) {
    this.#doc = doc
    this.#own = own
    this.#roots = new Map([...doc.share].map(([name, type]) => [type, name]))
    this.#structs = own.structs.flatMap((struct) => cutAt(struct, forks, refused))
    const first = new Map(forks)
    for (const { id } of this.#structs) {
      if (!refused.has(id.client, id.clock)) continue
      first.set(id.client, Math.min(id.clock, first.get(id.client) ?? id.clock))
    }
    for (const struct of this.#structs) {
      const from = first.get(struct.id.client)
      if (from !== undefined && struct.id.clock >= from) this.#move(struct, refused)
    }
  }

  /** Returns what the server lacks, with the new ids. */
  update(): Uint8Array {
    return encodeUpdate(
      this.#structs.map((struct) => this.#moved(struct)),
      this.#deleted(),
    )
  }

  #move(struct: Struct, refused: Ranges): void {
    const { client, clock } = struct.id
    const moves = this.#moves.get(client) ?? new ClientMoves()
    this.#moves.set(client, moves)
    const isRefused = refused.has(client, clock) && struct instanceof Item
    const move = moves.add(struct, isRefused)
    if (isRefused) this.refused.add(move.client, move.clock, move.clock + struct.length)
  }

  #moveOf({ client, clock }: ID): Move | undefined {
    return this.#moves.get(client)?.find(clock)
  }

  #newId(id: ID): ID {
    const move = this.#moveOf(id)
    return move === undefined ? id : createID(move.client, move.clock + id.clock - move.start)
  }

  /** Returns the new id of a neighbor; in place of a refused one, its own neighbor on the same side. */
  #neighbor(id: ID | null, side: 'origin' | 'rightOrigin', isBound: boolean): ID | null {
    for (let next = id; next !== null;) {
      const refused = this.#moveOf(next)?.refused ?? null
      if (refused === null || isBound) return this.#newId(next)
      next = refused[side]
    }
    return null
  }

  #moved(struct: Struct): Struct {
    const id = this.#newId(struct.id)
    if (!(struct instanceof Item)) return new GC(id, struct.length)
    const isRefused = this.#moveOf(struct.id)?.refused === struct
    const { parent, parentSub } = this.#placeOf(struct)
    // A pending item has only its neighbors to tell where it belongs.
    const isBound = isRefused || parent === null
    const origin = this.#neighbor(struct.origin, 'origin', isBound)
    const rightOrigin = this.#neighbor(struct.rightOrigin, 'rightOrigin', isBound)
    return new Item(id, null, origin, null, rightOrigin, parent, parentSub, struct.content)
  }

  /** Returns an item's place from the document: a decoded item with neighbors has no parent. */
  #placeOf(struct: Item): Place {
    const item = structAt(this.#doc, struct.id) ?? struct
    if (!(item instanceof Item) || item.parent === null) return struct
    const { parentSub } = item
    const parent = parentOf(item)
    if (parent !== null) return { parent: this.#newId(parent), parentSub }
    // A root type is encoded by its name.
    const root = this.#roots.get(item.parent) ?? item.parent
    return { parent: root as Item['parent'], parentSub }
  }

  #deleted(): Ranges {
    const all = Ranges.of(createDeleteSetFromStructStore(this.#doc.store))
    all.addAll(this.#own.deleted)
    const deleted = new Ranges()
    for (const [client, start, end] of all) {
      const moves = this.#moves.get(client)
      // From the first move on, the old ids belong to another client.
      deleted.add(client, start, Math.min(end, moves?.all[0]!.start ?? end))
      for (const move of moves?.within(start, end) ?? []) {
        const [from, to] = [Math.max(start, move.start), Math.min(end, move.end)]
        deleted.add(move.client, move.clock + from - move.start, move.clock + to - move.start)
      }
    }
    deleted.removeAll(this.#replaced())
    return deleted
  }

  /** Returns map entries that a refused one replaced: they aren't deleted for others. */
  #replaced(): Ranges {
    const replaced = new Ranges()
    for (const { refused } of [...this.#moves.values()].flatMap(({ all }) => all)) {
      if (refused === null || refused.origin === null) continue
      if (this.#placeOf(refused).parentSub === null) continue
      const { client, clock } = this.#newId(refused.origin)
      replaced.add(client, clock, clock + 1)
    }
    return replaced
  }
}

/** Cuts a struct at its client's fork, which the server may be short of, and where refused contents begin and end. */
function cutAt(struct: Struct, forks: Clocks, refused: Ranges): Struct[] {
  const { client, clock } = struct.id
  const end = endOf(struct)
  const inside = [forks.get(client) ?? clock, ...refused.within(client, clock, end).flat()]
    .filter((at) => clock < at && at < end)
    .toSorted((a, b) => a - b)
  const cuts = [clock, ...inside, end]
  return cuts.slice(1).map((to, index) => cut(struct, cuts[index]!, to))
}

const FNV_BASIS = 0x811c9dc5
const FNV_PRIME = 0x01000193

/**
 * Returns a client id that depends on the contents only, so that two tabs that rebuild the same contents
 * get the same one. Only the beginning of the struct counts, as a tab that typed more has a longer one.
 */
function newClient(struct: Struct, isRefused: boolean): number {
  const { client, clock } = struct.id
  const name = new TextEncoder().encode(`${client} ${clock} ${isRefused} `)
  return beginningOf(struct).reduce(hashed, name.reduce(hashed, FNV_BASIS)) >>> 0
}

function hashed(sum: number, byte: number): number {
  return Math.imul(sum ^ byte, FNV_PRIME)
}
