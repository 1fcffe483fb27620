import { type AbstractType, type Doc, encodeStateAsUpdate, type GC, Item } from 'yjs'

type Root = AbstractType<unknown>

/** With so few roots, Yjs finds the name of one faster than a table of them is made. */
const FEW_ROOTS = 64

/**
 * Returns what somebody lacks of a document as one update; everything without a state vector.
 *
 * For each struct that stands in a root without a neighbour, Yjs goes through all roots for the root's
 * name. Here such structs carry the name when Yjs writes them, as those of a parsed update do.
 *
 * @see PROTOCOL.md DO27
 */
export function encodeDocument(doc: Doc, stateVector?: Uint8Array): Uint8Array {
  if (doc.share.size <= FEW_ROOTS) return encodeStateAsUpdate(doc, stateVector)
  const names = new Map<unknown, string>()
  for (const [name, root] of doc.share) names.set(root, name)
  const clients = new Map<number, (GC | Item)[]>()
  for (const [client, structs] of doc.store.clients) clients.set(client, withNames(structs, names))
  const store = over(doc.store, { clients })
  return encodeStateAsUpdate(over(doc, { store }), stateVector)
}

function withNames(
  structs: readonly (GC | Item)[],
  names: ReadonlyMap<unknown, string>,
): (GC | Item)[] {
  return structs.map((struct) => {
    const name = isUnanchored(struct) ? names.get(struct.parent) : undefined
    return name === undefined ? struct : inNamedRoot(struct as Item, name)
  })
}

/** Returns an item that is written as the given one, with the name of the root in the root's place. */
function inNamedRoot({ id, parentSub, content, deleted }: Item, name: string): Item {
  // Yjs takes a name here, as its own reading of updates gives one, which its types don't say.
  const parent = name as unknown as Root
  const item = new Item(id, null, null, null, null, parent, parentSub, content)
  if (deleted) item.markDeleted()
  return item
}

/** Returns whether a struct is encoded with its parent, since it has no neighbor to find it by. */
export function isUnanchored(struct: unknown): struct is Item {
  return struct instanceof Item && struct.origin === null && struct.rightOrigin === null
}

/** Returns an object that differs from another in a few properties. */
function over<T extends object>(base: T, properties: Partial<T>): T {
  return Object.assign(Object.create(base) as T, properties)
}
