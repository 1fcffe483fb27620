// Prints the last line of CI, the numbers of passed and failed tests, from vitest's report. Takes
// the exit status of the gate; a failure outside the tests counts as one.
import { existsSync, readFileSync } from 'node:fs'

const REPORT = 'node_modules/.vitest/report.json'

/**
 * @typedef {object} Report
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {{ status: string, assertionResults: { status: string }[] }[]} testResults
 */

const gateFailed = process.argv[2] !== '0'
/** @type {Report | undefined} */
const report = existsSync(REPORT) ? JSON.parse(readFileSync(REPORT, 'utf8')) : undefined

const passed = report?.numPassedTests ?? 0
const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0)
const counted = (report?.numFailedTests ?? 0) + filesThatFailedWithoutATest()
const failed = counted === 0 && (gateFailed || passed === 0) ? 1 : counted

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 ? 1 : 0

/** Counts files that can't be loaded or whose setup fails, as they report no failed test. */
function filesThatFailedWithoutATest() {
  const files = report?.testResults ?? []
  return files.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  ).length
}
