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

/** Returns whether an error says that the store failed, so that nothing is known of what was asked. */
export function isStoreFailure(error: unknown): error is Problem {
  return error instanceof Problem && error.problem === 'store-failed'
}
