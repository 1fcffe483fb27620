import type { SqliteConnection } from './sqlite-connection.js'

/** Returns a number that no snapshot, no record and no mark has had. Call it in a transaction. */
export function nextNumber(connection: SqliteConnection): number {
  const next = connection.run('UPDATE generations SET last = last + 1 RETURNING last')
  return (next.get() as { last: number }).last
}
