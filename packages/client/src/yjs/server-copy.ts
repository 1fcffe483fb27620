import {
  createDeleteSetFromStructStore,
  decodeStateVector,
  decodeUpdate,
  encodeStateAsUpdate,
  encodeStateVector,
  equalDeleteSets,
  parseUpdateMeta,
  type Doc,
} from 'yjs'

type Clocks = ReadonlyMap<number, number>

/**
 * What is known of the server's copy of a document. An answer to a state vector says nothing of those
 * in whom the server has no more than we have: it may have less. So it is asked from one before what
 * it should have, and whom it then leaves out, it lacks.
 *
 * @see PROTOCOL.md CL13
 */
export class ServerCopy {
  readonly #doc: Doc
  /** Of what was sent from here, what it has said to have. */
  readonly #acknowledged = new Map<number, number>()
  #acknowledgedWhenAsked: Clocks = new Map()

  constructor(doc: Doc) {
    this.#doc = doc
  }

  /** The state vector to ask it with. */
  question(): Uint8Array {
    this.#acknowledgedWhenAsked = new Map(this.#acknowledged)
    const clocks = new Map<number, number>()
    for (const [client, clock] of clocksOf(this.#doc)) {
      clocks.set(client, (this.#acknowledged.get(client) ?? clock) - 1)
    }
    return encodeStateVector(clocks)
  }

  /** It has taken an update from here. */
  acknowledged(update: Uint8Array): void {
    for (const [client, clock] of parseUpdateMeta(update).to) {
      this.#acknowledged.set(client, Math.max(clock, this.#acknowledged.get(client) ?? 0))
    }
  }

  /**
   * What it lacks of the document, `null` for nothing.
   *
   * @param answer what it said to the question, applied to the document by now.
   */
  lacks(answer: Uint8Array): Uint8Array | null {
    const has = new Map(parseUpdateMeta(answer).to)
    for (const [client, clock] of this.#acknowledged) {
      const sinceAsked = clock !== this.#acknowledgedWhenAsked.get(client)
      if (sinceAsked) has.set(client, Math.max(clock, has.get(client) ?? 0))
      // What it had said to have it doesn't have any more: its store was put back.
      else if (!has.has(client)) this.#acknowledged.delete(client)
    }
    const hasStructs = [...clocksOf(this.#doc)].every(
      ([client, clock]) => clock <= (has.get(client) ?? 0),
    )
    const deleted = createDeleteSetFromStructStore(this.#doc.store)
    return hasStructs && equalDeleteSets(deleted, decodeUpdate(answer).ds)
      ? null
      : encodeStateAsUpdate(this.#doc, encodeStateVector(has))
  }
}

function clocksOf(doc: Doc): Clocks {
  return decodeStateVector(encodeStateVector(doc))
}
