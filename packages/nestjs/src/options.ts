import {
  type CallsMount,
  faultsOf,
  findFaults,
  MOUNT_DEFAULTS as CALLS_DEFAULTS,
  MOUNT_SHAPE,
  refuse,
  settleMount,
  type WhereaboutsOptions,
} from '@whereabouts/server/mount'
import { z } from 'zod'

/**
 * The options that are fixed when the module is imported, before any factory runs; see {@link
 * MOUNT_DEFAULTS}. `path` comes after the application's global prefix.
 */
export interface WhereaboutsMount extends CallsMount {
  /** Whether `Rooms` can be injected everywhere without importing this module. */
  readonly isGlobal?: boolean
  /**
   * `nest` sends every call through the application's guards, interceptors and filters. `direct` bypasses
   * all of them, at less than half the cost.
   */
  readonly mount?: 'nest' | 'direct'
}

export const MOUNT_DEFAULTS = {
  ...CALLS_DEFAULTS,
  isGlobal: false,
  mount: 'nest',
} as const satisfies WhereaboutsMount

const MOUNT = z.strictObject({
  ...MOUNT_SHAPE,
  isGlobal: z.boolean().optional(),
  mount: z.enum(['nest', 'direct']).optional(),
})

/**
 * Checks the options that are known when the module is imported.
 *
 * @param options without those from a factory, which come later
 * @throws {TypeError} that names every fault at once
 */
export function checkOptions(mount: WhereaboutsMount, options: WhereaboutsOptions = {}): void {
  refuse([...faultsOf(MOUNT, mount), ...findFaults(options)])
}

/** Fills in the defaults, also for `undefined`, and removes the slashes around the path. */
export function settle({
  isGlobal = MOUNT_DEFAULTS.isGlobal,
  mount = MOUNT_DEFAULTS.mount,
  ...calls
}: WhereaboutsMount): Required<WhereaboutsMount> {
  return { ...settleMount(calls), isGlobal, mount }
}
