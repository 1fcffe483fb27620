import Database from 'libsql'
import { makePrivate } from './private-file.js'
import { SqliteConnection } from './sqlite-connection.js'
import { BUSY_MS } from './sqlite-file.js'
import { layOut } from './sqlite-schema.js'

/**
 * Opens a database that only this user can read, which is created if it isn't there.
 *
 * @throws {Error} if the file can't be used
 */
export function openDatabase(file: string): SqliteConnection {
  makePrivate(file)
  const database = new Database(file)
  try {
    return configured(database)
  } catch (error) {
    database.close()
    throw error
  }
}

/** Returns a connection with the house's settings. */
export function configured(database: Database.Database): SqliteConnection {
  database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
  layOut(database)
  database.exec('PRAGMA journal_mode = WAL')
  // About 4 MB, as each checkpoint waits for the disk.
  database.exec('PRAGMA wal_autocheckpoint = 2000')
  // A commit survives the end of the process. To survive a power cut, the log has to be flushed.
  database.exec('PRAGMA synchronous = NORMAL')
  // Deleted data is overwritten.
  database.exec('PRAGMA secure_delete = ON')
  return new SqliteConnection(database)
}
