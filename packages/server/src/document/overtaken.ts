import type { Problem } from '@whereabouts/protocol'
import { documentDeleted } from '../room/document-deleted.js'
import { storeFailed } from '../store-failed.js'
import type { LoadedDocument } from './loaded-document.js'

/**
 * Others stored something before an update, and only a check of it against the document as it is stored tells whether
 * it may follow.
 *
 * @see PROTOCOL.md EX17
 */
export class Overtaken extends Error {
  constructor() {
    super('the document has other updates now')
  }
}

/** Returns why an update of a stale document isn't stored. @see PROTOCOL.md AD27 */
export function refusalOf({ outcome }: Pick<LoadedDocument, 'outcome'>): Problem | Overtaken {
  switch (outcome) {
    case 'overtaken':
      return new Overtaken()
    case 'deleted':
      return documentDeleted()
    case undefined:
      return storeFailed()
  }
}
