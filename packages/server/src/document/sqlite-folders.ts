import { type FolderCalls, folderStatements } from './folder-rows.js'
import { SQLITE_DIALECT } from './list-rows.js'
import type { Folder } from './lists.js'
import type { SqliteConnection } from './sqlite-connection.js'
import { nextNumber } from './sqlite-numbers.js'

const SQL = folderStatements(SQLITE_DIALECT)

/** The folders of users in an SQLite database. */
export class SqliteFolders implements FolderCalls {
  constructor(protected readonly connection: SqliteConnection) {}

  async folders(userId: string): Promise<readonly Folder[]> {
    return this.connection.run(SQL.list).all(userId) as Folder[]
  }

  async addFolder(userId: string, { id, name }: Folder): Promise<boolean> {
    return this.#write(SQL.add, userId, id, name)
  }

  async renameFolder(userId: string, { id, name }: Folder): Promise<boolean> {
    return this.#write(SQL.rename, userId, id, name)
  }

  async removeFolder(userId: string, id: string): Promise<boolean> {
    return this.connection.transaction('IMMEDIATE', () => {
      this.connection.run(SQL.empty).run(userId, id)
      return this.connection.run(SQL.remove).run(userId, id).changes === 1
    })
  }

  async place(userId: string, roomName: string, folder: string | undefined): Promise<boolean> {
    if (folder === undefined) {
      this.#write(SQL.takeOut, userId, roomName)
      return true
    }
    return this.connection.transaction('IMMEDIATE', () => {
      if (this.connection.run(SQL.has).get(userId, folder) === undefined) return false
      const number = nextNumber(this.connection)
      this.connection.run(SQL.place).run(userId, roomName, folder, number)
      this.connection.run(SQL.trim).run(userId)
      return true
    })
  }

  /** Returns whether a row was written. */
  #write(sql: string, ...values: readonly string[]): boolean {
    return this.connection.transaction(
      'IMMEDIATE',
      () => this.connection.run(sql).run(...values).changes === 1,
    )
  }
}
