import Database from 'libsql'

const BUSY_MS = 5_000

/** Opens a file of SQLite that a server may be writing to at this moment. */
export function openDatabase(file: string): Database.Database {
  const database = new Database(file)
  database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
  return database
}
