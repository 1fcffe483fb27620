import { describe, it } from 'vitest'
import { addressRules } from './rules/addresses.js'
import { articleRules } from './rules/article.js'
import { broadcastRules } from './rules/broadcasts.js'
import { callRules } from './rules/calls.js'
import { compressionRules } from './rules/compression.js'
import { confirmationRules } from './rules/confirmations.js'
import { documentPostRules } from './rules/document-posts.js'
import { documentSyncRules } from './rules/document-sync.js'
import { documentRules } from './rules/documents.js'
import { frameRules } from './rules/frames.js'
import { identityRules } from './rules/identity.js'
import { lockRules } from './rules/locks.js'
import { memberRules } from './rules/members.js'
import { nameRules } from './rules/names.js'
import { partRules } from './rules/parts.js'
import { problemRules } from './rules/problems.js'
import { roomRules } from './rules/rooms.js'
import { severalRoomsRules } from './rules/several-rooms.js'
import { shutdownRules } from './rules/shutdown.js'
import { streamRules } from './rules/stream.js'
import { versionRules } from './rules/versions.js'
import { startedServers } from './started.js'
import {
  HEARTBEAT_MS,
  LEASE_MS,
  PATIENCE_MS,
  SOON_MS,
  type Servers,
  type Start,
  type Suite,
} from './suite.js'

/** The traits of a server. */
interface Traits {
  /** Whether the platform answers 503 by itself once it is closing, before the module is asked. */
  readonly platformRefuses?: boolean
  /** Whether it may be one of several nodes. `test/nodes` tests what is different then. */
  readonly isNode?: boolean
  /** Whether to test only what the program itself does: its settings, its documents and its shutdown. */
  readonly isProgramOnly?: boolean
}

/**
 * Tests sections 2 to 9, 11 and 15 of PROTOCOL.md, as far as they can be seen from outside, over real HTTP
 * against the servers that `start` starts.
 */
export function runConformance(name: string, start: Start, traits: Traits = {}): void {
  runRules(name, () => startedServers(start), traits)
}

/** Runs the same tests against other servers. */
export function runRules(
  name: string,
  servers: () => Servers,
  { platformRefuses = false, isNode = false, isProgramOnly = false }: Traits = {},
): void {
  describe(name, { timeout: PATIENCE_MS }, () => {
    const { start, share, calm } = servers()
    const suite: Suite = {
      start,
      share,
      calm,
      brief: share({ heartbeatMs: HEARTBEAT_MS, leaseMs: LEASE_MS, soonMs: SOON_MS }),
      platformRefuses,
      itAlone: isNode ? () => {} : it,
      describeAlone: isNode ? () => {} : describe,
    }
    for (const rules of OF_THE_PROGRAM) rules(suite)
    if (!isProgramOnly) for (const rules of OF_THE_MODULE) rules(suite)
  })
}

/** Rules about settings, the data folder, the port and signals. */
const OF_THE_PROGRAM = [
  identityRules,
  roomRules,
  shutdownRules,
  problemRules,
  documentRules,
  documentPostRules,
  documentSyncRules,
]

/** Rules that the module follows in every server. */
const OF_THE_MODULE = [
  nameRules,
  memberRules,
  confirmationRules,
  broadcastRules,
  lockRules,
  callRules,
  addressRules,
  articleRules,
  streamRules,
  severalRoomsRules,
  compressionRules,
  partRules,
  frameRules,
  versionRules,
]
