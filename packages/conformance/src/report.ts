import type { RuleResult, TestOutcome } from './results.js'

/** The verdict on a rule. `passed` means that all its tests ran and passed. */
type Verdict = 'passed' | 'failed' | 'in part' | 'not checked'

/** The width of the column with the verdict, which begins each line. */
const VERDICT_WIDTH = 'not checked'.length + 2
const ID_WIDTH = 6
const DETAIL_INDENT = ' '.repeat(VERDICT_WIDTH + ID_WIDTH)
const MAX_DETAIL_LINES = 24

/** Returns one line for each rule. The details of a failed rule follow its line. */
export function reportLines(results: readonly RuleResult[]): readonly string[] {
  const verdicts = results.map(verdictOf)
  const count = (verdict: Verdict) => verdicts.filter((each) => each === verdict).length
  return [
    ...results.flatMap(ruleLines),
    '',
    `${results.length} rules: ${count('passed')} passed, ${count('failed')} failed, ` +
      `${count('in part')} checked in part, ${count('not checked')} not checked`,
  ]
}

/** Returns whether any rule is broken. */
export function hasFailed(results: readonly RuleResult[]): boolean {
  return results.some((rule) => verdictOf(rule) === 'failed')
}

function verdictOf({ tests }: RuleResult): Verdict {
  const states = new Set(tests.map(({ state }) => state))
  if (states.has('failed')) return 'failed'
  if (!states.has('not checked')) return 'passed'
  return states.has('passed') ? 'in part' : 'not checked'
}

function ruleLines(rule: RuleResult): readonly string[] {
  const verdict = verdictOf(rule)
  const failed = rule.tests.filter(({ state }) => state === 'failed')
  const line = `${verdict.padEnd(VERDICT_WIDTH)}${rule.id.padEnd(ID_WIDTH)}${summary(rule, verdict)}`
  return [line.trimEnd(), ...failed.flatMap(detailLines)]
}

function summary({ tests }: RuleResult, verdict: Verdict): string {
  const of = (state: TestOutcome['state']) => tests.filter((test) => test.state === state)
  if (verdict === 'passed') return ''
  if (verdict === 'failed') return `${of('failed').length} of ${tests.length} tests`
  const needs = [...new Set(of('not checked').map(({ why }) => why))].join('; ')
  return verdict === 'in part' ? `${of('passed').length} of ${tests.length} tests; ${needs}` : needs
}

function detailLines({ test, why }: TestOutcome): readonly string[] {
  const lines = why.split('\n')
  const shown = lines.slice(0, MAX_DETAIL_LINES)
  if (lines.length > shown.length) shown.push('…')
  return [`- ${test}`, ...shown.map((line) => `  ${line}`)].map((line) => DETAIL_INDENT + line)
}
