import { AbstractType, ContentType, type Doc, getState, Item, Skip } from 'yjs'
import { endOf, indexAt } from './disagreement.js'
import { badUpdate, type Id, MAX_DEPTH, type Run, type Struct } from './update.js'

/** A run on its way into the document. */
interface Placing {
  readonly run: Run
  /** The number of its structs that are in place. */
  placed: number
  /** The nesting depth of the types that contain those structs. */
  readonly levels: number[]
}

/**
 * Predicts which structs Yjs will integrate, without changing the document. A struct has to follow its
 * predecessor, neighbours and parent, which may be in the document or in another run.
 *
 * It visits structs in the order of their dependencies, without recursion. Structs in a cycle are
 * never reached.
 */
export class Placement {
  readonly #doc: Doc
  readonly #states = new Map<number, number>()
  readonly #placings: readonly Placing[]
  readonly #byClient = new Map<number, Placing[]>()
  /** The runs that wait for a client to reach a clock. */
  readonly #waiting = new Map<number, { readonly placing: Placing; readonly clock: number }[]>()
  /** Whether to compute levels, which are needed only if there are types that could be too deep. */
  readonly #hasTypes: boolean

  /**
   * @param runs of the update, followed by those that are already pending
   * @throws {Problem} bad-update: `too-deep`
   */
  constructor(doc: Doc, runs: readonly Run[]) {
    this.#doc = doc
    this.#placings = runs.map((run) => ({ run, placed: 0, levels: [] }))
    this.#hasTypes = runs.some(({ structs }) => structs.some(isType))
    if (this.#hasTypes) for (const placing of this.#placings) this.#index(placing)
    for (const placing of this.#placings) this.#place(placing)
  }

  /** Returns the clock that a client will have reached. */
  stateOf(client: number): number {
    return this.#states.get(client) ?? getState(this.#doc.store, client)
  }

  /** Returns the parts of the first runs that will be pending. */
  leftOf(runs: number): Run[] {
    return this.#placings
      .slice(0, runs)
      .filter(({ run, placed }) => placed < run.structs.length)
      .map(({ run, placed }) => ({ client: run.client, structs: run.structs.slice(placed) }))
  }

  #index(placing: Placing): void {
    const { client } = placing.run
    const known = this.#byClient.get(client)
    if (known === undefined) this.#byClient.set(client, [placing])
    else known.push(placing)
  }

  #place(first: Placing): void {
    const ready = [first]
    for (let placing = ready.pop(); placing !== undefined; placing = ready.pop()) {
      this.#advance(placing)
      ready.push(...this.#awake(placing.run.client))
    }
  }

  #advance(placing: Placing): void {
    const { client, structs } = placing.run
    for (; placing.placed < structs.length; placing.placed++) {
      const struct = structs[placing.placed]!
      if (this.#hasTypes) placing.levels.push(0)
      if (struct instanceof Skip) continue
      const missing = this.#missingOf(struct)
      if (missing !== undefined) {
        if (this.#hasTypes) placing.levels.pop()
        this.#wait(placing, missing)
        return
      }
      if (this.#hasTypes) placing.levels[placing.placed] = this.#levelOf(struct)
      if (endOf(struct) > this.stateOf(client)) this.#states.set(client, endOf(struct))
    }
  }

  #wait(placing: Placing, { client, clock }: Id): void {
    const waiting = this.#waiting.get(client)
    if (waiting === undefined) this.#waiting.set(client, [{ placing, clock }])
    else waiting.push({ placing, clock })
  }

  #awake(client: number): Placing[] {
    const waiting = this.#waiting.get(client)
    if (waiting === undefined) return []
    const state = this.stateOf(client)
    const still = waiting.filter(({ clock }) => clock >= state)
    this.#waiting.set(client, still)
    return waiting.filter(({ clock }) => clock < state).map(({ placing }) => placing)
  }

  /** Returns the first dependency of a struct that isn't in place. */
  #missingOf(struct: Struct): Id | undefined {
    const { client, clock } = struct.id
    if (clock > this.stateOf(client)) return { client, clock: clock - 1 }
    if (!(struct instanceof Item)) return undefined
    return [struct.origin, struct.rightOrigin, parentId(struct)].find(
      (id) => id !== null && id.clock >= this.stateOf(id.client),
    ) as Id | undefined
  }

  /**
   * Returns the nesting depth of the type that contains a struct; 0 for a root.
   *
   * @throws {Problem} bad-update: `too-deep`
   */
  #levelOf(struct: Struct): number {
    if (!(struct instanceof Item)) return 0
    const parent = parentId(struct)
    const neighbour = struct.origin ?? struct.rightOrigin
    let level = 0
    if (neighbour !== null) level = this.#levelAt(neighbour)
    else if (parent !== null) level = this.#levelAt(parent) + 1
    if (isType(struct) && level >= MAX_DEPTH) throw badUpdate('too-deep')
    return level
  }

  /** Returns the level of a struct that is in place, in the document or in a run. */
  #levelAt({ client, clock }: Id): number {
    const structs = this.#doc.store.clients.get(client) ?? []
    if (clock < getState(this.#doc.store, client)) return levelIn(structs[indexAt(structs, clock)]!)
    for (const { run, levels } of this.#byClient.get(client) ?? []) {
      const index = indexAt(run.structs, clock)
      const isThere = index < levels.length && run.structs[index]!.id.clock <= clock
      if (isThere && !(run.structs[index] instanceof Skip)) return levels[index]!
    }
    return 0
  }
}

function isType(struct: Struct): boolean {
  return struct instanceof Item && struct.content instanceof ContentType
}

function parentId({ parent }: Item): Id | null {
  return typeof parent === 'string' || parent instanceof AbstractType ? null : parent
}

/** Returns the level of a struct that is in the document. */
function levelIn(struct: Struct): number {
  let level = 0
  let parent: unknown = struct instanceof Item ? struct.parent : null
  while (parent instanceof AbstractType && parent._item !== null) {
    level += 1
    parent = parent._item.parent
  }
  return level
}
