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
import {
  HEARTBEAT_MS,
  LEASE_MS,
  SOON_MS,
  type Running,
  type Served,
  type Start,
  type Suite,
} from './suite.js'

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
