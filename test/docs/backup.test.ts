import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { TestDocument } from 'whereabouts-conformance/document'
import { TestRoom } from 'whereabouts-conformance/room'
import { find, POSTGRES } from '../../scripts/needs.mjs'
import { startPostgres } from '../servers/postgres.js'
import { startServer } from '../servers/standalone.js'

const PAGE = new URL('../../docs/how-to/backup.md', import.meta.url)
const MAIN = fileURLToPath(new URL('../../apps/standalone/dist/main.js', import.meta.url))
const BLOCKS = Array.from(
  readFileSync(PAGE, 'utf8').matchAll(/```sh\n([^]*?)```/g),
  ([, block = '']) => block,
)

/** The commands of the page with a word in them, as somebody types them. */
function block(word: string): string {
  const found = BLOCKS.filter((each) => each.includes(word))
  expect(found, word).toHaveLength(1)
  return found[0]!
}

async function type(commands: string, cwd: string, databaseUrl = ''): Promise<void> {
  const script = `set -e\nwhereabouts() { "${process.execPath}" "${MAIN}" "$@"; }\n${commands}`
  const path = `${dirname(find(POSTGRES)!)}:${process.env['PATH']}`
  const variables = databaseUrl === '' ? {} : { DATABASE_URL: databaseUrl }
  await promisify(execFile)('bash', ['-c', script], { cwd, env: { PATH: path, ...variables } })
}

const cellsOf = async (baseUrl: string) =>
  (await new TestDocument(new TestRoom(baseUrl, 'minutes')).fetch()).cells

it('[AD12 AD13] what the page says backs up and restores SQLite', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'whereabouts-backup-'))
  const dataDir = join(cwd, 'data')
  try {
    const server = await startServer({ dataDir })
    const writer = new TestDocument(new TestRoom(server.baseUrl, 'minutes'))
    await writer.post('A1')
    await type(block('whereabouts backup'), cwd)
    await writer.post('A2')
    await server.stop()
    await type(block('whereabouts restore'), cwd)
    await using restored = await startServer({ dataDir })
    expect(await cellsOf(restored.baseUrl)).toEqual({ A1: 'A1' })
  } finally {
    await rm(cwd, { recursive: true, force: true })
  }
})

it('what the page says backs up and restores PostgreSQL', async () => {
  await using postgres = await startPostgres()
  const databaseUrl = await postgres.newDatabase()
  const cwd = await mkdtemp(join(tmpdir(), 'whereabouts-backup-'))
  try {
    const server = await startServer({ databaseUrl })
    const writer = new TestDocument(new TestRoom(server.baseUrl, 'minutes'))
    await writer.post('A1')
    await type(block('pg_dump'), cwd, databaseUrl)
    await writer.post('A2')
    await server.stop()
    await type(block('pg_restore'), cwd, databaseUrl)
    await using restored = await startServer({ databaseUrl })
    expect(await cellsOf(restored.baseUrl)).toEqual({ A1: 'A1' })
  } finally {
    await rm(cwd, { recursive: true, force: true })
  }
})
