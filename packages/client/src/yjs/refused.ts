import { type Doc, Item } from 'yjs'
import type { Part } from './parts.js'
import { Ranges } from './ranges.js'
import { endOf, type Struct, structsOf } from './structs.js'

/**
 * The contents of a document that the server refused for good. Deleted contents don't count: only their
 * length is sent.
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

  /** Returns whether all of these were refused before. */
  hasAll(ranges: Part['ranges']): boolean {
    return ranges.every(([client, start]) => this.#all.has(client, start))
  }

  has({ id, deleted }: Struct): boolean {
    return !deleted && this.#all.has(id.client, id.clock)
  }

  /** The refused contents that are still in the document. */
  get ranges(): Ranges {
    const ranges = new Ranges()
    for (const { id, length } of this.#structs()) ranges.add(id.client, id.clock, id.clock + length)
    return ranges
  }

  /** The map entries that refused ones replaced, which the server keeps. */
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
