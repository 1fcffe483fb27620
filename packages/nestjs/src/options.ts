import { faultsOf, findFaults, refuse, type WhereaboutsOptions } from '@whereabouts/server/mount'
import { z } from 'zod'

/** What is settled where the module is imported, before any factory runs; see {@link MOUNT_DEFAULTS}. */
export interface WhereaboutsMount {
  /** Below which path the calls are, after the application's global prefix: `presence` for one. */
  readonly path?: string
  /**
   * Whether `/health/live`, `/health/ready`, `/metrics` and `/openapi.json` are served, after the
   * application's own routes.
   */
  readonly operations?: boolean
  /** Whether the article's calls are served: `POST /location` and `GET /location/sse`. */
  readonly article?: boolean
  /** Whether `Rooms` can be injected everywhere without importing this module. */
  readonly isGlobal?: boolean
}

export const MOUNT_DEFAULTS = {
  path: '',
  operations: false,
  article: true,
  isGlobal: false,
} as const satisfies WhereaboutsMount

// Without parameters and wildcards, and without the steps that a URL takes out of a path.
const MOUNT_PATH = /^\/?(?:(?!\.\.?(?:\/|$))[\w.~-]+(?:\/(?!$)|\/?$))*$/

const MOUNT = z.strictObject({
  path: z
    .string()
    .regex(MOUNT_PATH, 'is a path of A-Z a-z 0-9 _ . ~ - and /, such as "presence"')
    .optional(),
  operations: z.boolean().optional(),
  article: z.boolean().optional(),
  isGlobal: z.boolean().optional(),
})

/**
 * Checks what is known where the module is imported.
 *
 * @param options without those that a factory gives later
 * @throws {TypeError} that names every fault at once
 */
export function checkOptions(mount: WhereaboutsMount, options: WhereaboutsOptions = {}): void {
  refuse([...faultsOf(MOUNT.safeParse(mount)), ...findFaults(options)])
}
