import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'libsql'
import { expect, it } from 'vitest'
import { size } from '../../../../test/size.js'
import { FolderLock } from './folder-lock.js'

/** How many times two processes compete for the lock. */
const ROUNDS = size(100, 400)
const LIBSQL = fileURLToPath(import.meta.resolve('libsql'))
/** A process that keeps writing itself into the lock file, like one that is about to take the lock. */
const INTRUDER = `
  const database = new (require(${JSON.stringify(LIBSQL)}))(process.argv[2])
  database.exec('CREATE TABLE IF NOT EXISTS holder (process INTEGER, host TEXT, since TEXT)')
  database.exec('PRAGMA synchronous = OFF')
  process.send('ready')
  // Without a pause, the other process would never get the lock on a busy machine.
  const moment = new Int32Array(new SharedArrayBuffer(4))
  for (;;) {
    Atomics.wait(moment, 0, 0, 2)
    try {
      database.exec("BEGIN IMMEDIATE; DELETE FROM holder; INSERT INTO holder VALUES (1, 'x', 'y'); COMMIT")
    } catch {
      if (database.inTransaction) database.exec('ROLLBACK')
    }
  }
`

it('[OP7] the lock file names the process that holds the folder, even if another wrote at the same time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'whereabouts-'))
  const script = join(folder, 'intruder.cjs')
  await writeFile(script, INTRUDER)
  const file = join(folder, 'lock.sqlite')
  const intruder = fork(script, [file])
  try {
    await once(intruder, 'message')
    for (let round = 0; round < ROUNDS; round++) {
      const lock = await FolderLock.take(folder, 20_000, () => {})
      const reader = new Database(file)
      expect(reader.prepare('SELECT process FROM holder').get()).toMatchObject({
        process: process.pid,
      })
      reader.close()
      lock.release()
    }
  } finally {
    intruder.kill('SIGKILL')
    await rm(folder, { recursive: true })
  }
}, 60_000)
