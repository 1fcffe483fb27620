/** Settings of a server under test; the others keep the server's defaults. */
export interface Settings {
  readonly leaseMs?: number
  readonly soonMs?: number
  readonly heartbeatMs?: number
  readonly frameIntervalMs?: number
  /** 0 for a fixed interval between frames, whatever they cost. */
  readonly frameCostMs?: number
  readonly stuckMs?: number
  readonly goodbyeMs?: number
  readonly maxMembers?: number
  readonly maxRooms?: number
  readonly maxConnections?: number
  readonly maxLocationBytes?: number
  readonly maxLeavers?: number
  readonly secret?: string
  readonly maxUpdateBytes?: number
  readonly maxDocumentBytes?: number
  readonly maxRecentDocumentBytes?: number
  readonly maxRecentBroadcastBytes?: number
  readonly maxArrivingBytes?: number
  readonly maxWaitingBytes?: number
  readonly dataDir?: string
  readonly databaseUrl?: string
  readonly redisUrl?: string
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

/** The settings that a server sends in `hello`. @see PROTOCOL.md ST3, ST16 */
export interface Said {
  readonly heartbeatMs: number
  readonly leaseMs: number
  readonly maxLocationBytes: number
}

/** A server that several tests share. Its fields throw {@link NotChecked} if there is no such server. */
export interface Served extends Said {
  readonly baseUrl: string
  /** The same, if the server has the calls of HT8. @see PROTOCOL.md NE4 */
  readonly operationsUrl: string
  /** The same, if the server has the article's calls. @see PROTOCOL.md NE3 */
  readonly articleUrl: string
}

/** The servers that the rules are checked against. */
export interface Servers {
  /** Starts a server for one test. */
  readonly start: Start
  /** Returns a server with these settings for all tests of the current suite. */
  readonly share: (settings: Settings) => Served
  /** A server with the usual lease, so that nobody leaves by itself while a test runs. */
  readonly calm: Served
}

/** The arguments of the tests in every section. */
export interface Suite extends Servers {
  /** Whether the platform answers 503 by itself once it is closing, before the module is asked. */
  readonly platformRefuses: boolean
  /**
   * Defines a test that only holds for a server that runs alone with a file for its documents: simultaneous
   * changes share one frame of any size, and all readers of a room are on this server.
   */
  readonly itAlone: (name: string, test: () => Promise<void>) => void
  /** Groups tests of that kind. */
  readonly describeAlone: (name: string, tests: () => void) => void
  /** A short lease, for tests in which members come and go. */
  readonly brief: Served
}

/** Thrown by a test whose rule can't be checked against this server. The rule neither passes nor fails. */
export class NotChecked extends Error {
  override readonly name = 'NotChecked'
}

/** The heartbeat interval of a shared server's streams. */
export const HEARTBEAT_MS = 100
/** The lease of the `brief` server. */
export const LEASE_MS = 1_000
/** How long a member who left with `soon` stays, on servers for tests that wait for it. */
export const SOON_MS = 1_000

/** Generous, because a server process takes time to start, and some tests start several. */
export const PATIENCE_MS = 120_000
