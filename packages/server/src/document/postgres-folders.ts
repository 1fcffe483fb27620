import type { Pool } from 'pg'
import { type FolderCalls, folderStatements } from './folder-rows.js'
import { POSTGRES_DIALECT } from './list-rows.js'
import type { Folder } from './lists.js'
import { transaction } from './postgres-transaction.js'

const SQL = folderStatements(POSTGRES_DIALECT)
const NEXT = `SELECT nextval('whereabouts_generations') AS number`
/** A removal of the document waits for what is noted of it, and takes it along. */
const HOLD = 'SELECT 1 FROM whereabouts_documents WHERE room = $1 FOR SHARE'

/** The folders of users in a PostgreSQL database. */
export class PostgresFolders implements FolderCalls {
  constructor(protected readonly pool: Pool) {}

  async folders(userId: string): Promise<readonly Folder[]> {
    const { rows } = await this.pool.query<Folder>(SQL.list, [userId])
    return rows
  }

  async addFolder(userId: string, { id, name }: Folder): Promise<boolean> {
    const { rowCount } = await this.pool.query(SQL.add, [userId, id, name])
    return rowCount === 1
  }

  async renameFolder(userId: string, { id, name }: Folder): Promise<boolean> {
    const { rowCount } = await this.pool.query(SQL.rename, [userId, id, name])
    return rowCount === 1
  }

  async removeFolder(userId: string, id: string): Promise<boolean> {
    return transaction(this.pool, async (client) => {
      // What is put there meanwhile holds the folder, so this waits for it.
      const { rowCount } = await client.query(SQL.remove, [userId, id])
      await client.query(SQL.empty, [userId, id])
      return rowCount === 1
    })
  }

  async place(userId: string, roomName: string, folder: string | undefined): Promise<boolean> {
    if (folder === undefined) {
      await this.pool.query(SQL.takeOut, [userId, roomName])
      return true
    }
    return transaction(this.pool, async (client) => {
      await client.query(HOLD, [roomName])
      const { rowCount } = await client.query(`${SQL.has} FOR SHARE`, [userId, folder])
      if (rowCount === 0) return false
      const { rows } = await client.query<{ number: string }>(NEXT)
      await client.query(SQL.place, [userId, roomName, folder, rows[0]!.number])
      await client.query(SQL.trim, [userId])
      return true
    })
  }
}
