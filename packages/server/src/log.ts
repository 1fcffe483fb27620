/** Receives the server's messages for operators; `console` is one. */
export interface Log {
  info(message: string): void
  warn(message: string): void
  /** @param what a message, or an error with its stack */
  error(what: unknown): void
}

/** Writes nothing. */
export const NO_LOG: Log = { info: () => {}, warn: () => {}, error: () => {} }

/** Returns an error with a message of its own and the stack of its cause. */
export function withCause(message: string, cause: unknown): Error {
  const error = new Error(message, { cause })
  const stack = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
  error.stack = `${message}: ${stack}`
  return error
}
