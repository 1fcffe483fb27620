import type { PostgresPool } from './document/handed-pool.js'
import type { RedisClient } from './exchange/handed-client.js'

/** @see PROTOCOL.md HI4 */
export const REDIS_CLIENT =
  'must be a client of node-redis 5 or later, as createClient() returns it. For ioredis, a cluster or sentinels, set redisUrl instead'

/** @see PROTOCOL.md HI4 */
export const UNPREFIXED =
  'has a keyPrefix, which would not hold for what scripts do. Hand in a client without one'

/** @see PROTOCOL.md HI4 */
export const POSTGRES_POOL = 'must be a Pool of the package pg'

/** A cluster, sentinels and a pool lack the `socketEpoch` of a single connection. */
export function isRedisClient(value: unknown): value is RedisClient {
  return (
    hasMethods(value, ['duplicate', 'sSubscribe', 'sendCommand', 'destroy', 'on', 'off']) &&
    'socketEpoch' in value
  )
}

export function hasPrefix({ options }: RedisClient): boolean {
  return options !== undefined && 'keyPrefix' in options && options.keyPrefix !== undefined
}

/** A single connection of pg has no `totalCount`. */
export function isPostgresPool(value: unknown): value is PostgresPool {
  return hasMethods(value, ['connect', 'query', 'on', 'off']) && 'totalCount' in value
}

function hasMethods(value: unknown, names: readonly string[]): value is object {
  if (typeof value !== 'object' || value === null) return false
  return names.every((name) => typeof (value as { [name: string]: unknown })[name] === 'function')
}
