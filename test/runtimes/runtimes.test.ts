import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

it('the server package works in each runtime of this machine, and the missing ones are named', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/runtimes.mjs'], {
    cwd: ROOT,
  })
  // For whoever reads the log of a machine that lacks one.
  process.stdout.write(stdout)
  expect(stdout).toMatch(/^node: v\d.* passes$/m)
  for (const name of ['bun', 'deno']) {
    expect(stdout).toMatch(
      new RegExp(`^${name}: (.* passes|not on this machine, so not tested)$`, 'm'),
    )
  }
})
