import type { Doc, Item, Transaction } from 'yjs'

/** A range of clocks, without its end. */
type Clocks = [start: number, end: number]

/**
 * Tells which items were written through this document, under all of its client ids. The id changes
 * when an edit was set aside, or when someone else has the same id.
 *
 * @see OFFICE.md PG31, PROTOCOL.md CL43
 */
export class OwnItems {
  readonly #doc: Doc
  readonly #clocks = new Map<number, Clocks[]>()

  constructor(doc: Doc) {
    this.#doc = doc
    doc.on('afterTransaction', this.#note)
  }

  /** Returns whether all of an item was written here. */
  has({ id: { client, clock }, length }: Item): boolean {
    const clocks = this.#clocks.get(client) ?? []
    return clocks.some(([start, end]) => start <= clock && clock + length <= end)
  }

  destroy(): void {
    this.#doc.off('afterTransaction', this.#note)
  }

  readonly #note = ({ local, beforeState, afterState }: Transaction): void => {
    const { clientID } = this.#doc
    const [start, end] = [beforeState.get(clientID) ?? 0, afterState.get(clientID) ?? 0]
    if (!local || start === end) return
    const clocks = this.#clocks.get(clientID) ?? []
    const last = clocks.at(-1)
    if (last?.[1] === start) last[1] = end
    else this.#clocks.set(clientID, [...clocks, [start, end]])
  }
}
