import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyUpdate, Doc } from 'yjs'
import { openStore as openPostgres } from '../../packages/server/src/document/postgres.js'
import { openStore as openSqlite } from '../../packages/server/src/document/sqlite.js'
import type { DocumentStore } from '../../packages/server/src/document/store.js'
import { within } from 'whereabouts-conformance/deadline'
import { type RunningPostgres, startPostgres } from '../servers/postgres.js'
import { startServer } from '../servers/standalone.js'
import { Random } from '../simulation/random.js'
import { firstSeed, size } from '../size.js'

const SERVER = fileURLToPath(new URL('crash.server.mjs', import.meta.url))
const ROOM = 'crash'
/** Kills per store: of the document thread alone, and of the whole server. */
const KILLS = { thread: size(25, 90), server: size(4, 10) }
const ALL_KILLS = KILLS.thread + KILLS.server
const WRITERS = 4
const START_MS = 30_000
/** The longest time from when the server listens until it is killed. */
const LONGEST_LIFE_MS = 300
/** The share of kills before the server listens. */
const EARLY_SHARE = 0.1
const LONGEST_START_MS = 300
const PATIENCE_MS = 600_000

/** `CRASH_SEED=7 npx vitest run test/documents/crash` repeats the timing of a run. */
const seed = firstSeed('CRASH_SEED')

let postgres: RunningPostgres
let folder: string
beforeAll(async () => {
  postgres = await startPostgres()
  folder = await mkdtemp(join(tmpdir(), 'whereabouts-crash-'))
})
afterAll(async () => {
  await postgres[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

describe.concurrent(`with seed ${seed}`, () => {
  it(
    `[DO8] SQLite: every acknowledged update survives ${ALL_KILLS} kill -9`,
    async () => {
      await crash(
        { dataDir: folder },
        async () => openSqlite({ dataDir: folder }),
        new Random(seed),
      )
    },
    PATIENCE_MS,
  )

  it(
    `[DO8] PostgreSQL: every acknowledged update survives ${ALL_KILLS} kill -9`,
    async () => {
      const databaseUrl = await postgres.newDatabase()
      await crash({ databaseUrl }, () => openPostgres({ databaseUrl }), new Random(seed + 1))
    },
    PATIENCE_MS,
  )
})

/** Where a server keeps its documents. */
interface Place {
  readonly dataDir?: string
  readonly databaseUrl?: string
}

/** A server to be killed. */
interface Mortal extends AsyncDisposable {
  readonly baseUrl: string
  kill(): Promise<void>
}

async function crash(
  place: Place,
  open: () => Promise<DocumentStore>,
  random: Random,
): Promise<void> {
  const writers = Array.from({ length: WRITERS }, (_, index) => new Writer(index))
  let early = 0
  let kill = 0
  // On a busy machine a few more lives, each longer than the one before, until a compaction has begun.
  for (; kill < ALL_KILLS || (await generationIn(open)) === 0; kill++) {
    const whole = kill % (ALL_KILLS / KILLS.server) === 0
    if (!whole && random.chance(EARLY_SHARE)) {
      early += 1
      await killEarly(place, random.below(LONGEST_START_MS))
      continue
    }
    await using server = await (whole ? startWhole(place) : startThread(place))
    await expectAcknowledged(server.baseUrl, writers)
    const writing = writers.map((writer) => writer.write(server.baseUrl))
    await setTimeout(random.below(LONGEST_LIFE_MS * Math.max(1, kill - ALL_KILLS)))
    await server.kill()
    await Promise.all(writing)
  }
  await using last = await startThread(place)
  await expectAcknowledged(last.baseUrl, writers)
  await last.kill()
  const generation = await generationIn(open)
  const acknowledged = writers.reduce((sum, writer) => sum + writer.acknowledged, 0)
  const name = place.dataDir === undefined ? 'PostgreSQL' : 'SQLite'
  process.stdout.write(
    `${name}: seed ${seed}, ${kill} kills, ${KILLS.server} of them of the whole server and ${early} before it listened; ` +
      `${acknowledged} updates acknowledged, all there; ${generation} compactions begun\n`,
  )
  // Otherwise the test would prove nothing.
  expect(acknowledged).toBeGreaterThan(ALL_KILLS)
  expect(generation).toBeGreaterThan(0)
}

/** Returns how many compactions of the document have begun. No server may be running. */
async function generationIn(open: () => Promise<DocumentStore>): Promise<number> {
  const store = await open()
  const { generation } = await store.load(ROOM)
  await store.close()
  return generation
}

/** Posts one update after another, repeating each until it is acknowledged. */
class Writer {
  acknowledged = 0
  readonly #doc = new Doc()
  /** The update that is not yet acknowledged. */
  #pending: Uint8Array | undefined

  constructor(readonly index: number) {
    this.#doc.on('update', (update: Uint8Array) => {
      this.#pending = update
    })
  }

  /** Writes until the server is gone. */
  async write(baseUrl: string): Promise<void> {
    for (;;) {
      if (this.#pending === undefined) this.#doc.getArray(this.name).push([this.acknowledged])
      try {
        const response = await fetch(`${baseUrl}/rooms/${ROOM}/document`, {
          method: 'POST',
          headers: { 'content-type': 'application/octet-stream' },
          body: new Uint8Array(this.#pending!),
        })
        if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
      } catch (error) {
        // `fetch` throws a TypeError when the connection breaks.
        if (error instanceof TypeError) return
        throw error
      }
      this.#pending = undefined
      this.acknowledged += 1
    }
  }

  get name(): string {
    return `writer ${this.index}`
  }
}

async function expectAcknowledged(baseUrl: string, writers: readonly Writer[]): Promise<void> {
  const response = await fetch(`${baseUrl}/rooms/${ROOM}/document`)
  const doc = new Doc()
  applyUpdate(doc, new Uint8Array(await response.arrayBuffer()))
  for (const { name, acknowledged } of writers) {
    const there = doc.getArray<number>(name).toArray()
    expect(there).toEqual(there.map((_, index) => index))
    // An update in flight may have been stored or not.
    expect(there.length).toBeGreaterThanOrEqual(acknowledged)
    expect(there.length).toBeLessThanOrEqual(acknowledged + 1)
  }
}

async function startThread(place: Place): Promise<Mortal> {
  const server = fork(SERVER, [JSON.stringify(place)])
  const ended = once(server, 'exit').then(([code]) => {
    throw new Error(`the server ended by itself: ${code}`)
  })
  const listening = once(server, 'message') as Promise<[AddressInfo]>
  const [{ port }] = await within(Promise.race([listening, ended]), 'its address', START_MS)
  ended.catch(() => {
    // From now on the test ends the server.
  })
  return mortal(`http://127.0.0.1:${port}`, () => kill(server))
}

async function startWhole(place: Place): Promise<Mortal> {
  const server = await startServer(place)
  return mortal(server.baseUrl, () => server.kill())
}

function mortal(baseUrl: string, end: () => Promise<void>): Mortal {
  return { baseUrl, kill: end, [Symbol.asyncDispose]: end }
}

async function killEarly(place: object, afterMs: number): Promise<void> {
  const server = fork(SERVER, [JSON.stringify(place)])
  await setTimeout(afterMs)
  await kill(server)
}

async function kill(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exited = once(server, 'exit')
  server.kill('SIGKILL')
  await exited
}
