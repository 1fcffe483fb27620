import { once } from 'node:events'
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Below the ports that systems give to connections: one of those would keep a server from starting again. */
const FIRST = 10_000
const OF_WORKER = 1_000
const WORKERS = 20

// Test files that run at the same time have ports of their own.
const first = FIRST + (Number(process.env['VITEST_POOL_ID'] ?? 0) % WORKERS) * OF_WORKER
let next = randomInt(OF_WORKER)

/** Finds a free port of the loopback interface, on which a server can be started again. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < OF_WORKER; tries++) {
    const port = first + (next++ % OF_WORKER)
    if (await isFree(port)) return port
  }
  throw new Error(`the ports from ${first} are all in use`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
