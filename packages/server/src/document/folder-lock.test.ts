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

/** How often two ask at once. */
const ROUNDS = size(100, 400)
const LIBSQL = fileURLToPath(import.meta.resolve('libsql'))
/** It says again and again that it has the folder, as one does who is about to. */
const INTRUDER = `
  const database = new (require(${JSON.stringify(LIBSQL)}))(process.argv[2])
  database.exec('CREATE TABLE IF NOT EXISTS holder (process INTEGER, host TEXT, since TEXT)')
  database.exec('PRAGMA synchronous = OFF')
  process.send('ready')
  // A moment between two tries, or nobody else would ever have the lock on a busy machine.
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

it('[OP7] who has a folder is the one whom others are told of, whoever asked at the same time', async () => {
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
