import type { Pool, PoolClient, QueryConfig, QueryResult } from 'pg'
import { type PostgresPool, unheard } from './handed-pool.js'
import { inTime, TIMERS } from '../in-time.js'
import { CONNECT_MS, STATEMENT_MS } from './postgres-limits.js'

type Statement = string | QueryConfig
type Result = Promise<QueryResult>

/**
 * Connections of an application's pool, with the time limits of the server's own. It never closes the pool.
 *
 * @see PROTOCOL.md HI2, HI3, HI5
 */
class BorrowedPool {
  constructor(private readonly pool: PostgresPool) {
    pool.on('error', unheard)
  }

  async connect(): Promise<BorrowedConnection> {
    const asked = this.pool.connect() as Promise<PoolClient>
    try {
      return new BorrowedConnection(await inTime(asked, CONNECT_MS, TIMERS, noConnection))
    } catch (error) {
      asked.then((late) => late.release(), unheard)
      throw error
    }
  }

  async query(statement: Statement, values?: unknown[]): Result {
    const connection = await this.connect()
    try {
      const result = await connection.query(statement, values)
      connection.release()
      return result
    } catch (error) {
      connection.release(true)
      throw error
    }
  }

  async end(): Promise<void> {
    this.pool.off('error', unheard)
  }
}

/** A connection until it is given back. */
class BorrowedConnection {
  constructor(private readonly client: PoolClient) {
    // The pool doesn't hear a connection that it has given away, and an error that nobody hears ends the process.
    client.on('error', unheard)
  }

  query(statement: Statement, values?: unknown[]): Result {
    const config = typeof statement === 'string' ? { text: statement } : statement
    const limited = { query_timeout: STATEMENT_MS, ...config, ...(values && { values }) }
    return this.client.query(limited as QueryConfig)
  }

  release(destroy = false): void {
    // One that is closed can still fail.
    if (!destroy) this.client.off('error', unheard)
    this.client.release(destroy)
  }
}

/** Returns an application's pool as one of the server's own. */
export function borrowed(pool: PostgresPool): Pool {
  return new BorrowedPool(pool) as unknown as Pool
}

function noConnection(): Error {
  return new Error(`the pool had no connection within ${CONNECT_MS} ms`)
}
