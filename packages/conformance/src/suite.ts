/** Settings of a server under test; whatever is left out has the server's default. */
export interface Settings {
  readonly leaseMs?: number
  readonly soonMs?: number
  readonly heartbeatMs?: number
  readonly frameIntervalMs?: number
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

/** A server that several tests share. Its fields throw {@link NotChecked} where there is none. */
export interface Served extends Said {
  readonly baseUrl: string
}

/** The servers that the rules are checked against. */
export interface Servers {
  /** Starts a server that one test has for itself. */
  readonly start: Start
  /** A server with these settings for all tests of the suite that this is called in. */
  readonly share: (settings: Settings) => Served
  /** A server with the usual lease, so that nobody leaves by itself while a test runs. */
  readonly calm: Served
}

/** The arguments of the tests in every section. */
export interface Suite extends Servers {
  /** Whether the platform answers 503 by itself once it is closing, before the module is asked. */
  readonly platformRefuses: boolean
  /**
   * A test of what a server that is alone can keep to, with a file for its documents: what happens at
   * once is in one frame, however large, and everybody who is in its rooms is on it.
   */
  readonly itAlone: (name: string, test: () => Promise<void>) => void
  /** Tests of that kind, and what they share. */
  readonly describeAlone: (name: string, tests: () => void) => void
  /** A short lease, for tests in which members come and go. */
  readonly brief: Served
}

/** Thrown by a test whose rule this server can't be checked for. It is neither passed nor failed. */
export class NotChecked extends Error {
  override readonly name = 'NotChecked'
}

/** The heartbeat interval of a shared server's streams. */
export const HEARTBEAT_MS = 100
/** The lease of the server that is called brief. */
export const LEASE_MS = 1_000
/** How long a member who left with `soon` stays, in tests that need it short. */
export const SOON_MS = 1_000

/** A process of its own takes its time to start, and some tests start several. */
export const PATIENCE_MS = 120_000
