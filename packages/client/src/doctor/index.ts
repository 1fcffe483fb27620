import { diagnose, type Diagnosis } from './diagnosis.js'
import { look, type LookOptions } from './look.js'
import { PLATFORM, type Surroundings } from './surroundings.js'

export { reportOf } from './report.js'
export type { Diagnosis, Examined, Unreachable } from './diagnosis.js'
export type { Fate, Fault } from './fate.js'
export type { Finding, Kind } from './findings.js'
export type { LookOptions } from './look.js'
export type { Advice } from './proxies.js'

/**
 * Finds out what the network between here and a server does to streams, polls and posts. Takes about
 * five seconds, or as long as it is told. Never throws for what the network does.
 *
 * @param around parts of the platform to use in place of its own
 * @throws {TypeError} if the address isn't one
 * @see PROTOCOL.md DR1
 */
export async function examine(
  options: LookOptions,
  around: Partial<Surroundings> = {},
): Promise<Diagnosis> {
  return diagnose(await look(options, { ...PLATFORM, ...around }))
}
