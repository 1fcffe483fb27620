import { Problem } from '@whereabouts/protocol'

/** Makes the problem of a call for a document that was removed. @see PROTOCOL.md AD2, AD3 */
export function documentDeleted(): Problem {
  return new Problem(
    'document-deleted',
    'This document was deleted. Open the room again to begin a new one.',
  )
}

/**
 * Makes the problem of a call that the store couldn't serve.
 *
 * @param cause for the log, never for the client; left out where the store isn't at fault
 */
export function storeFailed(cause?: unknown): Problem {
  const problem = new Problem(
    'store-failed',
    'The document store failed, and an edit that was posted may not be saved. Try again in a moment.',
  )
  if (cause !== undefined) problem.cause = cause instanceof Error ? cause.message : cause
  return problem
}
