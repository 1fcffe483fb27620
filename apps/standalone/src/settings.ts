import {
  DEFAULTS,
  findFaults,
  type OptionFault,
  type WhereaboutsOptions,
} from '@whereabouts/server'
import { faultsOf, readBasePath } from '@whereabouts/server/mount'
import { z } from 'zod'
import { AUTH_VARIABLES, type AuthSettings, readAuth } from './auth/auth-settings.js'
import { isOwnPath } from './base-path.js'
import { readTls, TlsFault, type TlsFiles } from './tls.js'
import {
  readWebhooks,
  WEBHOOK_VARIABLES,
  type WebhookSettings,
} from './webhooks/webhook-settings.js'
import { isLoopback } from './loopback.js'

/** The checked settings from the environment. Only this file reads the environment. */
export interface Settings {
  readonly port: number
  readonly host: string
  /** The host names that browsers may use for this server; `*` for any. @see PROTOCOL.md BR6 */
  readonly allowedHosts: readonly string[]
  readonly logLevel: (typeof LOG_LEVELS)[number]
  /** The files of the certificate; without them the server speaks HTTP without TLS. */
  readonly tls?: TlsFiles
  /** Whether browsers may keep the web application. @see PROTOCOL.md OP37 */
  readonly offline: boolean
  /** How the server identifies callers. */
  readonly auth: AuthSettings
  /** Where what happens in the rooms is posted; nowhere without it. */
  readonly webhooks?: WebhookSettings
  readonly options: WhereaboutsOptions
}

const DEFAULT_HOST = '127.0.0.1'
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

const PREFIX = 'WHEREABOUTS_'
const ALLOWED_HOSTS = `${PREFIX}ALLOWED_HOSTS`
const TLS_CERT = `${PREFIX}TLS_CERT`
const TLS_KEY = `${PREFIX}TLS_KEY`
const OFFLINE = `${PREFIX}OFFLINE`
const HOST_NAME = /^(?:\*|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)$/i

function listOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((item) => item !== '')
}

/** The server's own settings; the others are checked by the module. */
const ENVIRONMENT = z.object({
  PORT: z
    .string()
    .regex(/^-?\d+$/, { error: ({ input }) => `must be a whole number, not "${String(input)}"` })
    .transform(Number)
    .pipe(z.int().min(0).max(65_535))
    .default(3_000),
  HOST: z.string().default(DEFAULT_HOST),
  [ALLOWED_HOSTS]: z
    .string()
    .transform(listOf)
    .refine(
      (hosts) => hosts.every((host) => HOST_NAME.test(host)),
      'must be host names like "docs.example.com", without a scheme or a port',
    )
    .optional(),
  [TLS_CERT]: z.string().optional(),
  [TLS_KEY]: z.string().optional(),
  [OFFLINE]: z.enum(['on', 'off']).default('on'),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
})

const OWN: ReadonlySet<string> = new Set(Object.keys(ENVIRONMENT.shape))

const DATA = `${PREFIX}DATA`
const BASE_PATH = `${PREFIX}BASE_PATH`
const DEFAULT_DATA = 'data'

/** Options that have another variable, or that only an application can use. */
const OTHERWISE_SET = new Set(['allowedOrigins', 'storeDebounceMs', 'storeMaxWaitMs'])

/** The module's options by the variable that sets them. */
const OPTIONS = new Map<string, string>([
  [DATA, 'dataDir'],
  [`${PREFIX}SECRET`, 'secret'],
  // These have the names that hosting platforms use.
  ['DATABASE_URL', 'databaseUrl'],
  ['REDIS_URL', 'redisUrl'],
  ['CORS_ORIGINS', 'allowedOrigins'],
  [`${PREFIX}RETENTION_DAYS`, 'retentionDays'],
  [BASE_PATH, 'basePath'],
  // `leaseMs` is set by `WHEREABOUTS_LEASE_MS`.
  ...Object.keys(DEFAULTS)
    .filter((option) => !OTHERWISE_SET.has(option))
    .map((option) => [PREFIX + option.replace(/[A-Z]/g, '_$&').toUpperCase(), option] as const),
])

/**
 * Reads the settings from the environment.
 *
 * @throws {TypeError} that lists all faults, including misspelt `WHEREABOUTS_…` variables
 */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  // An empty variable counts as unset, as a Compose file can't unset one otherwise.
  const given = new Map(Object.entries(environment).filter(([, value]) => value !== ''))
  const said = Object.fromEntries(given)
  const own = ENVIRONMENT.safeParse(said)
  const options = optionsOf(given)
  const { auth, faults: authFaults } = readAuth(given, given.get('HOST') ?? DEFAULT_HOST)
  const { webhooks, faults: webhookFaults } = readWebhooks(given)
  const faults = [
    ...faultsOf(ENVIRONMENT, said).map(({ option, message }) => `${option}: ${message}`),
    ...authFaults,
    ...webhookFaults,
    ...tlsFaults(given.get(TLS_CERT), given.get(TLS_KEY)),
    ...findFaults(options).map((fault) => messageOf(fault, given)),
    ...basePathFaults(options.basePath, auth),
    ...[...given.keys()]
      .filter(isUnknown)
      .map((variable) => `${variable}: is not a setting; check the spelling`),
  ]
  if (!own.success || auth === undefined || faults.length > 0) {
    throw new TypeError(`invalid settings\n  ${faults.join('\n  ')}`)
  }
  const {
    PORT,
    HOST,
    LOG_LEVEL,
    [ALLOWED_HOSTS]: hosts,
    [TLS_CERT]: cert,
    [TLS_KEY]: key,
    [OFFLINE]: offline,
  } = own.data
  // Where nobody signs in, a page that points its own name here could read and write everything. BR6
  const isOpen = auth.mode === 'open' || isLoopback(HOST)
  const names = hosts ?? (isOpen ? [] : ['*'])
  const allowedHosts = auth.mode === 'oidc' ? [...names, auth.publicUrl.hostname] : names
  // A login leads to one address only, so that address has the path as well.
  const basePath = auth.mode === 'oidc' ? { basePath: auth.publicUrl.pathname } : {}
  const all = { ...options, ...basePath }
  const tls = cert === undefined || key === undefined ? {} : { tls: { cert, key } }
  return {
    port: PORT,
    host: HOST,
    allowedHosts,
    logLevel: LOG_LEVEL,
    ...tls,
    offline: offline === 'on',
    auth,
    ...(webhooks !== undefined && { webhooks }),
    options: all,
  }
}

/** @see PROTOCOL.md HT34 */
function tlsFaults(cert: string | undefined, key: string | undefined): string[] {
  if (cert === undefined && key === undefined) return []
  if (cert === undefined) return [`${TLS_CERT}: is required with ${TLS_KEY}`]
  if (key === undefined) return [`${TLS_KEY}: is required with ${TLS_CERT}`]
  try {
    readTls({ cert, key })
    return []
  } catch (error) {
    if (!(error instanceof TlsFault)) throw error
    return [`${error.file === 'cert' ? TLS_CERT : TLS_KEY}: ${error.message}`]
  }
}

/** @see PROTOCOL.md OP34, OP35 */
function basePathFaults(said: string | undefined, auth: AuthSettings | undefined): string[] {
  const path = said === undefined ? undefined : readBasePath(said)
  if (path === undefined) return []
  if (isOwnPath(path)) {
    return [`${BASE_PATH}: must not begin like an address of the server's own, such as "/sheets"`]
  }
  const isOther = auth?.mode === 'oidc' && readBasePath(auth.publicUrl.pathname) !== path
  return isOther ? [`${BASE_PATH}: must be the path of ${PREFIX}PUBLIC_URL; leave it out`] : []
}

/** Reads the module's options from the environment, unchecked. */
function optionsOf(given: ReadonlyMap<string, string | undefined>): WhereaboutsOptions {
  const options = [...OPTIONS].flatMap(([variable, option]) => {
    const text = given.get(variable)
    if (text === undefined) return []
    return [[option, readOption(option, text)] as const]
  })
  return { dataDir: DEFAULT_DATA, ...Object.fromEntries(options) }
}

function readOption(option: string, text: string): unknown {
  if (isList(option)) return listOf(text)
  return isNumber(option) ? Number(text) : text
}

function isNumber(option: string): boolean {
  return typeof defaultOf(option) === 'number' || option === 'retentionDays'
}

function isList(option: string): boolean {
  return Array.isArray(defaultOf(option))
}

function defaultOf(option: string): unknown {
  return (DEFAULTS as { readonly [option: string]: unknown })[option]
}

/** Reports a fault by the name of the variable, as an operator doesn't know the options. */
function messageOf(
  { option, message }: OptionFault,
  given: ReadonlyMap<string, string | undefined>,
): string {
  // `trustedProxies.0` is the first item of a list.
  const name = option.split('.')[0]!
  const variable = variableOf(name)
  const text = given.get(variable)
  if (text !== undefined && isNumber(name) && !Number.isFinite(Number(text))) {
    return `${variable}: must be a number, not "${text}"`
  }
  return `${variable}: ${message.replaceAll(/\b[a-z]+[A-Z]\w*/g, variableOf)}`
}

function variableOf(option: string): string {
  return [...OPTIONS].find(([, candidate]) => candidate === option)?.[0] ?? option
}

function isUnknown(variable: string): boolean {
  const known = [OPTIONS, AUTH_VARIABLES, WEBHOOK_VARIABLES]
  const isKnown = known.some((names) => names.has(variable))
  return variable.startsWith(PREFIX) && !isKnown && !OWN.has(variable)
}
