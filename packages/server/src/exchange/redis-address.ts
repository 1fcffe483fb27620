import { ClusterConnection } from './redis-cluster.js'
import type { RedisConnection, ServerLogin } from './redis-connection.js'
import { SentinelConnection } from './redis-sentinel.js'
import { type ServerAddress, ServerConnection } from './redis-server.js'

/** The connection to an address, and the prefix of its keys. */
export interface RedisPlace {
  readonly connection: RedisConnection
  readonly prefix: string
}

const PREFIX = 'whereabouts'
const REDIS_PORT = 6_379
const SENTINEL_PORT = 26_379
/** `scheme://user:password@hosts/database?cluster#name` */
const ADDRESS =
  /^redis(?<tls>s?)(?<sentinel>-sentinel)?:\/\/(?:(?<login>[^@/]*)@)?(?<hosts>[^@/?#]+)(?:\/(?<database>\d*))?(?<cluster>\?cluster)?(?:#(?<name>[\w.-]+))?$/
const HOST = /^(?<host>[^:[\]]+|\[[0-9a-fA-F:]+\])(?::(?<port>\d{1,5}))?$/

/**
 * Parses the address of Redis:
 *
 * - `redis://user:password@host:6379/0`: one server; `rediss://` for TLS
 * - `redis://host:6379,host:6380`, or one host and `?cluster`: some servers of a cluster
 * - `redis-sentinel://host:26379,host:26380/0#name`: sentinels, and their name for the servers that
 *   they watch; user and password are those of the servers
 *
 * @throws {TypeError} if the address has another form
 */
export function parseRedisUrl(url: string): RedisPlace {
  // A list may repeat the scheme.
  const parts = ADDRESS.exec(url.replaceAll(/,rediss?:\/\//g, ','))?.groups
  if (parts === undefined) throw new TypeError('the address of Redis must begin with redis://host')
  const { sentinel, cluster, name, database = '' } = parts
  const servers = parts['hosts']!.split(',').map((host) => {
    return parseHost(host, sentinel === undefined ? REDIS_PORT : SENTINEL_PORT)
  })
  const login = parseLogin(parts['tls'] === 's', parts['login'])
  const number = Number(database)
  const prefix = prefixOf(number)
  if (sentinel !== undefined) {
    if (name === undefined) throw new TypeError('the address of sentinels must end in #name')
    return { connection: new SentinelConnection(servers, name, login, number), prefix }
  }
  const [server] = servers
  if (servers.length === 1 && server !== undefined && cluster === undefined) {
    return { connection: ServerConnection.to(server, login, number), prefix }
  }
  if (number !== 0) throw new TypeError('a Redis cluster only has database 0; leave the number out')
  return { connection: new ClusterConnection(servers, login), prefix }
}

/** Returns the prefix of the keys and channels in a database, since databases of one server share their channels. */
export function prefixOf(database: number): string {
  return database === 0 ? PREFIX : `${PREFIX}:${database}`
}

function parseHost(text: string, defaultPort: number): ServerAddress {
  const parts = HOST.exec(text)?.groups
  if (parts === undefined)
    throw new TypeError(`"${text}" in the address of Redis is not a host:port`)
  const host = parts['host']!.replaceAll(/[[\]]/g, '')
  return { host, port: Number(parts['port'] ?? defaultPort) }
}

function parseLogin(tls: boolean, login = ''): ServerLogin {
  const [username, password] = login.split(':').map(decodeURIComponent)
  return { tls, username: username === '' ? undefined : username, password }
}
