import type Database from 'libsql'

/** An open database and its prepared statements. */
export class SqliteConnection {
  readonly #database: Database.Database
  readonly #statements = new Map<string, Database.Statement>()

  #committed: () => void = () => {}

  constructor(database: Database.Database) {
    this.#database = database
  }

  /** Returns a statement, prepared once. */
  run(sql: string): Database.Statement {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#database.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }

  /** Has a function called after each transaction that may have written. */
  onCommit(committed: () => void): void {
    this.#committed = committed
  }

  exec(sql: string): void {
    this.#database.exec(sql)
  }

  /**
   * Runs work in a transaction. Every write needs one with its own `BEGIN`: a statement that meets
   * another process's lock stays in progress, and then no later transaction can be committed.
   */
  transaction<T>(mode: 'DEFERRED' | 'IMMEDIATE', work: () => T): T {
    this.#database.exec(`BEGIN ${mode}`)
    try {
      const result = work()
      this.#database.exec('COMMIT')
      if (mode === 'IMMEDIATE') this.#committed()
      return result
    } catch (error) {
      // Some errors, such as a full disk, have already rolled back.
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  close(): void {
    this.#database.close()
  }
}
