import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { TestDocument } from 'whereabouts-conformance/document'
import { TestRoom } from 'whereabouts-conformance/room'
import { startServer } from '../servers/standalone.js'

const SCRIPT = fileURLToPath(new URL('script.mjs', import.meta.url))
const SERVER = fileURLToPath(new URL('stopped.server.mjs', import.meta.url))

it('[DO80] a thread that is in a call of its store when the server ends doesn’t take the process with it', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [SERVER], { timeout: 30_000 })
  expect(stdout).toBe('check rejected, closed\n')
}, 40_000)

it('[DO81] a script that waits for its documents isn’t ended before they are stored and closed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'whereabouts-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, folder])
  expect(stdout).toBe('stored, closed\n')
})

it('[DO81] a server that is stopped ends when it has closed, not when it has nothing else to wait for', async () => {
  const drained = `process.once('beforeExit', () => console.log('ended by itself'))`
  await using server = await startServer({}, 0, [
    `--import=data:text/javascript,${encodeURIComponent(drained)}`,
  ])
  await new TestDocument(new TestRoom(server.baseUrl)).post('kept')
  await server.stop()
  expect(server.output()).not.toContain('ended by itself')
})
