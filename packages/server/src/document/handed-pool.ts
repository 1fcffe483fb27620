/** A connection of a {@link PostgresPool}. */
export interface PostgresConnection {
  release(destroy?: boolean): void
}

/** A `Pool` of the package `pg`. */
export interface PostgresPool {
  readonly totalCount: number
  connect(): Promise<PostgresConnection>
  on(event: 'error', listener: (error: Error) => void): unknown
  off(event: 'error', listener: (error: Error) => void): unknown
}

/** Errors of idle connections must not end the process. @see PROTOCOL.md HI3 */
export function unheard(): void {
  // What they mean for the server, its statements tell it.
}
