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
import { encodeUpdate, type Read, readUpdate } from './update.js'

/** What a document is rebuilt from. */
export interface Rebuilding {
  readonly doc: Doc
  /** All that the server has. */
  readonly server: Uint8Array
  /** How far that goes without a gap. */
  readonly clocks: Clocks
  /** From where on contents of the document need other ids, by client id. */
  readonly taken: Clocks
  /** What the server won't take: it gets ids of its own, so that nothing else has to wait for it. */
  readonly refused: Ranges
}

/** A document in which everything can be sent that the server takes. */
export interface Rebuilt {
  readonly doc: Doc
  /** Where that is now which the server won't take. */
  readonly refused: Ranges
}

/**
 * Makes a document of what the server has and of what another document has beyond that, whose
 * contents under ids that somebody else has used by now get new ones. Nothing is lost, nothing is
 * there twice, and whoever rebuilds from the same gets the same ids.
 *
 * @see PROTOCOL.md CL23, CL46
 */
export function rebuild({ doc, server, clocks, taken, refused }: Rebuilding): Rebuilt {
  const base = new Map(clocks)
  for (const [client, clock] of taken) base.set(client, Math.min(clock, base.get(client) ?? 0))
  const own = readUpdate(encodeStateAsUpdate(doc, encodeStateVector(base)))
  const moves = new Moves(doc, own, taken, refused)
  const { guid, collectionid, gc, gcFilter, meta, autoLoad, shouldLoad } = doc
  const rebuilt = new Doc({ guid, collectionid, gc, gcFilter, meta, autoLoad, shouldLoad })
  applyUpdate(rebuilt, server)
  applyUpdate(rebuilt, moves.update())
  return { doc: rebuilt, refused: moves.refused }
}

/** Where clocks of a client go. */
interface Move {
  readonly start: number
  readonly end: number
  readonly client: number
  readonly clock: number
  /** What the server won't take; `null` for what it takes. */
  readonly refused: Item | null
}

/** A client id that clocks go to, and the next clock of it. */
interface Target {
  readonly client: number
  clock: number
}

/** Where an item is in the document. */
interface Place {
  readonly parent: Item['parent']
  readonly parentSub: string | null
}

/** The moves of one client id, in the order of its clocks. */
class ClientMoves {
  readonly all: Move[] = []
  #taken: Target | null = null
  #refused: Target | null = null

  add(struct: Struct, isRefused: boolean): Move {
    const target = isRefused
      ? (this.#refused ??= { client: newClient(struct, true), clock: 0 })
      : (this.#taken ??= { client: newClient(struct, false), clock: 0 })
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

  /** All that have clocks of a range. */
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

class Moves {
  readonly refused = new Ranges()
  readonly #doc: Doc
  readonly #own: Read
  readonly #roots: ReadonlyMap<unknown, string>
  readonly #moves = new Map<number, ClientMoves>()
  readonly #structs: readonly Struct[]

  constructor(doc: Doc, own: Read, taken: Clocks, refused: Ranges) {
    this.#doc = doc
    this.#own = own
    this.#roots = new Map([...doc.share].map(([name, type]) => [type, name]))
    this.#structs = own.structs.flatMap((struct) => cutAt(struct, refused))
    const first = new Map(taken)
    for (const { id } of this.#structs) {
      if (!refused.has(id.client, id.clock)) continue
      first.set(id.client, Math.min(id.clock, first.get(id.client) ?? id.clock))
    }
    for (const struct of this.#structs) {
      const from = first.get(struct.id.client)
      if (from !== undefined && struct.id.clock >= from) this.#move(struct, refused)
    }
  }

  /** What goes beyond what the server has, under the ids that it has from now on. */
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

  /** Beside what the server won't take stands for it what is next to it on the same side. */
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
    // What isn't in its place yet has nothing but its neighbors to say where it belongs.
    const isBound = isRefused || parent === null
    const origin = this.#neighbor(struct.origin, 'origin', isBound)
    const rightOrigin = this.#neighbor(struct.rightOrigin, 'rightOrigin', isBound)
    return new Item(id, null, origin, null, rightOrigin, parent, parentSub, struct.content)
  }

  /** What one reads of an item has no parent where its neighbors say it; the document knows. */
  #placeOf(struct: Item): Place {
    const item = structAt(this.#doc, struct.id) ?? struct
    if (!(item instanceof Item) || item.parent === null) return struct
    const { parentSub } = item
    const parent = parentOf(item)
    if (parent !== null) return { parent: this.#newId(parent), parentSub }
    // The name of a root is written where a type would be.
    const root = this.#roots.get(item.parent) ?? item.parent
    return { parent: root as Item['parent'], parentSub }
  }

  #deleted(): Ranges {
    const all = Ranges.of(createDeleteSetFromStructStore(this.#doc.store))
    all.addAll(this.#own.deleted)
    const deleted = new Ranges()
    for (const [client, start, end] of all) {
      const moves = this.#moves.get(client)
      // From the first move on the client id is somebody else's.
      deleted.add(client, start, Math.min(end, moves?.all[0]!.start ?? end))
      for (const move of moves?.within(start, end) ?? []) {
        const [from, to] = [Math.max(start, move.start), Math.min(end, move.end)]
        deleted.add(move.client, move.clock + from - move.start, move.clock + to - move.start)
      }
    }
    deleted.removeAll(this.#replaced())
    return deleted
  }

  /** What was replaced by something that the server won't take isn't deleted for anybody else. */
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

function cutAt(struct: Struct, ranges: Ranges): Struct[] {
  const { client, clock } = struct.id
  const end = endOf(struct)
  const inside = ranges
    .within(client, clock, end)
    .flat()
    .filter((at) => clock < at && at < end)
  const cuts = [clock, ...inside, end]
  return cuts.slice(1).map((to, index) => cut(struct, cuts[index]!, to))
}

const FNV_BASIS = 0x811c9dc5
const FNV_PRIME = 0x01000193

/**
 * The same for the same contents, so that two tabs that rebuild the same have the same. A struct
 * goes on in the tab that has typed more: only what it begins with counts.
 */
function newClient(struct: Struct, isRefused: boolean): number {
  const { client, clock } = struct.id
  const name = new TextEncoder().encode(`${client} ${clock} ${isRefused} `)
  return beginningOf(struct).reduce(hashed, name.reduce(hashed, FNV_BASIS)) >>> 0
}

function hashed(sum: number, byte: number): number {
  return Math.imul(sum ^ byte, FNV_PRIME)
}
