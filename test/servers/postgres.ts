import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Client } from 'pg'
import { find, missing, POSTGRES } from '../../scripts/needs.mjs'
import { within } from 'whereabouts-conformance/deadline'
import { freePort } from './free-port.js'

const START_MS = 60_000

/** A PostgreSQL server for tests; disposing of it removes everything. */
export interface RunningPostgres extends AsyncDisposable {
  /** Creates a new database and returns its address. */
  newDatabase(): Promise<string>
  /** Ends it like a power cut. */
  kill(): Promise<void>
  /** Starts it again, on the same port, after `kill()`. */
  restart(): Promise<void>
}

/**
 * Starts the system's PostgreSQL, with an empty cluster in a temporary folder, on a free port. It
 * doesn't run as root; then it runs as the user that its package made, or as nobody.
 */
export async function startPostgres(): Promise<RunningPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'whereabouts-postgres-'))
  const user = unprivilegedUser()
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  // As durable as in production, as the tests are about durability.
  const init = [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ]
  execFileSync(program('initdb'), init, { ...user, cwd: folder, stdio: 'pipe' })
  const port = await freePort()
  let server = await startServer(data, port, user)
  let databases = 0
  const kill = async () => {
    const ended = once(server, 'exit')
    server.kill('SIGQUIT')
    await within(ended, 'the end of PostgreSQL')
  }
  return {
    kill,
    async newDatabase() {
      const name = `test_${++databases}`
      await query(port, `CREATE DATABASE ${name}`)
      return addressOf(port, name)
    },
    async restart() {
      server = await startServer(data, port, user)
    },
    async [Symbol.asyncDispose]() {
      if (server.exitCode === null) await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startServer(
  data: string,
  port: number,
  user: { uid: number; gid: number } | undefined,
): Promise<ChildProcess> {
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    // The first checkpoint, after five minutes, writes everything that initdb left, and commits wait.
    'checkpoint_timeout=1h',
  ]
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])]
  const server = spawn(program('postgres'), args, {
    ...user,
    cwd: data,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const ready = new Promise<void>((resolve, reject) => {
    const collect = (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes('ready to accept connections')) resolve()
    }
    server.stdout?.on('data', collect)
    server.stderr?.on('data', collect)
    server.once('exit', () => reject(new Error(`PostgreSQL ended: ${output.slice(-2_000)}`)))
  })
  await within(ready, 'PostgreSQL', START_MS)
  return server
}

/** Returns the path of a program of the PostgreSQL that was found. */
function program(name: 'initdb' | 'postgres'): string {
  const postgres = find(POSTGRES)
  if (postgres === undefined) throw new Error(missing(POSTGRES))
  return join(dirname(realpathSync(postgres)), name)
}

/** Returns the user to run as if the tests run as root, which PostgreSQL refuses. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    try {
      const number = (flag: string) => Number(execFileSync('id', [flag, name], { stdio: 'pipe' }))
      return { uid: number('-u'), gid: number('-g') }
    } catch {
      // This user may not exist; the next one always does.
    }
  }
  throw new Error('PostgreSQL needs a user that is not root')
}

async function query(port: number, sql: string): Promise<void> {
  const client = new Client({ connectionString: addressOf(port, 'postgres') })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

function addressOf(port: number, database: string): string {
  return `postgres://postgres@127.0.0.1:${port}/${database}`
}
