import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'

/** A copy of a document that follows it, and of which nothing goes back. */
export interface Mirror {
  readonly doc: Doc
  close(): void
}

/**
 * What an editor shows to somebody who may not write: also a binding that mends what it finds, or
 * finds something to write, then changes nothing but the copy.
 *
 * @see OFFICE.md PG14
 */
export function mirror(original: Doc): Mirror {
  const doc = new Doc()
  const follow = (update: Uint8Array) => applyUpdate(doc, update)
  follow(encodeStateAsUpdate(original))
  original.on('update', follow)
  return {
    doc,
    close() {
      original.off('update', follow)
      doc.destroy()
    },
  }
}
