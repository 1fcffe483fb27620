import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postUpdate, syncDocument, TestDocument } from 'whereabouts-conformance/document'
import { TestRoom } from 'whereabouts-conformance/room'
import { runCommand } from '../servers/command.js'
import { type RunningPostgres, startPostgres } from '../servers/postgres.js'
import { startServer } from '../servers/standalone.js'
import { size } from '../size.js'

const MAIN = fileURLToPath(new URL('../../apps/standalone/dist/main.js', import.meta.url))
const ROUNDS = size(5, 40)
/** About as long as a command takes to begin. */
const START_MS = 400
/** Longer than a deletion takes once it has begun. */
const SPREAD_MS = 60
const TEXT = 'what nobody may read again '
const CELLS = 8

/** Writes some megabytes. */
async function fill(room: TestRoom): Promise<void> {
  const writer = new TestDocument(room)
  for (let cell = 0; cell < CELLS; cell++) await writer.post(`A${cell}`, TEXT.repeat(30_000))
}

/** The document is there with all that was in it, or it is gone for good. Returns whether it is gone. */
async function isWholeOrGone(room: TestRoom): Promise<boolean> {
  const { incarnation, update } = await syncDocument(room, new Uint8Array())
  const { cells } = new TestDocument(room).take(Buffer.from(update))
  const isGone = incarnation === '.1'
  expect(Object.keys(cells as object)).toHaveLength(isGone ? 0 : CELLS)
  const late = new TestDocument(room).write('B1')
  const { status } = await postUpdate(room, late, {}, { incarnation: isGone ? '0-x' : incarnation })
  expect(status).toBe(isGone ? 410 : 200)
  return isGone
}

// Each test has documents of its own.
describe.concurrent('a deletion that is cut off', () => {
  let postgres: RunningPostgres
  beforeAll(async () => {
    postgres = await startPostgres()
  })
  afterAll(() => postgres[Symbol.asyncDispose]())

  it('[AD1 AD2] by the end of its server, with SQLite: all is there, or nothing is', async () => {
    const gone: boolean[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const folder = await mkdtemp(join(tmpdir(), 'whereabouts-killed-'))
      const server = await startServer({ dataDir: folder })
      await fill(new TestRoom(server.baseUrl, 'one'))
      const deleting = runCommand(['documents', 'delete', 'one'], { WHEREABOUTS_DATA: folder })
      // The command takes a while to begin.
      await Promise.race([deleting, sleep(START_MS / 2 + (SPREAD_MS * 4 * round) / ROUNDS)])
      await server.kill()
      await deleting
      await using again = await startServer({ dataDir: folder })
      const isGone = await isWholeOrGone(new TestRoom(again.baseUrl, 'one'))
      gone.push(isGone)
      await again.stop()
      const isLeft = contentsOf(folder).includes(TEXT)
      if (isGone) expect(isLeft, 'what was deleted is in no file').toBe(false)
      await rm(folder, { recursive: true })
    }
    process.stdout.write(`SQLite: ${gone.filter(Boolean).length} of ${ROUNDS} were deleted\n`)
  })

  it('[AD1 AD2] by the end of its process, with PostgreSQL: all is there, or nothing is', async () => {
    const databaseUrl = await postgres.newDatabase()
    const gone: boolean[] = []
    await using writer = await startServer({ databaseUrl })
    for (let round = 0; round < ROUNDS; round++) {
      const room = new TestRoom(writer.baseUrl)
      await fill(room)
      const dataDir = await mkdtemp(join(tmpdir(), 'whereabouts-killed-'))
      const command = spawn(process.execPath, [MAIN, 'documents', 'delete', room.name], {
        env: {
          PATH: process.env['PATH'],
          DATABASE_URL: databaseUrl,
          WHEREABOUTS_DATA: dataDir,
        },
        stdio: 'ignore',
      })
      const ended = once(command, 'close')
      await Promise.race([ended, sleep(START_MS + (SPREAD_MS * 10 * round) / ROUNDS)])
      command.kill('SIGKILL')
      await ended
      await rm(dataDir, { recursive: true, force: true })
      // A server that has nothing loaded reads what is stored.
      await using fresh = await startServer({ databaseUrl })
      gone.push(await isWholeOrGone(new TestRoom(fresh.baseUrl, room.name)))
    }
    process.stdout.write(`PostgreSQL: ${gone.filter(Boolean).length} of ${ROUNDS} were deleted\n`)
  })
})

/** What is in every file of the documents. */
function contentsOf(folder: string): string {
  return readdirSync(folder)
    .filter((name) => name.startsWith('documents'))
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('')
}
