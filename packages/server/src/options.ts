import type { IncomingMessage } from 'node:http'
import { type Action, type Json, LINK_ROLES, type LinkGives } from '@whereabouts/protocol'
import type { Registry } from 'prom-client'
import { z } from 'zod'
import type { Audit } from './access/audit.js'
import type { PostgresPool } from './document/handed-pool.js'
import type { StoreModule } from './document/store.js'
import type { RedisClient } from './exchange/handed-client.js'
import { readBasePath } from './access/base-path.js'
import { isProxy } from './access/proxies.js'
import type { DocumentFiles } from './document-files.js'
import type { OnLoadDocument } from './first-contents.js'
import type { Log } from './log.js'
import {
  hasPrefix,
  isPostgresPool,
  isRedisClient,
  POSTGRES_POOL,
  REDIS_CLIENT,
  UNPREFIXED,
} from './handed.js'
import { faultsOf, type OptionFault } from './option-faults.js'
import type { OnStoreDocument } from './store-calls.js'

/** The user that makes a call, as the application knows it. */
export interface AuthenticatedUser {
  /** Not empty; the same in everything that this person opens. */
  readonly id: string
  /** A name as in NM3; without it, the member is a guest. */
  readonly name?: string | null | undefined
  /** A color as in NM4; without it, the member's id decides. */
  readonly color?: string | null | undefined
  /** An https address of at most 2,048 characters. */
  readonly avatar?: string | null | undefined
  /** When the login expires, in ms since 1970: from then on, calls are refused and streams end. */
  readonly expiresAtMs?: number | undefined
  /** Names this login, so that `rooms.endSession` can end what is open of it. 1 to 255 bytes; nobody else sees it. */
  readonly session?: string | null | undefined
  /** What others see in `user.meta`: at most 1,024 bytes of JSON text. */
  readonly meta?: Json | undefined
}

/** The answer of `authenticate`; anything but a user refuses the call. */
type Authenticated = AuthenticatedUser | null | undefined | false

/** Identifies the caller of a request. Refuses it by returning no user or by throwing. @see PROTOCOL.md ID5, ID8 */
export type Authenticate = (request: IncomingMessage) => Authenticated | Promise<Authenticated>

/** The question for `authorize`: may a caller do something in a room? */
export interface AskedAction {
  /** The request of the call; of an open stream, the one that opened it. */
  readonly request: IncomingMessage
  /** What `authenticate` returned; `undefined` without it. */
  readonly user: AuthenticatedUser | undefined
  /** The room's name. */
  readonly room: string
  readonly action: Action
  /**
   * Resolves whether the document's own access record allows it, by its owner, its users and its link.
   *
   * @see PROTOCOL.md SR1
   */
  readonly shared: () => Promise<boolean>
}

/** Returns whether a caller may do something. Only `true` allows it. @see PROTOCOL.md AC6, AC8 */
export type Authorize = (asked: AskedAction) => boolean | Promise<boolean>

/** An {@link Authorize} that leaves access to the owners of documents. @see PROTOCOL.md SR2 */
export const sharedAccess: Authorize = ({ shared }) => shared()

/** Settings of the server. All are optional; see {@link DEFAULTS}. */
export interface WhereaboutsOptions {
  /** How long a member without a connection stays, in ms. */
  readonly leaseMs?: number
  /** How long a member stays after `leave?soon=1`, which a closed or reloaded page sends, in ms. */
  readonly soonMs?: number
  /**
   * How often a client confirms that it is there, in ms, at most 45,000. Without a confirmation for nearly
   * twice as long, others see its user as away. `0` turns this off, and a user whose network is lost stays
   * online until the connection ends. @see PROTOCOL.md CO9
   */
  readonly confirmMs?: number
  /** How often a stream carries a ping, in ms. */
  readonly heartbeatMs?: number
  /**
   * The time between two frames of a room whose frames cost `frameCostMs` or more, in ms. Cheaper ones go out
   * more often. @see PROTOCOL.md FR22
   */
  readonly frameIntervalMs?: number
  /**
   * The core time of a frame that is worth the whole `frameIntervalMs`, in ms. Frames that cost half as much go
   * out four times as often. With `0`, the interval holds for every room, whatever its frames cost.
   */
  readonly frameCostMs?: number
  /** How long a reader may read nothing before its connection is closed, in ms. */
  readonly stuckMs?: number
  /**
   * How long a server that stops takes to send its readers to other servers, in ms. `0` ends all
   * streams at once. PROTOCOL.md FR9
   */
  readonly goodbyeMs?: number
  /** How many members a room holds. */
  readonly maxMembers?: number
  /** How many former members and released locks a room remembers, so that a returning reader gets a patch. */
  readonly maxLeavers?: number
  /** How many rooms this process holds. */
  readonly maxRooms?: number
  /** How many streams and waiting long-polls this process holds. */
  readonly maxConnections?: number
  /** How large a location may be, as JSON text in UTF-8. */
  readonly maxLocationBytes?: number
  /** How large a broadcast event may be, as JSON text in UTF-8. */
  readonly maxBroadcastBytes?: number
  /**
   * How many bytes of a room's latest broadcasts are kept, for at most a lease, until slow readers have them.
   * Readers are told how many they missed. @see PROTOCOL.md EV8
   */
  readonly maxRecentBroadcastBytes?: number
  /** How large one update of a document may be. */
  readonly maxUpdateBytes?: number
  /** How large a document may be in the store. Deleted content counts for little. */
  readonly maxDocumentBytes?: number
  /**
   * The rooms whose documents keep the content of what is deleted in them, so that Yjs can show them as they were: names,
   * or beginnings of names with `*` after them, such as `minutes-*`. @see PROTOCOL.md GC1
   */
  readonly keepDeleted?: readonly string[]
  /** How many bytes of a document's latest updates a room keeps, for readers who were away briefly. */
  readonly maxRecentDocumentBytes?: number
  /** How much memory all loaded documents together may need, as the server estimates it. */
  readonly maxLoadedDocumentBytes?: number
  /** How much memory all request bodies that are still arriving may take; at least `maxUpdateBytes`. */
  readonly maxArrivingBytes?: number
  /** How much memory all large answers that wait for their readers may take. */
  readonly maxWaitingBytes?: number
  /** How often `authorize` is asked again about an open stream or a waiting long-poll, in ms. */
  readonly revalidateMs?: number
  /**
   * What a document's link allows everybody whom the server knows, until its owner changes it: `nothing`,
   * `view`, `comment` or `edit`. @see PROTOCOL.md SR3
   */
  readonly linkGives?: LinkGives
  /** How large all documents together may be in the store. `0` for no limit. @see PROTOCOL.md BU10 */
  readonly maxStoredBytes?: number
  /** How large the documents of one owner may be together. `0` for no limit. @see PROTOCOL.md BU11 */
  readonly maxOwnerBytes?: number
  /**
   * Multiplies the budgets of callers. `0` turns off the budgets and the three limits below.
   * @see PROTOCOL.md BU2
   */
  readonly budgetScale?: number
  /** How many existing rooms one caller may have created. */
  readonly maxRoomsPerCaller?: number
  /** How many streams and waiting long-polls one caller may hold. */
  readonly maxConnectionsPerCaller?: number
  /** How many existing members of a room one caller may have created. */
  readonly maxMembersPerCaller?: number
  /**
   * How often a version of a document is made while it is edited, in ms. `0` turns the history off.
   * @see PROTOCOL.md HY1
   */
  readonly historyEveryMs?: number
  /** How long all versions of a document are kept, in hours; after that, the last one of each hour. */
  readonly historyAllHours?: number
  /** How long a version of each hour is kept, in days; after that, the last one of each day. */
  readonly historyHourlyDays?: number
  /**
   * How large the versions of a document may be together in the store, compressed. Over that, the oldest ones
   * without a name go first.
   */
  readonly historyBytes?: number
  /** How long a document must not have changed before `onStoreDocument` is called, in ms. */
  readonly storeDebounceMs?: number
  /** How long after a document's first change `onStoreDocument` is called at the latest, in ms. */
  readonly storeMaxWaitMs?: number
  /**
   * Gives a document that isn't there its first content, or nothing for an empty one. Asked before the
   * document is first read or written, and stored once. @see PROTOCOL.md RS6
   */
  readonly onLoadDocument?: OnLoadDocument
  /**
   * Receives each document after it has changed, such as to keep a copy or to index its text. Once for all
   * servers, and again after a failure. @see PROTOCOL.md RS10
   */
  readonly onStoreDocument?: OnStoreDocument
  /** Takes files as documents, and gives documents as files. @see FILES.md FL15 */
  readonly documentFiles?: DocumentFiles
  /**
   * The secret behind member ids, at least 16 characters; the same on every node. If it isn't set, the
   * server makes one and keeps it in `dataDir`; without a `dataDir` it lasts as long as the process.
   */
  readonly secret?: string
  /** The folder for what has to survive a restart. The server makes it if it isn't there. */
  readonly dataDir?: string
  /**
   * The PostgreSQL database that documents are kept in, as `postgres://…`. If it isn't set, they are in
   * a file in `dataDir`; without a `dataDir` they last as long as the process.
   */
  readonly databaseUrl?: string
  /**
   * The application's own pool of connections to PostgreSQL, from the package `pg`, in place of `databaseUrl`. The
   * server never closes it. @see PROTOCOL.md HI2
   */
  readonly pgPool?: PostgresPool
  /**
   * An application's own store for documents, instead of PostgreSQL or the file in `dataDir`: a module
   * that exports `openStore`, and the options that it is called with.
   */
  readonly store?: StoreModule
  /**
   * The Redis or Valkey server that connects several servers into one, as `redis://…`. Needs the same
   * `secret`, and the same `databaseUrl`, `pgPool` or `store`, on all of them. If it isn't set, this server is alone.
   */
  readonly redisUrl?: string
  /**
   * The application's own client of node-redis, in place of `redisUrl`. The server connects with its settings, and
   * never uses or closes the client itself. @see PROTOCOL.md HI1
   */
  readonly redisClient?: RedisClient
  /** Identifies the caller of each call. If it isn't set, rooms are open: callers name themselves. */
  readonly authenticate?: Authenticate
  /**
   * Decides what a caller may do in a room. If it isn't set, every caller may do everything except `manage`.
   * PROTOCOL.md AC6
   */
  readonly authorize?: Authorize
  /** Confirms that anybody may call, if `authenticate` is not set. @see PROTOCOL.md NE14 */
  readonly auth?: 'open'
  /**
   * The addresses and CIDR ranges of the proxies in front of this server. Only their `X-Forwarded-…`
   * headers are believed. @see PROTOCOL.md BR1
   */
  readonly trustedProxies?: readonly string[]
  /**
   * The path by which browsers know this server, such as `/apps/where`, if a proxy removes it from
   * requests. If it isn't set, a trusted proxy may say it in `X-Forwarded-Prefix`. @see PROTOCOL.md HT30
   */
  readonly basePath?: string
  /**
   * The origins, besides the server's own, whose pages may change something, such as
   * `https://app.example.com`; `*` for all. An origin that the application's CORS headers allow needn't be here.
   * @see PROTOCOL.md BR3
   */
  readonly allowedOrigins?: readonly string[]
  /** Receives the server's messages for operators. */
  readonly log?: Log
  /**
   * The registry of prom-client that this server's metrics are added to, such as the application's own; `/metrics`
   * then answers with everything in it. If it isn't set, they are in a registry of their own, together with those of
   * the process.
   */
  readonly registry?: Registry
  /** Deletes documents that nobody changed or opened for this many days. If it isn't set, all are kept. */
  readonly retentionDays?: number
  /** Deletes documents that have been in the trash, and unused, for this many days. PROTOCOL.md HM10 */
  readonly trashDays?: number
  /**
   * Receives what those do who manage documents, and changes of access. If it isn't set, that is in
   * `audit.jsonl` and `access.jsonl` in `dataDir`, or in the log without a `dataDir`. PROTOCOL.md AD9
   */
  readonly audit?: Audit
}

/** The settings with every default filled in. */
export type ResolvedOptions = Required<Omit<WhereaboutsOptions, WithoutDefault>> &
  Pick<WhereaboutsOptions, WithoutDefault>

type WithoutDefault =
  | 'secret'
  | 'dataDir'
  | 'databaseUrl'
  | 'pgPool'
  | 'store'
  | 'redisUrl'
  | 'redisClient'
  | 'authenticate'
  | 'authorize'
  | 'auth'
  | 'basePath'
  | 'log'
  | 'registry'
  | 'retentionDays'
  | 'audit'
  | 'onLoadDocument'
  | 'onStoreDocument'
  | 'documentFiles'

export const DEFAULTS = {
  leaseMs: 15_000,
  soonMs: 2_000,
  confirmMs: 10_000,
  heartbeatMs: 15_000,
  frameIntervalMs: 50,
  frameCostMs: 1,
  stuckMs: 30_000,
  goodbyeMs: 0,
  maxMembers: 1_000,
  maxLeavers: 1_000,
  maxRooms: 10_000,
  maxConnections: 20_000,
  maxLocationBytes: 1_024,
  maxBroadcastBytes: 4_096,
  maxRecentBroadcastBytes: 65_536,
  maxUpdateBytes: 1_048_576,
  maxDocumentBytes: 67_108_864,
  keepDeleted: [],
  maxRecentDocumentBytes: 1_048_576,
  maxLoadedDocumentBytes: 536_870_912,
  maxArrivingBytes: 25_165_824,
  maxWaitingBytes: 268_435_456,
  maxStoredBytes: 10_737_418_240,
  maxOwnerBytes: 1_073_741_824,
  budgetScale: 1,
  maxRoomsPerCaller: 1_000,
  maxConnectionsPerCaller: 2_000,
  maxMembersPerCaller: 500,
  trustedProxies: [],
  allowedOrigins: [],
  revalidateMs: 30_000,
  linkGives: 'edit',
  historyEveryMs: 300_000,
  historyAllHours: 24,
  historyHourlyDays: 30,
  historyBytes: 33_554_432,
  trashDays: 30,
  storeDebounceMs: 2_000,
  storeMaxWaitMs: 10_000,
} as const satisfies WhereaboutsOptions

/** How long a server that stops waits for calls and posts under way. @see PROTOCOL.md FR13, DO19 */
export const FINISH_MS = 3_000

const DAY_MS = 86_400_000
const timeMs = (least: number) => z.int().min(least).max(DAY_MS)
const bytes = z.int().min(2).max(1_073_741_824)
const count = z.int().min(1).max(10_000_000)

const ROOMS = /^[A-Za-z0-9._:~-]{0,128}\*?$/

const callback = <Callback>() =>
  z.custom<Callback>((value) => typeof value === 'function', 'must be a function')

const object = <Value>() =>
  z.custom<Value>((value) => typeof value === 'object' && value !== null, 'must be an object')

const STORE = z.strictObject({
  module: z.custom<URL | string>(isFileUrl, 'is the file: URL of a module'),
  options: z.unknown().refine(canBeCloned, 'can be copied by structuredClone').optional(),
})

const SINGLE_OPTIONS = z.strictObject({
  leaseMs: timeMs(100).default(DEFAULTS.leaseMs),
  soonMs: timeMs(0).default(DEFAULTS.soonMs),
  confirmMs: z.int().min(0).max(45_000).default(DEFAULTS.confirmMs),
  heartbeatMs: timeMs(50).default(DEFAULTS.heartbeatMs),
  frameIntervalMs: timeMs(0).default(DEFAULTS.frameIntervalMs),
  frameCostMs: z.number().min(0).max(1_000).default(DEFAULTS.frameCostMs),
  stuckMs: timeMs(100).default(DEFAULTS.stuckMs),
  goodbyeMs: timeMs(0).default(DEFAULTS.goodbyeMs),
  maxMembers: count.default(DEFAULTS.maxMembers),
  maxLeavers: count.default(DEFAULTS.maxLeavers),
  maxRooms: count.default(DEFAULTS.maxRooms),
  maxConnections: count.default(DEFAULTS.maxConnections),
  maxLocationBytes: z.int().min(2).max(65_536).default(DEFAULTS.maxLocationBytes),
  maxBroadcastBytes: z.int().min(2).max(65_536).default(DEFAULTS.maxBroadcastBytes),
  maxRecentBroadcastBytes: bytes.max(16_777_216).default(DEFAULTS.maxRecentBroadcastBytes),
  maxUpdateBytes: bytes.max(67_108_864).default(DEFAULTS.maxUpdateBytes),
  maxDocumentBytes: bytes.default(DEFAULTS.maxDocumentBytes),
  keepDeleted: z
    .array(
      z.string().regex(ROOMS, 'must be a name of a room, or the beginning of one with * after it'),
    )
    .default([...DEFAULTS.keepDeleted]),
  maxRecentDocumentBytes: bytes.default(DEFAULTS.maxRecentDocumentBytes),
  maxLoadedDocumentBytes: bytes.default(DEFAULTS.maxLoadedDocumentBytes),
  maxArrivingBytes: bytes.default(DEFAULTS.maxArrivingBytes),
  maxWaitingBytes: bytes.default(DEFAULTS.maxWaitingBytes),
  revalidateMs: timeMs(50).default(DEFAULTS.revalidateMs),
  linkGives: z.enum(Object.keys(LINK_ROLES) as LinkGives[]).default(DEFAULTS.linkGives),
  maxStoredBytes: z.int().min(0).default(DEFAULTS.maxStoredBytes),
  maxOwnerBytes: z.int().min(0).default(DEFAULTS.maxOwnerBytes),
  budgetScale: z.number().min(0).max(1_000).default(DEFAULTS.budgetScale),
  maxRoomsPerCaller: count.default(DEFAULTS.maxRoomsPerCaller),
  maxConnectionsPerCaller: count.default(DEFAULTS.maxConnectionsPerCaller),
  maxMembersPerCaller: count.default(DEFAULTS.maxMembersPerCaller),
  historyEveryMs: timeMs(0).default(DEFAULTS.historyEveryMs),
  historyAllHours: z.int().min(0).max(87_600).default(DEFAULTS.historyAllHours),
  historyHourlyDays: z.int().min(0).max(3_650).default(DEFAULTS.historyHourlyDays),
  historyBytes: bytes.default(DEFAULTS.historyBytes),
  storeDebounceMs: timeMs(0).default(DEFAULTS.storeDebounceMs),
  storeMaxWaitMs: timeMs(0).default(DEFAULTS.storeMaxWaitMs),
  onLoadDocument: callback<OnLoadDocument>().optional(),
  onStoreDocument: callback<OnStoreDocument>().optional(),
  documentFiles: object<DocumentFiles>().optional(),
  secret: z.string().min(16).optional(),
  dataDir: z.string().min(1).optional(),
  databaseUrl: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
    .optional(),
  pgPool: z.custom<PostgresPool>(isPostgresPool, POSTGRES_POOL).optional(),
  store: STORE.optional(),
  redisUrl: z
    .string()
    .regex(/^redis(s|-sentinel)?:\/\//, 'must begin with redis://')
    .optional(),
  redisClient: z
    .custom<RedisClient>(isRedisClient, REDIS_CLIENT)
    .refine((client) => !hasPrefix(client), UNPREFIXED)
    .optional(),
  authenticate: callback<Authenticate>().optional(),
  authorize: callback<Authorize>().optional(),
  auth: z.literal('open').optional(),
  trustedProxies: z
    .array(z.string().refine(isProxy, 'must be an IP address or a CIDR range'))
    .default([...DEFAULTS.trustedProxies]),
  basePath: z
    .string()
    .refine(
      (text) => readBasePath(text) !== undefined,
      'must be a path of at most 128 of A-Z a-z 0-9 . _ ~ - and /, such as "/apps/where"',
    )
    .optional(),
  allowedOrigins: z
    .array(z.string().refine(isOrigin, 'must be an origin like "https://example.com"'))
    .default([...DEFAULTS.allowedOrigins]),
  log: object<Log>().optional(),
  registry: object<Registry>().optional(),
  retentionDays: z.int().min(1).max(36_500).optional(),
  trashDays: z.int().min(1).max(36_500).default(DEFAULTS.trashDays),
  audit: callback<Audit>().optional(),
})

const TOGETHER = SINGLE_OPTIONS.refine(
  ({ maxArrivingBytes, maxUpdateBytes }) => maxArrivingBytes >= maxUpdateBytes,
  { path: ['maxArrivingBytes'], message: 'must be at least maxUpdateBytes' },
)

/** Options of which each takes the place of the other. */
const EITHER = [
  ['auth', 'authenticate'],
  ['store', 'databaseUrl'],
  ['store', 'pgPool'],
  ['pgPool', 'databaseUrl'],
  ['redisClient', 'redisUrl'],
] as const

/** Connected servers need a common store of documents and the same member ids. PROTOCOL.md EX6 */
const OPTIONS = TOGETHER.superRefine((options, context) => {
  for (const [option, other] of EITHER) {
    if (options[option] === undefined || options[other] === undefined) continue
    const message = `is set together with ${other}; leave one of them out`
    context.addIssue({ code: 'custom', path: [option], message })
  }
  const { redisUrl, databaseUrl, pgPool, store, secret } = options
  if (!hasRedis(options as Partial<ResolvedOptions>)) return
  const said = { databaseUrl: databaseUrl ?? pgPool ?? store, secret }
  const by = redisUrl === undefined ? 'redisClient' : 'redisUrl'
  for (const [option, value] of Object.entries(said)) {
    if (value !== undefined) continue
    const message = `is required with ${by}; use the same one on every server`
    context.addIssue({ code: 'custom', path: [option], message })
  }
})

/** Returns whether several servers are one through Redis. */
export function hasRedis({
  redisUrl,
  redisClient,
}: Pick<WhereaboutsOptions, 'redisUrl' | 'redisClient'>): boolean {
  return redisUrl !== undefined || redisClient !== undefined
}

/** Where the calls are mounted, and which of them. */
export interface CallsMount {
  /** The path that the calls are below, such as `presence`. */
  readonly path?: string
  /** Whether `/health/live`, `/health/ready`, `/metrics`, `/rooms`, `/rooms/mine` and `/openapi.json` are served. */
  readonly operations?: boolean
  /** Whether the article's calls are served: `POST /location` and `GET /location/sse`. */
  readonly article?: boolean
  /** Whether `POST /streams` is served, by which windows share a stream. */
  readonly streams?: boolean
}

export const MOUNT_DEFAULTS = {
  path: '',
  operations: false,
  article: true,
  streams: true,
} as const satisfies CallsMount

// Excludes parameters and wildcards, and `.` and `..`, which URL parsers remove.
const MOUNT_PATH = /^\/?(?:(?!\.\.?(?:\/|$))[\w.~-]+(?:\/(?!$)|\/?$))*$/

/** The schema of a {@link CallsMount}. */
export const MOUNT_SHAPE = {
  path: z
    .string()
    .regex(MOUNT_PATH, 'must be a path of A-Z a-z 0-9 _ . ~ - and /, such as "presence"')
    .optional(),
  operations: z.boolean().optional(),
  article: z.boolean().optional(),
  streams: z.boolean().optional(),
}

/** Fills in the defaults, also for `undefined`, and removes the slashes around the path. */
export function settleMount({
  path = MOUNT_DEFAULTS.path,
  operations = MOUNT_DEFAULTS.operations,
  article = MOUNT_DEFAULTS.article,
  streams = MOUNT_DEFAULTS.streams,
}: CallsMount): Required<CallsMount> {
  return { path: path.replace(/^\/|\/$/g, ''), operations, article, streams }
}

function isOrigin(text: string): boolean {
  return text === '*' || (URL.canParse(text) && new URL(text).origin === text)
}

function isFileUrl(value: unknown): boolean {
  const text = String(value)
  return URL.canParse(text) && new URL(text).protocol === 'file:'
}

/** Returns whether a store's options can be sent to another thread. */
function canBeCloned(value: unknown): boolean {
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}

/** Everything that is wrong with the options. */
export function findFaults(options: WhereaboutsOptions): OptionFault[] {
  return faultsOf(OPTIONS, options)
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {TypeError} that names every fault at once
 */
export function resolveOptions(options: WhereaboutsOptions): ResolvedOptions {
  refuse(findFaults(options))
  return OPTIONS.parse(options) as ResolvedOptions
}

/** Returns whether the options say who may call. */
export function isAuthSaid({ authorize, auth }: WhereaboutsOptions): boolean {
  return authorize !== undefined || auth !== undefined
}

/**
 * Checks that the options say who may call, if no guard of the application protects the calls.
 *
 * @throws {TypeError} that says what to do
 * @see PROTOCOL.md NE14
 */
export function assertAuth(options: WhereaboutsOptions): void {
  const { authenticate } = options
  if (isAuthSaid(options)) return
  const message =
    authenticate === undefined
      ? "set authenticate and authorize, which say who is calling and what they may do, or set auth to 'open' to let anyone call"
      : 'set authorize, which says what a caller may do; "authorize: () => true" lets everyone who is signed in do everything'
  refuse([{ option: 'auth', message }])
}

/** @throws {TypeError} that names every fault, if there are any */
export function refuse(faults: readonly OptionFault[]): void {
  if (faults.length === 0) return
  const lines = faults.map(({ option, message }) => `${option}: ${message}`)
  throw new TypeError(`whereabouts: invalid options\n  ${lines.join('\n  ')}`)
}
