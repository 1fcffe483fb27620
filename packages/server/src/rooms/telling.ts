import type { DocumentChanges } from './hosted-rooms.js'
import { Signal } from './signal.js'

/** Tells the other nodes of a change of a document, which this node's own calls wait for. @see PROTOCOL.md RS11 */
export async function telling<T>(
  changes: DocumentChanges | undefined,
  name: string,
  tell: () => Promise<T>,
): Promise<T> {
  const told = new Signal()
  changes?.changed(name, told.settled)
  try {
    return await tell()
  } finally {
    told.settle()
  }
}
