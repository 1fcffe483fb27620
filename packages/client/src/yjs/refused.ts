import { type Doc, Item } from 'yjs'
import type { Part } from './parts.js'
import { Ranges } from './ranges.js'
import { endOf, type Struct, structsOf } from './structs.js'

/**
 * What the server won't take of a document. What is deleted isn't refused any more: of that, nothing
 * but its length is sent.
 *
 * @see PROTOCOL.md CL43 to CL45
 */
export class Refused {
  readonly #doc: Doc
  readonly #all: Ranges

  constructor(doc: Doc, all: Ranges) {
    this.#doc = doc
    this.#all = all
  }

  add(ranges: Part['ranges']): void {
    for (const range of ranges) this.#all.add(...range)
  }

  /** Whether all of these were refused before. */
  hasAll(ranges: Part['ranges']): boolean {
    return ranges.every(([client, start]) => this.#all.has(client, start))
  }

  has({ id, deleted }: Struct): boolean {
    return !deleted && this.#all.has(id.client, id.clock)
  }

  /** What of it is still in the document. */
  get ranges(): Ranges {
    const ranges = new Ranges()
    for (const { id, length } of this.#structs()) ranges.add(id.client, id.clock, id.clock + length)
    return ranges
  }

  /** What was replaced by it, which stays at the server. */
  get replaced(): Ranges {
    const replaced = new Ranges()
    for (const struct of this.#structs()) {
      if (!(struct instanceof Item) || struct.parentSub === null) continue
      const { left } = struct
      if (left !== null) replaced.add(left.id.client, left.id.clock, endOf(left))
    }
    return replaced
  }

  #structs(): Struct[] {
    return [...this.#all].flatMap(([client, start, end]) =>
      structsOf(this.#doc, client, start, end).filter(({ deleted }) => !deleted),
    )
  }
}
