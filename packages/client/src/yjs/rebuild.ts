import {
  applyUpdate,
  createDeleteSetFromStructStore,
  createID,
  Doc,
  encodeStateAsUpdate,
  encodeStateVector,
  findIndexSS,
  findRootTypeKey,
  type ID,
  Item,
  GC,
} from 'yjs'
import { Ranges } from './ranges.js'
import { type Read, readUpdate } from './server-copy.js'
import { type Clocks, cut, encodeUpdate, endOf, parentOf, type Struct } from './structs.js'

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
 * @see PROTOCOL.md CL23
 */
export function rebuild({ doc, server, clocks, taken, refused }: Rebuilding): Rebuilt {
  const base = new Map(clocks)
  for (const [client, clock] of taken) base.set(client, Math.min(clock, base.get(client) ?? 0))
  const own = readUpdate(encodeStateAsUpdate(doc, encodeStateVector(base)))
  const moves = new Moves(doc, own, taken, refused)
  const rebuilt = new Doc({ guid: doc.guid, gc: doc.gc, gcFilter: doc.gcFilter, meta: doc.meta })
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

class Moves {
  readonly refused = new Ranges()
  readonly #doc: Doc
  readonly #own: Read
  readonly #moves = new Map<number, Move[]>()
  readonly #structs: readonly Struct[]

  constructor(doc: Doc, own: Read, taken: Clocks, refused: Ranges) {
    this.#doc = doc
    this.#own = own
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
    const moves = this.#moves.get(client) ?? []
    this.#moves.set(client, moves)
    const isRefused = refused.has(client, clock) && struct instanceof Item
    const before = moves.filter((move) => (move.refused !== null) === isRefused)
    const first = before[0]
    const to = first?.client ?? newClient(struct, isRefused)
    const at = before.reduce((sum, { start, end }) => sum + end - start, 0)
    const end = endOf(struct)
    moves.push({ start: clock, end, client: to, clock: at, refused: isRefused ? struct : null })
    if (isRefused) this.refused.add(to, at, at + struct.length)
  }

  #moveOf({ client, clock }: ID): Move | undefined {
    return this.#moves.get(client)?.find(({ start, end }) => start <= clock && clock < end)
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
    return new Item(id, null, origin, null, rightOrigin, parent as never, parentSub, struct.content)
  }

  /** What one reads of an item has no parent where its neighbors say it; the document knows. */
  #placeOf(struct: Item): { parent: ID | string | null; parentSub: string | null } {
    const { client, clock } = struct.id
    const structs = this.#doc.store.clients.get(client) ?? []
    const isHere = structs.length > 0 && endOf(structs.at(-1)!) > clock
    const item = isHere ? structs[findIndexSS(structs, clock)]! : struct
    if (!(item instanceof Item) || item.parent === null) return struct as never
    const parent = parentOf(item)
    if (parent !== null) return { parent: this.#newId(parent), parentSub: item.parentSub }
    const root =
      typeof item.parent === 'string' ? item.parent : findRootTypeKey(item.parent as never)
    return { parent: root, parentSub: item.parentSub }
  }

  #deleted(): Ranges {
    const all = Ranges.of(createDeleteSetFromStructStore(this.#doc.store))
    all.addAll(this.#own.deleted)
    const deleted = new Ranges()
    for (const [client, start, end] of all) {
      const moves = this.#moves.get(client) ?? []
      // From the first move on the client id is somebody else's.
      deleted.add(client, start, Math.min(end, moves[0]?.start ?? end))
      for (const move of moves) {
        const [from, to] = [Math.max(start, move.start), Math.min(end, move.end)]
        deleted.add(move.client, move.clock + from - move.start, move.clock + to - move.start)
      }
    }
    this.#keepReplaced(deleted)
    return deleted
  }

  /** What was replaced by something that the server won't take isn't deleted for anybody else. */
  #keepReplaced(deleted: Ranges): void {
    for (const { refused } of [...this.#moves.values()].flat()) {
      if (refused === null || refused.origin === null) continue
      if (this.#placeOf(refused).parentSub === null) continue
      const { client, clock } = this.#newId(refused.origin)
      deleted.remove(client, clock, clock + 1)
    }
  }
}

function cutAt(struct: Struct, ranges: Ranges): Struct[] {
  const { client, clock } = struct.id
  const end = endOf(struct)
  const inside = (ranges.clients.get(client) ?? []).flat().filter((at) => clock < at && at < end)
  const cuts = [clock, ...inside, end]
  return cuts.slice(1).map((to, index) => cut(struct, cuts[index]!, to))
}

/** The same for the same contents, so that two tabs that rebuild the same have the same. */
function newClient({ id, ...struct }: Struct, isRefused: boolean): number {
  const content = 'content' in struct ? JSON.stringify(struct.content).slice(0, 9) : ''
  let hash = 0x811c9dc5
  for (const character of `${id.client} ${id.clock} ${isRefused} ${content}`) {
    hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193)
  }
  return hash >>> 0
}
