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

/** Gathers what the tests came to, by the ids of the rules in their names. */
export class RuleReporter implements Reporter {
  /** Errors that kept tests from running at all. */
  readonly faults: string[] = []
  readonly #rules = new Map<string, TestOutcome[]>()

  onTestCaseResult(test: TestCase): void {
    const outcome = outcomeOf(test)
    if (outcome === undefined) return
    for (const id of idsIn(test.name)) {
      this.#rules.set(id, [...(this.#rules.get(id) ?? []), outcome])
    }
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const all = [...modules.flatMap((module) => module.errors()), ...errors]
    this.faults.push(...all.map(({ message }) => message))
  }

  /** One for each rule, in the order in which the suite has them. */
  get results(): readonly RuleResult[] {
    return [...this.#rules].map(([id, tests]) => ({ id, tests }))
  }
}

/** The ids at the beginning of a test's name: `[MB2] [MB4] …`, or `[DO3 DO21] …`. */
function idsIn(name: string): readonly string[] {
  return [...name.matchAll(IDS)].flatMap(([, ids = '']) => ids.split(' '))
}

/** `undefined` for a test that nobody asked for. */
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
