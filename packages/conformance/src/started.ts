import { afterAll, beforeAll } from 'vitest'
import {
  HEARTBEAT_MS,
  PATIENCE_MS,
  type Running,
  type Said,
  type Served,
  type Servers,
  type Settings,
  type Start,
} from './suite.js'

/** The `hello` of a server with default settings. */
const USUAL: Said = { heartbeatMs: 15_000, leaseMs: 15_000, maxLocationBytes: 1_024 }

/** Returns servers that are started for the tests, each with the settings that it needs. */
export function startedServers(start: Start): Servers {
  const share = (settings: Settings) => shareStarted(start, settings)
  return { start, share, calm: share({ heartbeatMs: HEARTBEAT_MS }) }
}

/** Starts a server before the tests of the current suite, and stops it after them. */
function shareStarted(start: Start, settings: Settings): Served {
  let running: Running | undefined
  beforeAll(async () => {
    running = await start(settings)
  }, PATIENCE_MS)
  afterAll(() => running?.[Symbol.asyncDispose]())
  const url = (): string => {
    if (running === undefined) throw new Error('asked for before it was started')
    return running.baseUrl
  }
  return {
    ...USUAL,
    ...settings,
    get baseUrl() {
      return url()
    },
    get operationsUrl() {
      return url()
    },
    get articleUrl() {
      return url()
    },
  }
}
