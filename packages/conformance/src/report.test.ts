import { expect, it } from 'vitest'
import { hasFailed, reportLines } from './report.js'
import type { RuleResult, TestOutcome } from './results.js'

const passed: TestOutcome = { test: 'a', state: 'passed', why: '' }
const failed: TestOutcome = { test: 'b', state: 'failed', why: 'expected 1\nseen 2' }
const unchecked: TestOutcome = { test: 'c', state: 'not checked', why: 'needs leaseMs=400' }

const rule = (...tests: readonly TestOutcome[]): RuleResult => ({ id: 'ST3', tests })

it.each([
  [[passed, passed], 'passed       ST3'],
  [[passed, failed, unchecked], 'failed       ST3   1 of 3 tests'],
  [[passed, unchecked], 'in part      ST3   1 of 2 tests; needs leaseMs=400'],
  [[unchecked, unchecked], 'not checked  ST3   needs leaseMs=400'],
])('reports the result of a rule: %#', (tests, line) => {
  expect(reportLines([rule(...tests)])[0]).toBe(line)
  expect(hasFailed([rule(...tests)])).toBe(tests.includes(failed))
})

it('reports what a failed test expected and received, and counts the rules', () => {
  const lines = reportLines([rule(failed), rule(unchecked), rule(passed)])
  expect(lines.slice(1, 4).map((line) => line.trim())).toEqual(['- b', 'expected 1', 'seen 2'])
  expect(lines.at(-1)).toBe('3 rules: 1 passed, 1 failed, 0 checked in part, 1 not checked')
})

it('truncates text that is longer than a screen', () => {
  const long: TestOutcome = { ...failed, why: 'line\n'.repeat(200) }
  expect(reportLines([rule(long)]).length).toBeLessThan(40)
})
