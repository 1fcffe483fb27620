import { afterAll, beforeAll, describe } from 'vitest'
import { articleRules } from './rules/article.js'
import { callRules } from './rules/calls.js'
import { frameRules } from './rules/frames.js'
import { identityRules } from './rules/identity.js'
import { memberRules } from './rules/members.js'
import { nameRules } from './rules/names.js'
import { problemRules } from './rules/problems.js'
import { roomRules } from './rules/rooms.js'
import { shutdownRules } from './rules/shutdown.js'
import { streamRules } from './rules/stream.js'
import {
  HEARTBEAT_MS,
  LEASE_MS,
  type Running,
  type Served,
  SOON_MS,
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
    nameRules(suite)
    identityRules(suite)
    roomRules(suite)
    memberRules(suite)
    callRules(suite)
    articleRules(suite)
    streamRules(suite)
    frameRules(suite)
    shutdownRules(suite)
    problemRules(suite)
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
