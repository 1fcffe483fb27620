import { afterAll, beforeAll, describe } from 'vitest'
import { article } from './rules/article.js'
import { calls } from './rules/calls.js'
import { frames } from './rules/frames.js'
import { identity } from './rules/identity.js'
import { members } from './rules/members.js'
import { names } from './rules/names.js'
import { problems } from './rules/problems.js'
import { rooms } from './rules/rooms.js'
import { shutdown } from './rules/shutdown.js'
import { stream } from './rules/stream.js'

/** Settings of a server under test; whatever is left out has the server's default. */
export interface Settings {
  readonly leaseMs?: number
  readonly soonMs?: number
  readonly heartbeatMs?: number
  readonly frameIntervalMs?: number
  readonly stuckMs?: number
  readonly maxMembers?: number
  readonly maxRooms?: number
  readonly maxConnections?: number
  readonly maxLocationBytes?: number
  readonly maxLeavers?: number
  readonly secret?: string
  readonly dataDir?: string
}

/** A server under test; disposing of it stops it. */
export interface Running extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly baseUrl: string
  /** Begins an orderly shutdown, as an operator would; resolves when it is over. */
  stop(): Promise<void>
}

/** Starts a server on a free port of the loopback interface. */
export type Start = (settings?: Settings) => Promise<Running>

/** A server that lives as long as the tests that share it. */
export type Served = Pick<Running, 'baseUrl'>

/** What the tests of every section are given. */
export interface Suite {
  readonly start: Start
  /** The usual lease, so that nobody leaves by himself while a test runs. */
  readonly calm: Served
  /** A short lease, for tests in which members come and go. */
  readonly brief: Served
}

/** How often a shared server's streams say that they are alive. */
export const HEARTBEAT_MS = 100
/** The lease of the server that is called brief. */
export const LEASE_MS = 400
/** How long a member who said `soon` stays, at the server that is called brief. */
export const SOON_MS = 600

// A process of its own takes its time to start, and some tests start several.
const PATIENCE_MS = 30_000

/**
 * The whole of PROTOCOL.md sections 2 to 9 as far as it can be seen from outside, over real HTTP,
 * against whatever `start` starts.
 */
export function runConformance(name: string, start: Start): void {
  describe(name, { timeout: PATIENCE_MS }, () => {
    const suite: Suite = {
      start,
      calm: share(() => start({ heartbeatMs: HEARTBEAT_MS })),
      brief: share(() => start({ heartbeatMs: HEARTBEAT_MS, leaseMs: LEASE_MS, soonMs: SOON_MS })),
    }
    names(suite)
    identity(suite)
    rooms(suite)
    members(suite)
    calls(suite)
    article(suite)
    stream(suite)
    frames(suite)
    shutdown(suite)
    problems(suite)
  })
}

function share(start: () => Promise<Running>): Served {
  let running: Running | undefined
  beforeAll(async () => {
    running = await start()
  }, PATIENCE_MS)
  afterAll(() => running?.[Symbol.asyncDispose]())
  return {
    get baseUrl() {
      if (running === undefined) throw new Error('asked for before it was started')
      return running.baseUrl
    },
  }
}
