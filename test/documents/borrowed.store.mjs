// PostgreSQL over an application's pool, as a thread reaches it. One connection has to do.
import { Pool } from 'pg'
import { LentStore, openStore as openLent } from '../../packages/server/dist/document/lent-store.js'
import { openBorrowed } from '../../packages/server/dist/document/postgres.js'

/** @param {{ databaseUrl: string }} options */
export async function openStore({ databaseUrl }) {
  const pool = new Pool({ connectionString: databaseUrl, max: 1 })
  const lent = new LentStore(() => openBorrowed(pool))
  const store = openLent(await lent.lend())
  return {
    ...store,
    async close() {
      await store.close()
      await lent.close()
      await pool.end()
    },
  }
}
