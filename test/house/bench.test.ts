import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import { size } from '../size.js'

const BENCH = fileURLToPath(new URL('../../bench/', import.meta.url))

/** Long enough for processes to start and end, which has no event to wait for. */
const SOON = { timeout: 10_000, interval: 50 }

interface Figures {
  readonly figures: readonly {
    readonly what: string
    readonly value: number | { readonly [name: string]: number }
  }[]
}

interface Report {
  readonly rows: readonly {
    readonly name: string
    readonly notes: readonly string[]
    readonly figures: { readonly [key: string]: { readonly median: number } }
  }[]
}

interface Networks {
  readonly rows: readonly {
    readonly network: string
    readonly crossed: {
      readonly [way: string]: {
        readonly onlineMs: number | null
        readonly transport: string | null
      }
    }
  }[]
}

type Workplace = Awaited<ReturnType<typeof workplace>>

/** A temporary folder, and programs of the bench that use it for temporary files. */
async function workplace() {
  const folder = await mkdtemp(join(tmpdir(), 'whereabouts-bench-'))
  // PostgreSQL runs as another user.
  await chmod(folder, 0o755)
  const children: ChildProcess[] = []
  return {
    folder,
    run(program: string, ...args: string[]) {
      const env = { PATH: process.env['PATH'], TMPDIR: folder }
      const child = spawn(process.execPath, ['--expose-gc', join(BENCH, program), ...args], { env })
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

/** Runs a program of the bench to its end; returns its output. */
async function finish(place: Workplace, program: string, ...args: string[]): Promise<string> {
  const { child, output } = place.run(program, ...args)
  const [code] = (await once(child, 'close')) as [number]
  expect(code, output()).toBe(0)
  return output()
}

async function resultsIn<T>(folder: string, name: string): Promise<T> {
  return JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as T
}

/** The contestants that need nothing installed. */
const SERVERS = 'whereabouts,polling,raw-buffer,documents'

/** The contestants of each scenario, and a figure that is at least so much if its load arrived. */
const SCENARIOS: { readonly [name: string]: { servers: string[]; atLeast: [string, number] } } = {
  'hot-room': { servers: ['whereabouts'], atLeast: ['usPerUpdate', 0] },
  webinar: { servers: ['whereabouts'], atLeast: ['usPerUpdate', 0] },
  'small-rooms': { servers: ['whereabouts'], atLeast: ['usPerUpdate', 0] },
  post: { servers: ['whereabouts'], atLeast: ['postsPerSecond', 10] },
  write: { servers: ['whereabouts'], atLeast: ['bytesPerEvent', 40] },
  ways: { servers: ['raw-buffer'], atLeast: ['bytesPerEvent', 40] },
  idle: { servers: ['whereabouts'], atLeast: ['usPerConnect', 0] },
  'slow-readers': { servers: ['whereabouts'], atLeast: ['usPerUpdate', 0] },
  quiet: { servers: ['whereabouts'], atLeast: ['usPerUpdate', 0] },
  'five-people': { servers: ['whereabouts'], atLeast: ['usAt5', 0] },
  confirmations: { servers: ['whereabouts'], atLeast: ['requestsPerS', 10] },
  article: { servers: ['whereabouts', 'polling'], atLeast: ['requests', 10] },
  turns: { servers: ['documents'], atLeast: ['count', 20] },
  pair: { servers: ['documents'], atLeast: ['count', 10] },
  trace: { servers: ['documents'], atLeast: ['edits', 1_000] },
  typist: { servers: ['documents'], atLeast: ['edits', 2_000] },
  readers: { servers: ['documents'], atLeast: ['count', 250] },
}

/** The gate plays a ladder, a single load, and typing; the other scenarios are more of these. */
const PLAYED = size(['hot-room', 'post', 'turns'], Object.keys(SCENARIOS))

interface Alone {
  readonly program: string
  readonly name: string
  readonly rows: number
}

const DOCUMENTS: Alone = { program: 'documents.mjs', name: 'documents-sqlite', rows: 17 }
const AT_NIGHT: readonly Alone[] = [
  { program: 'restarts.mjs', name: 'restarts', rows: 8 },
  { program: 'office-load.mjs', name: 'office-load', rows: 15 },
  { program: 'sheet-browser.mjs', name: 'sheet-browser', rows: 22 },
]

interface Printed {
  readonly program: string
  readonly last: RegExp
}

const LOGINS: Printed = { program: 'logins.mjs', last: /times as much/ }
const IN_MEMORY: readonly Printed[] = [
  { program: 'sheet-document.mjs', last: /^undo it: /m },
  { program: 'cell-blocks.mjs', last: /so much less: bytes/ },
]

describe('the bench', { timeout: 480_000 }, () => {
  it('measures each scenario', async () => {
    await using place = await workplace()
    const { folder } = place
    const args = ['--quick', '--only', PLAYED.join(','), '--servers', SERVERS]
    await finish(place, 'run.mjs', ...args, '--results', folder)

    const written = (await readdir(folder)).filter((name) => name.endsWith('.json'))
    expect(written.toSorted()).toEqual(PLAYED.map((name) => `${name}.json`).toSorted())
    for (const name of PLAYED) {
      const { servers, atLeast } = SCENARIOS[name]!
      const { rows } = await resultsIn<Report>(folder, name)
      expect(
        rows.map((row) => row.name),
        name,
      ).toEqual(servers)
      for (const { figures, notes } of rows) {
        expect(notes.join('; '), name).not.toMatch(/failed|refused|arrive|isn’t/)
        const [key, least] = atLeast
        expect(figures[key]?.median, `${name}, ${key}`).toBeGreaterThanOrEqual(least)
      }
    }
    expect(await readFile(join(folder, 'post.md'), 'utf8')).toContain('| whereabouts, standalone |')
  })

  const alone = size([DOCUMENTS], [DOCUMENTS, ...AT_NIGHT])
  it.each(alone)('measures whereabouts alone: $name', async ({ program, name, rows }) => {
    await using place = await workplace()
    const { folder } = place
    await finish(place, program, '--quick', '--results', folder)

    const { figures } = await resultsIn<Figures>(folder, name)
    expect(figures.length, figures.map(({ what }) => what).join('\n')).toBe(rows)
    const values = figures.flatMap(({ value }) =>
      typeof value === 'number' ? [value] : Object.values(value),
    )
    expect(values.filter((value) => !(Number.isFinite(value) && value >= 0))).toEqual([])
    expect(await readFile(join(folder, `${name}.md`), 'utf8')).toContain(`| ${figures[0]?.what} |`)
  })

  // A test that is only for the night is defined only there, so that the gate skips none.
  if (size(false, true)) defineNightly()

  it.each(size(IN_MEMORY, [LOGINS, ...IN_MEMORY]))(
    'prints the figures of $program',
    async ({ program, last }) => {
      await using place = await workplace()
      expect(await finish(place, program, '--quick')).toMatch(last)
    },
  )

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

  it('shows what people see through proxies', async () => {
    await using place = await workplace()
    const { folder } = place
    await finish(place, 'networks.mjs', '--quick', '--results', folder)

    const { rows } = await resultsIn<Networks>(folder, 'networks')
    expect(rows.map(({ network }) => network)).toEqual([
      'nothing',
      'nginx',
      'holds every answer until it ends',
    ])
    for (const { network, crossed } of rows) {
      expect(crossed['any'], network).toMatchObject({ arrived: 10, edits: 10 })
      expect(crossed['long-poll'], network).toMatchObject({ arrived: 10 })
    }
    expect(rows[2]?.crossed['any']?.transport).toBe('long-poll')
    expect(rows[2]?.crossed['stream']?.onlineMs).toBeNull()
  })

  it('opens a file without and with a window', async () => {
    await using place = await workplace()
    const { folder } = place
    await finish(place, 'files.mjs', '--quick', '--results', folder)
    const report = await readFile(join(folder, 'files.md'), 'utf8')
    expect(report).toMatch(/10,000 cells: kept .*cells 10,000.*formulas 500/)
    expect(report).toMatch(/10,000 cells: longest task of Home meanwhile \| \d+ ms/)
  })

  it('has its latest results on the page in docs', async () => {
    await using place = await workplace()
    const { child, output } = place.run('performance.mjs', '--check')
    const [code] = (await once(child, 'close')) as [number]

    expect(output()).toBe('')
    expect(code).toBe(0)
  })
})

/** Programs that take long, and prove no rule. */
function defineNightly(): void {
  it('measures a room on several nodes', async () => {
    await using place = await workplace()
    await finish(place, 'nodes.mjs', '--quick', '--results', place.folder)

    const { rows } = await resultsIn<Report>(place.folder, 'nodes')
    expect(rows.map(({ name }) => name)).toEqual(['alone', 'one', 'three'])
    for (const { notes } of rows) expect(notes.join('; ')).not.toMatch(/refused|arrive/)
    expect(rows[2]?.figures['commands']?.median).toBeGreaterThan(1)
  })

  it('shows what people see when something goes wrong', async () => {
    await using place = await workplace()
    const { folder } = place
    await finish(place, 'chaos.mjs', '--quick', '--only', 'rolling', '--results', folder)

    const table = await readFile(join(folder, 'chaos.md'), 'utf8')
    expect(table).toMatch(/\| \*\*a rolling restart of all three\*\*: .* \| 0 of \d+ \|/)
  })
}

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
