import type { Settings } from 'whereabouts-conformance/suite'
import { startPostgres } from '../servers/postgres.js'
import { type RunningRedis, startRedis } from '../servers/redis.js'
import { type RunningServer, startServer } from '../servers/standalone.js'

/** How many databases the Redis of a place has: more than a suite starts servers. */
export const DATABASES = 1_000

/** A Redis and a PostgreSQL for several nodes; disposing of it ends everything. */
export interface Place extends AsyncDisposable {
  readonly redis: RunningRedis
  /** The settings of each node. */
  readonly settings: Settings
  /** Starts another node. */
  node(settings?: Settings): Promise<RunningServer>
}

/** Starts a Redis and a PostgreSQL. */
export async function newPlace(): Promise<Place> {
  const redis = await startRedis('--databases', String(DATABASES))
  const postgres = await startPostgres()
  const servers: RunningServer[] = []
  const settings = {
    redisUrl: redis.url,
    databaseUrl: await postgres.newDatabase(),
    secret: 'a secret that all of them have',
  }
  return {
    redis,
    settings,
    async node(own = {}) {
      const server = await startServer({ ...settings, ...own })
      servers.push(server)
      return server
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server.kill()))
      await postgres[Symbol.asyncDispose]()
      await redis[Symbol.asyncDispose]()
    },
  }
}
