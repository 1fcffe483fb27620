import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const SERVER = fileURLToPath(new URL('stopped.server.mjs', import.meta.url))

it('[DO80] a thread that is in a call of its store when the server ends doesn’t take the process with it', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [SERVER], { timeout: 30_000 })
  expect(stdout).toBe('check rejected, closed\n')
}, 40_000)
