import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../servers/free-port.js'
import { type RunningServer, startServer } from '../servers/standalone.js'
import { Random } from '../simulation/random.js'
import { firstSeed, size } from '../size.js'
import { contentsOf, Editor, readDocument, untilAlike } from './editor.js'

const EDITORS = 4
const SECONDS = size(25, 300)
const LONGEST_PAUSE_MS = 40
const LONGEST_LIFE_MS = 3_000
const REST_MS = 60_000
const PATIENCE_MS = SECONDS * 1_000 + 2 * REST_MS

/** `EDITS_SEED=7 npx vitest run test/edits` makes the same edits again. */
const seed = firstSeed('EDITS_SEED')

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whereabouts-edits-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

it(
  `[DO8 CL21] ${SECONDS} s of edits over bad networks while servers are killed: no acknowledged edit is lost, and all copies are equal (seed ${seed})`,
  async () => {
    const random = new Random(seed)
    const port = await freePort()
    let server = await startServer({ dataDir: folder }, port)
    onTestFinished(() => server.stop())
    const url = server.baseUrl
    const editors = Array.from(
      { length: EDITORS },
      (_, index) => new Editor(url, `editor ${index}`, new Random(seed + index)),
    )
    const stop = new AbortController()
    const editing = editors.map((editor) => edit(editor, random, stop.signal))
    let kills = 0
    for (const endMs = Date.now() + SECONDS * 1_000; Date.now() < endMs; kills++) {
      await setTimeout(random.below(LONGEST_LIFE_MS))
      server = await killAndStart(server, port, editors)
    }
    stop.abort()
    await Promise.all(editing)
    for (const editor of editors) editor.mendLine()
    await expect.poll(() => restOf(editors), { timeout: REST_MS }).toEqual(AT_REST)
    await expectEqual(url, editors)
    expect(kills).toBeGreaterThan(2)
    for (const editor of editors) await editor.close()
    await server.stop()
  },
  PATIENCE_MS,
)

const AT_REST = Array.from({ length: EDITORS }, () => ({ isAtRest: true, problem: null }))
const restOf = (editors: readonly Editor[]) =>
  editors.map(({ isAtRest, problem }) => ({ isAtRest, problem }))

async function edit(editor: Editor, random: Random, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    editor.edit()
    if (random.chance(0.005)) await editor.reload()
    await setTimeout(random.below(LONGEST_PAUSE_MS))
  }
}

/** Kills the server, starts it again, and checks that all acknowledged edits are there. */
async function killAndStart(
  server: RunningServer,
  port: number,
  editors: readonly Editor[],
): Promise<RunningServer> {
  await server.kill()
  const acknowledged = editors.flatMap((editor) => editor.acknowledged)
  const next = await startServer({ dataDir: folder }, port)
  await expectWritten(next.baseUrl, acknowledged)
  return next
}

async function expectWritten(url: string, entries: readonly string[]): Promise<void> {
  const written = new Set(contentsOf(await readDocument(url)).written)
  expect(entries.filter((entry) => !written.has(entry))).toEqual([])
}

async function expectEqual(url: string, editors: readonly Editor[]): Promise<void> {
  const expected = await untilAlike(
    url,
    editors.map(({ doc }) => doc),
  )
  const all = editors.flatMap(({ acknowledged }) => acknowledged)
  expect(expected.written.toSorted()).toEqual(all.toSorted())
  expect(expected.text).not.toContain('\uFFFD')
  expect(expected.text.length).toBeGreaterThan(100)
}
