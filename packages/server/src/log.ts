/** Receives the server's messages for operators; `console` is one. */
export interface Log {
  info(message: string): void
  warn(message: string): void
  /** @param what a message, or an error with its stack */
  error(what: unknown): void
}

/** Writes nothing. */
export const NO_LOG: Log = { info: () => {}, warn: () => {}, error: () => {} }
