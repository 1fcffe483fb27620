import type { Settings } from 'whereabouts-conformance/suite'
import { startPostgres } from '../servers/postgres.js'
import { type RunningRedis, startRedis } from '../servers/redis.js'
import { type RunningServer, startServer } from '../servers/standalone.js'

/** What several servers that are one need; disposing of it ends all of it. */
export interface Place extends AsyncDisposable {
  readonly redis: RunningRedis
  /** What makes a server one of these. */
  readonly settings: Settings
  /** Starts one more of them. */
  node(settings?: Settings): Promise<RunningServer>
}

/** Starts a Redis and a PostgreSQL. */
export async function newPlace(): Promise<Place> {
  const redis = await startRedis()
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
