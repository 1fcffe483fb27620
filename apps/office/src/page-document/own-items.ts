import type { Doc, Item, Transaction } from 'yjs'

/** From the first clock on, up to but without the last one. */
type Clocks = [start: number, end: number]

/**
 * What was written through this document, whichever client ids it has had: it gets another one when an
 * edit was set aside, or when somebody else turns out to have the same.
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

  /** Whether all of an item was written here. */
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
