import { DEFAULTS, type WhereaboutsOptions } from '@whereabouts/nestjs'
import { z } from 'zod'

/** What the environment says, checked. The only place that reads it. */
export interface Settings {
  readonly port: number
  readonly host: string
  /** Origins that may call from a browser; `*` for all, none without it. */
  readonly corsOrigins: readonly string[]
  readonly logLevel: (typeof LOG_LEVELS)[number]
  readonly options: WhereaboutsOptions
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
const PREFIX = 'WHEREABOUTS_'

const wholeNumber = z
  .string()
  .regex(/^\d{1,12}$/, 'is a whole number')
  .transform(Number)

/** `leaseMs` is set by `WHEREABOUTS_LEASE_MS`. */
const NUMBERS = Object.keys(DEFAULTS).map(
  (option) => [`${PREFIX}${option.replace(/[A-Z]/g, '_$&').toUpperCase()}`, option] as const,
)

const ENVIRONMENT = z.object({
  PORT: wholeNumber.refine((port) => port <= 65_535, 'is 0 to 65535').default(3_000),
  HOST: z.string().min(1).default('127.0.0.1'),
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((text) => text.split(/[\s,]+/).filter((origin) => origin !== '')),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'is an address that begins with postgres://')
    .optional(),
  WHEREABOUTS_DATA: z.string().min(1).default('data'),
  WHEREABOUTS_SECRET: z.string().min(16, 'has 16 characters at least').optional(),
  ...Object.fromEntries(NUMBERS.map(([variable]) => [variable, wholeNumber.optional()])),
})

/**
 * Reads the settings from the environment.
 *
 * @throws {TypeError} that names every fault at once, misspelt `WHEREABOUTS_…` variables included
 */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  // An empty variable is as good as none: that is how a Compose file unsets one.
  const given = Object.entries(environment).filter(([, value]) => value !== '')
  const result = ENVIRONMENT.safeParse(Object.fromEntries(given))
  const faults = [
    ...(result.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`),
    ...unknownVariables(given.map(([variable]) => variable)),
  ]
  if (faults.length > 0 || !result.success) {
    throw new TypeError(`wrong settings\n  ${faults.join('\n  ')}`)
  }
  const { PORT, HOST, CORS_ORIGINS, LOG_LEVEL, ...rest } = result.data
  const { DATABASE_URL, WHEREABOUTS_DATA, WHEREABOUTS_SECRET, ...numbers } = rest
  return {
    port: PORT,
    host: HOST,
    corsOrigins: CORS_ORIGINS,
    logLevel: LOG_LEVEL,
    options: {
      dataDir: WHEREABOUTS_DATA,
      ...(DATABASE_URL !== undefined && { databaseUrl: DATABASE_URL }),
      ...(WHEREABOUTS_SECRET !== undefined && { secret: WHEREABOUTS_SECRET }),
      ...numberOptions(numbers),
    },
  }
}

function numberOptions(numbers: { readonly [variable: string]: unknown }): WhereaboutsOptions {
  const given = NUMBERS.filter(([variable]) => numbers[variable] !== undefined)
  return Object.fromEntries(given.map(([variable, option]) => [option, numbers[variable]]))
}

function unknownVariables(variables: readonly string[]): string[] {
  return variables
    .filter((variable) => variable.startsWith(PREFIX) && !(variable in ENVIRONMENT.shape))
    .map((variable) => `${variable}: there is no such setting`)
}
