import { ClusterConnection } from './redis-cluster.js'
import type { RedisConnection } from './redis-connection.js'
import { ServerConnection } from './redis-server.js'

/** What is at an address, and how names begin there. */
export interface RedisPlace {
  readonly connection: RedisConnection
  readonly prefix: string
}

const PREFIX = 'whereabouts'
/** `scheme://user:password@hosts/database?cluster` */
const ADDRESS = /^(rediss?):\/\/(?:([^@/]*)@)?([^@/?#]+)(?:\/(\d*))?(\?cluster)?$/
const HOST = /^([^:[\]]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?$/

/**
 * Reads where Redis is:
 *
 * - `redis://user:password@host:6379/0`: one server; `rediss://` for TLS
 * - `redis://host:6379,host:6380`, or one host and `?cluster`: some servers of a cluster
 *
 * @throws {TypeError} if it is no such address
 */
export function parseRedisUrl(url: string): RedisPlace {
  // A list may repeat the scheme.
  const match = ADDRESS.exec(url.replaceAll(/,rediss?:\/\//g, ','))
  const hosts = match?.[3]?.split(',') ?? []
  if (match === null || !hosts.every((host) => HOST.test(host))) {
    throw new TypeError('the address of Redis is redis://host:port, or a list of them')
  }
  const [, scheme = '', login, , database = '', cluster] = match
  const urls = hosts.map((host) => `${scheme}://${host}`)
  if (hosts.length === 1 && cluster === undefined) {
    // Databases of one server share their channels.
    const prefix = Number(database) === 0 ? PREFIX : `${PREFIX}:${database}`
    return { connection: new ServerConnection(url), prefix }
  }
  if (Number(database) !== 0) throw new TypeError('a cluster of Redis has only the database 0')
  const tls = scheme === 'rediss'
  return {
    connection: new ClusterConnection({ urls, tls, ...credentialsOf(login) }),
    prefix: PREFIX,
  }
}

function credentialsOf(login = ''): { username?: string; password?: string } {
  const [username = '', password = ''] = login.split(':').map(decodeURIComponent)
  return { ...(username !== '' && { username }), ...(password !== '' && { password }) }
}
