import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../servers/free-port.js'
import { type RunningServer, startServer } from '../servers/standalone.js'
import { Random } from '../simulation/random.js'
import { firstSeed, size } from '../size.js'
import { Browser } from './browser.js'
import { contentsOf, readDocument, untilAlike } from './editor.js'

const BROWSERS = 3
const SECONDS = size(25, 300)
const LONGEST_PAUSE_MS = 60
const LONGEST_LIFE_MS = 3_000
const REST_MS = 60_000
const PATIENCE_MS = SECONDS * 1_000 + 2 * REST_MS

/** `EDITS_SEED=7 npx vitest run test/edits` makes the same edits again. */
const seed = firstSeed('EDITS_SEED')

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whereabouts-restored-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

it(
  `[CL28 CL29] ${SECONDS} s of lost copies, duplicated tabs, closed tabs and servers restored from older backups: no edit is lost, and none is reported as saved while it isn't (seed ${seed})`,
  async () => {
    const random = new Random(seed)
    const host = await Host.start(folder, random)
    onTestFinished(() => host.stop())
    const browsers = Array.from(
      { length: BROWSERS },
      (_, index) => new Browser(host.url, `browser ${index}`, new Random(seed + index)),
    )
    const stop = new AbortController()
    const acting = browsers.map((browser) => act(browser, random, stop.signal))
    const endMs = Date.now() + SECONDS * 1_000
    // On a slow machine, a few more lives until there were two restores.
    while (Date.now() < endMs || host.restores < 2) {
      await setTimeout(random.below(LONGEST_LIFE_MS))
      await expectNoLie(host.url, browsers)
      await host.kill()
      await host.startAgain()
    }
    stop.abort()
    await Promise.all(acting)
    for (const { line } of browsers) line.isMended = true
    // All browsers open the document once more, so edits that only a closed tab had are sent too.
    for (const browser of browsers) browser.open()
    await expect.poll(() => restOf(browsers), { timeout: REST_MS }).toEqual(AT_REST)
    await expectEverything(host.url, browsers)
    await Promise.all(browsers.map((browser) => browser.end()))
    await host.stop()
  },
  PATIENCE_MS,
)

const AT_REST = Array.from({ length: BROWSERS }, () => ({ isAtRest: true, problems: [] }))
const restOf = (browsers: readonly Browser[]) =>
  browsers.map(({ isAtRest, problems }) => ({ isAtRest, problems }))

/** A server that is killed and starts again with its data or with an older backup. */
class Host {
  restores = 0
  #hasBackup = false

  private constructor(
    private readonly folder: string,
    private readonly random: Random,
    private server: RunningServer,
  ) {}

  static async start(folder: string, random: Random): Promise<Host> {
    const server = await startServer({ dataDir: join(folder, 'data') }, await freePort())
    return new Host(folder, random, server)
  }

  get url(): string {
    return this.server.baseUrl
  }

  async kill(): Promise<void> {
    await this.server.kill()
  }

  async startAgain(): Promise<void> {
    const [data, backup] = [join(this.folder, 'data'), join(this.folder, 'backup')]
    if (this.#hasBackup && this.random.chance(0.5)) {
      this.restores += 1
      await copyFolder(backup, data)
    } else if (!this.#hasBackup || this.random.chance(0.5)) {
      this.#hasBackup = true
      await copyFolder(data, backup)
    }
    this.server = await startServer({ dataDir: data }, Number(new URL(this.url).port))
  }

  async stop(): Promise<void> {
    await this.server.stop()
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true })
  // A killed server leaves the socket for its commands.
  await cp(from, to, { recursive: true, filter: (path) => !path.endsWith('.sock') })
}

async function act(browser: Browser, random: Random, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    browser.act()
    await setTimeout(random.below(LONGEST_PAUSE_MS))
  }
}

/** Checks that everything reported as saved is there. */
async function expectNoLie(url: string, browsers: readonly Browser[]): Promise<void> {
  const acknowledged = browsers.flatMap((browser) => browser.acknowledged)
  const written = new Set(contentsOf(await readDocument(url)).written)
  expect(acknowledged.filter((entry) => !written.has(entry))).toEqual([])
}

async function expectEverything(url: string, browsers: readonly Browser[]): Promise<void> {
  const expected = await untilAlike(
    url,
    browsers.flatMap(({ docs }) => docs),
  )
  const all = browsers.flatMap(({ written }) => written)
  expect(expected.written.toSorted()).toEqual(all.toSorted())
  expect(expected.text).not.toContain('\uFFFD')
  expect(all.length).toBeGreaterThan(100)
}
