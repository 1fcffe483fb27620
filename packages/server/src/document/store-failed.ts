import { Problem } from '@whereabouts/protocol'

/**
 * Returns the problem of a call that the store couldn't serve.
 *
 * @param cause for the log, never for the client; omitted if the store isn't at fault
 */
export function storeFailed(cause?: unknown): Problem {
  const problem = new Problem(
    'store-failed',
    'The document store failed, and an edit that was posted may not be saved. Try again in a moment.',
  )
  if (cause !== undefined) problem.cause = cause instanceof Error ? cause.message : cause
  return problem
}

/** Returns the problem of an import into a room that has a document. @see PROTOCOL.md AD10 */
export function documentExists(): Problem {
  return new Problem(
    'document-exists',
    'This room has a document already. Import into another room, or delete its document first.',
  )
}
