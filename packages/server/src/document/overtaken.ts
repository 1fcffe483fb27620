import type { Problem } from '@whereabouts/protocol'
import { documentDeleted } from '../room/document-deleted.js'
import { storeFailed } from '../store-failed.js'
import type { LoadedDocument } from './loaded-document.js'

/**
 * Others stored something before an update, or something else that was applied before it wasn't stored. Only a check
 * of it against the document as it is stored tells whether it may follow.
 *
 * @see PROTOCOL.md EX17, DO111
 */
export class Overtaken extends Error {
  constructor() {
    super('the document has other updates now')
  }
}

/** Returns why a call can't go on with a stale document. @see PROTOCOL.md AD27, DO111 */
export function refusalOf({ outcome }: Pick<LoadedDocument, 'outcome'>): Problem | Overtaken {
  switch (outcome) {
    case 'deleted':
      return documentDeleted()
    case 'failed':
      return storeFailed()
    // The fault of another call, such as one whose update was only applied in part.
    case undefined:
    case 'overtaken':
      return new Overtaken()
  }
}
