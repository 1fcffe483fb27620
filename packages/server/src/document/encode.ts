import { type AbstractType, type Doc, encodeStateAsUpdate, type GC, Item } from 'yjs'

type Root = AbstractType<unknown>

/** Up to this many roots, Yjs finds a name faster than a table of names can be built. */
const FEW_ROOTS = 64

/**
 * Returns the part of a document that a caller lacks as one update; all of it without a state vector.
 *
 * For each struct in a root without a neighbour, Yjs searches all roots for the root's name. Here such
 * structs carry the name when Yjs writes them, like the structs of a parsed update.
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

/** Returns an item that is encoded like the given one, but has its root's name as parent. */
function inNamedRoot({ id, parentSub, content, deleted }: Item, name: string): Item {
  // Yjs accepts a name here, as in parsed updates, although its types don't say so.
  const parent = name as unknown as Root
  const item = new Item(id, null, null, null, null, parent, parentSub, content)
  if (deleted) item.markDeleted()
  return item
}

/** Returns whether a struct is encoded with its parent, since it has no neighbor to find it by. */
export function isUnanchored(struct: unknown): struct is Item {
  return struct instanceof Item && struct.origin === null && struct.rightOrigin === null
}

/** Returns an object that inherits from another one and overrides a few properties. */
function over<T extends object>(base: T, properties: Partial<T>): T {
  return Object.assign(Object.create(base) as T, properties)
}
