import { type RedisConnection, ServerConnection } from './redis-connection.js'

/** What is at an address, and how names begin there. */
export interface RedisPlace {
  readonly connection: RedisConnection
  readonly prefix: string
}

/**
 * Reads where Redis is: `redis://user:password@host:6379/0`, `rediss://` for TLS.
 *
 * @throws {TypeError} if it is no such address
 */
export function parseRedisUrl(url: string): RedisPlace {
  if (!URL.canParse(url)) throw new TypeError('the address of Redis is redis://host:port')
  const { protocol, pathname } = new URL(url)
  if (protocol !== 'redis:' && protocol !== 'rediss:') {
    throw new TypeError('the address of Redis begins with redis:// or rediss://')
  }
  // Databases of one server share their channels.
  const database = pathname.slice(1)
  const prefix = database === '' || database === '0' ? 'whereabouts' : `whereabouts:${database}`
  return { connection: new ServerConnection(url), prefix }
}
