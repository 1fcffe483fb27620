/**
 * A client of node-redis 5 or later that an application made with `createClient()`, of `redis` or
 * `@redis/client`.
 */
export interface RedisClient {
  readonly isReady: boolean
  readonly socketEpoch: number
  readonly options?: object | undefined
  duplicate(): unknown
  on(event: 'error', listener: (error: unknown) => void): unknown
  off(event: 'error', listener: (error: unknown) => void): unknown
}

/** The client's errors are the application's business, and must not end the process. @see PROTOCOL.md HI3 */
export function unheard(): void {
  // What they mean for the server, its own connections tell it.
}
