// Runs the smoke test of the server package in each JavaScript runtime of this machine, and says which runtimes
// aren't there: `npm run runtimes`. With --all, a missing one is a failure.
import { spawnSync } from 'node:child_process'

const SMOKE = 'test/runtimes/smoke.mjs'
const RUNTIMES = [
  { name: 'node', args: [SMOKE] },
  { name: 'bun', args: [SMOKE] },
  { name: 'deno', args: ['run', '--allow-all', '--node-modules-dir=manual', SMOKE] },
]

const results = RUNTIMES.map(({ name, args }) => ({ name, ...outcomeOf(name, args) }))
for (const { name, text } of results) console.log(`${name}: ${text}`)
const areAllNeeded = process.argv.includes('--all')
const isFailed = results.some(
  ({ outcome }) => outcome === 'failed' || (areAllNeeded && outcome === 'missing'),
)
if (isFailed) process.exitCode = 1

/**
 * @param {string} name
 * @param {readonly string[]} args
 * @returns {{ outcome: 'passed' | 'missing' | 'failed', text: string }}
 */
function outcomeOf(name, args) {
  const version = spawnSync(name, ['--version'], { encoding: 'utf8' })
  if (version.error !== undefined)
    return { outcome: 'missing', text: 'not on this machine, so not tested' }
  const is = version.stdout.split('\n', 1)[0] ?? ''
  const { status, stdout, stderr } = spawnSync(name, args, { encoding: 'utf8', timeout: 60_000 })
  if (status === 0 && stdout.trim().endsWith('ok'))
    return { outcome: 'passed', text: `${is} passes` }
  return { outcome: 'failed', text: `${is} fails:\n${stdout}\n${stderr}` }
}
