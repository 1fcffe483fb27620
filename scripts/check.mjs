// The whole gate, the same here and in CI: `npm run check`. Stops at the first step that fails.
import { spawnSync } from 'node:child_process'
import { delimiter, resolve } from 'node:path'

/** @type {readonly { name: string, commands: readonly string[], mend: string }[]} */
const STEPS = [
  { name: 'format', commands: ['oxfmt --check .'], mend: 'Run "npm run format".' },
  // Runs before the linter, which needs the types of built packages.
  {
    name: 'types',
    commands: ['tsc --build', 'tsc --project tsconfig.test.json'],
    mend: 'Fix the type errors above.',
  },
  {
    name: 'lint',
    commands: ['oxlint --type-aware --deny-warnings --report-unused-disable-directives'],
    mend: 'Fix the errors above; "npx oxlint --type-aware --fix" fixes some of them.',
  },
  { name: 'dead code', commands: ['knip'], mend: 'Remove the unused code above.' },
  {
    name: 'package shape',
    commands: ['node scripts/package-shape.mjs'],
    mend: 'Fix the package.json named above.',
  },
  {
    name: 'spec coverage',
    commands: ['node scripts/spec-coverage.mjs'],
    mend: 'Write the missing tests, or correct the ids in their names.',
  },
  {
    name: 'reference',
    commands: ['node scripts/reference.mjs --check'],
    mend: 'Run "npm run reference".',
  },
  {
    name: 'dependencies',
    commands: ['node scripts/dependencies.mjs'],
    mend: 'Add the line; fix the lockfile with "npm install --omit-lockfile-registry-resolved".',
  },
  {
    name: 'licences',
    commands: ['npm run --silent build --workspace @whereabouts/office', 'npm run --silent sbom'],
    mend: 'Remove the package, or add its licence to scripts/licences.mjs.',
  },
  {
    name: 'client size',
    commands: ['node scripts/bundle-size.mjs'],
    mend: 'Check the imports of the client.',
  },
  {
    name: 'office size',
    commands: ['node scripts/office-size.mjs'],
    mend: 'Import what the first view does not need later; see apps/office/build/univer.ts.',
  },
  { name: 'tests', commands: ['npm test'], mend: 'Fix the code or the test.' },
]

const PATH = [resolve('node_modules', '.bin'), process.env['PATH']].join(delimiter)

/** @type {string[]} */
const timings = []
for (const { name, commands, mend } of STEPS) {
  console.log(`\n== ${name}`)
  const start = performance.now()
  const failed = commands.find((command) => !succeeds(command))
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  timings.push(`${name.padEnd(14)} ${seconds.padStart(7)} s  ${failed ? 'FAILED' : 'ok'}`)
  if (failed !== undefined) {
    console.error(`\n${name}: "${failed}" failed. ${mend}`)
    process.exitCode = 1
    break
  }
}
console.log(`\n${timings.join('\n')}`)

/** @param {string} command */
function succeeds(command) {
  const env = { ...process.env, PATH }
  return spawnSync(command, { shell: true, stdio: 'inherit', env }).status === 0
}
