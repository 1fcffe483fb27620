// Documents in memory, and a check that is one call of a native library which takes long.
import Database from 'libsql'
import { MemoryStore } from '../../packages/server/dist/document/memory-store.js'

/** A query of more than a second, which is how long a server waits for its threads, and less than 6 s. */
const SLOW = `WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 12000000)
SELECT max(n) FROM counted`

export async function openStore() {
  const query = new Database(':memory:').prepare(SLOW)
  return new (class extends MemoryStore {
    async check() {
      query.all()
    }
  })()
}
