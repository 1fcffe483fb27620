import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'

/** A copy of a document that follows it and sends nothing back. */
export interface Mirror {
  readonly doc: Doc
  close(): void
}

/**
 * Returns a copy of a document for an editor that may not write: if the binding mends or writes
 * anything, it only changes the copy.
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
