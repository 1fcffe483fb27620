import type { Pool, PoolClient } from 'pg'

/** A 64-bit integer from `pg`, which returns it as text because it may exceed JavaScript's numbers. */
export type Bigint = string

/** Runs work in a transaction, which is rolled back if the work throws. */
export async function transaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  try {
    const result = await inTransaction(client, () => work(client))
    client.release()
    return result
  } catch (error) {
    // Closing the connection rolls back, whatever its state.
    client.release(true)
    throw error
  }
}

/** Runs work in a transaction. If the work throws, close the connection, which rolls back. */
export async function inTransaction<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN')
  const result = await work()
  await client.query('COMMIT')
  return result
}
