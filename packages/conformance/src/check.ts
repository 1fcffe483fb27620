import { startVitest } from 'vitest/node'
import type { Address } from './at-address.js'
import { RuleReporter, type RuleResult, type TestOutcome } from './results.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of the server to check, and its settings. */
    address: Address
  }
}

/** Selects the part of the suite to run. */
export interface CheckOptions {
  /** Rule ids, or their first letters: `ST3`, `ST`. All rules by default. */
  readonly only?: readonly string[]
  /** The prefix of the names of the tests' rooms. */
  readonly roomsPrefix?: string
  /** Called with each outcome when its test has ended, long before the last one has. */
  readonly told?: (id: string, outcome: TestOutcome) => void
}

/**
 * Checks a server against every rule that can be seen from outside.
 *
 * @throws {Error} if tests couldn't be run
 */
export async function check(
  address: Address,
  { only = [], roomsPrefix = '', told = () => {} }: CheckOptions = {},
): Promise<readonly RuleResult[]> {
  const wanted = only.length === 0 ? '[A-Z]{2}\\d+' : only.map(idPattern).join('|')
  const id = new RegExp(`^(?:${wanted})$`)
  const reporter = new RuleReporter((rule, outcome) => {
    if (id.test(rule)) told(rule, outcome)
  })
  const vitest = await startVitest('test', [], {
    root: import.meta.dirname,
    config: false,
    watch: false,
    include: ['against-address.js'],
    // Vitest excludes node_modules by default, and this package may be in one.
    exclude: [],
    server: { deps: { inline: [/against-address/] } },
    provide: { address, roomsPrefix },
    reporters: [reporter],
    expect: { requireAssertions: true },
    testNamePattern: new RegExp(`\\[(?:[A-Z]{2}\\d+ )*(?:${wanted})[ \\]]`),
  })
  await vitest.close()
  if (reporter.faults.length > 0) throw new Error(reporter.faults.join('\n'))
  return reporter.results.filter((rule) => id.test(rule.id))
}

function idPattern(beginning: string): string {
  return /\d$/.test(beginning) ? beginning : `${beginning}\\d+`
}
