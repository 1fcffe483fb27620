import { stripVTControlCharacters } from 'node:util'
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node'

/** The outcome of one test of a rule. */
export interface TestOutcome {
  readonly test: string
  readonly state: 'passed' | 'failed' | 'not checked'
  /** The expected and the actual value, or what the test needs; empty if it passed. */
  readonly why: string
}

/** The outcomes of the tests of one rule. */
export interface RuleResult {
  readonly id: string
  readonly tests: readonly TestOutcome[]
}

const IDS = /\[((?:[A-Z]{2}\d+ ?)+)\]/g

/** Collects the outcomes of tests by the rule ids in their names. */
export class RuleReporter implements Reporter {
  /** Errors that kept tests from running at all. */
  readonly faults: string[] = []
  readonly #rules = new Map<string, TestOutcome[]>()

  /** @param told is called with each outcome when its test has ended */
  constructor(private readonly told: (id: string, outcome: TestOutcome) => void) {}

  onTestCaseResult(test: TestCase): void {
    const outcome = outcomeOf(test)
    if (outcome === undefined) return
    for (const id of idsIn(test.name)) {
      this.#rules.set(id, [...(this.#rules.get(id) ?? []), outcome])
      this.told(id, outcome)
    }
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const all = [...modules.flatMap((module) => module.errors()), ...errors]
    this.faults.push(...all.map(({ message }) => message))
  }

  /** One result for each rule, in the order of the suite. */
  get results(): readonly RuleResult[] {
    return [...this.#rules].map(([id, tests]) => ({ id, tests }))
  }
}

/** Returns the rule ids in a test's name: `[MB2] [MB4] …`, or `[DO3 DO21] …`. */
function idsIn(name: string): readonly string[] {
  return [...name.matchAll(IDS)].flatMap(([, ids = '']) => ids.split(' '))
}

/** Returns the outcome of a test, or `undefined` if the test didn't run. */
function outcomeOf(test: TestCase): TestOutcome | undefined {
  const name = test.name.replaceAll(IDS, '').trim()
  const { state, errors = [] } = test.result()
  if (state === 'passed') return { test: name, state, why: '' }
  if (state !== 'failed') return undefined
  const needs = errors.find((error) => error.name === 'NotChecked')
  if (needs !== undefined && errors.length === 1) {
    return { test: name, state: 'not checked', why: needs.message }
  }
  return { test: name, state, why: errors.map(explain).join('\n') }
}

function explain({ message, ...error }: SerializedError): string {
  const diff: unknown = error['diff']
  return stripVTControlCharacters(typeof diff === 'string' ? `${message}\n${diff.trim()}` : message)
}
