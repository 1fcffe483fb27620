import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'

const BENCH = fileURLToPath(new URL('../../bench/', import.meta.url))

/** Long enough for processes to start and end, which has no event to wait for. */
const SOON = { timeout: 10_000, interval: 50 }

interface Report {
  readonly rows: readonly {
    readonly name: string
    readonly notes: readonly string[]
    readonly figures: { readonly [key: string]: { readonly median: number } }
  }[]
}

/** A temporary folder, and programs of the bench that use it for temporary files. */
async function workplace() {
  const folder = await mkdtemp(join(tmpdir(), 'whereabouts-bench-'))
  const children: ChildProcess[] = []
  return {
    folder,
    run(program: string, ...args: string[]) {
      const env = { PATH: process.env['PATH'], TMPDIR: folder }
      const child = spawn(process.execPath, [join(BENCH, program), ...args], { env })
      children.push(child)
      let output = ''
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
      return { child, output: () => output }
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

describe('the bench', () => {
  it('measures two servers end to end', async () => {
    await using place = await workplace()
    const { folder } = place
    const args = ['--only', 'post', '--quick', '--runs', '1', '--servers', 'whereabouts,bare']
    const { child, output } = place.run('run.mjs', ...args, '--results', folder)
    const [code] = (await once(child, 'close')) as [number]

    expect(code, output()).toBe(0)
    const report = JSON.parse(await readFile(join(folder, 'post.json'), 'utf8')) as Report
    expect(report.rows.map(({ name }) => name)).toEqual(['whereabouts', 'bare'])
    for (const { figures, notes } of report.rows) {
      expect(notes.join('; ')).not.toMatch(/failed|refused|arrive/)
      expect(figures['usPerPost']?.median).toBeGreaterThan(1)
      expect(figures['postsPerSecond']?.median).toBeGreaterThan(10)
    }
    expect(await readFile(join(folder, 'post.md'), 'utf8')).toContain('| whereabouts, standalone |')
  })

  it('ends everything that it started when it is stopped', async () => {
    await using place = await workplace()
    const args = ['--only', 'write', '--quick', '--servers', 'whereabouts']
    const { child } = place.run('run.mjs', ...args, '--results', place.folder)
    // The server's data folder is in this folder, and named in its environment.
    await vi.waitUntil(async () => (await processesOf(place.folder)).length > 1, SOON)
    child.kill('SIGTERM')
    await once(child, 'close')

    await vi.waitUntil(async () => (await processesOf(place.folder)).length === 0, SOON)
    expect(await readdir(place.folder)).toEqual([])
  })

  it('has its latest results on the page in docs', async () => {
    await using place = await workplace()
    const { child, output } = place.run('performance.mjs', '--check')
    const [code] = (await once(child, 'close')) as [number]

    expect(output()).toBe('')
    expect(code).toBe(0)
  })
})

/** Finds the processes whose environment names a folder. */
async function processesOf(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const environments = await Promise.all(
    pids.map(async (pid) => {
      // The process may have ended, or belong to another user.
      return readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
    }),
  )
  return pids.filter((_pid, index) => environments[index]?.includes(folder))
}
