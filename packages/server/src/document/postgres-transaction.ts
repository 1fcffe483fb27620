import type { Pool, PoolClient } from 'pg'

/** A `pg` number, which comes as text where it may be too large for a JavaScript one. */
export type Bigint = string

/** Does work in a transaction, which is rolled back if it throws. */
export async function transaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    client.release()
    return result
  } catch (error) {
    // Closing the connection rolls back, in whatever state it is.
    client.release(true)
    throw error
  }
}
