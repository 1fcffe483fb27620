// The whole gate, the same here and in CI: `npm run check`. Stops at the first step that fails.
import { spawnSync } from 'node:child_process'
import { delimiter, resolve } from 'node:path'

/** @type {readonly { name: string, commands: readonly string[], mend: string }[]} */
const STEPS = [
  { name: 'format', commands: ['oxfmt --check .'], mend: 'Run "npm run format".' },
  // Before the linter, which knows the types of a package only when it is built.
  {
    name: 'types',
    commands: ['tsc --build', 'tsc --project tsconfig.test.json'],
    mend: 'Mend the types named above.',
  },
  {
    name: 'lint',
    commands: ['oxlint --type-aware --deny-warnings --report-unused-disable-directives'],
    mend: 'Mend what is named above; "npx oxlint --type-aware --fix" mends some of it.',
  },
  { name: 'dead code', commands: ['knip'], mend: 'Remove what nobody uses.' },
  {
    name: 'package shape',
    commands: ['node scripts/package-shape.mjs'],
    mend: 'Mend the package.json named above.',
  },
  {
    name: 'spec coverage',
    commands: ['node scripts/spec-coverage.mjs'],
    mend: 'Write the tests, or mend their names.',
  },
  {
    name: 'reference',
    commands: ['node scripts/reference.mjs --check'],
    mend: 'Run "npm run reference".',
  },
  {
    name: 'dependencies',
    commands: ['node scripts/dependencies.mjs'],
    mend: 'Write the line; lock again with "npm install --omit-lockfile-registry-resolved".',
  },
  {
    name: 'licences',
    commands: [
      'npm run --silent build --workspace @whereabouts/office',
      'node scripts/licences.mjs',
    ],
    mend: 'Leave the package out, or say in scripts/licences.mjs where its licence is.',
  },
  {
    name: 'client size',
    commands: ['node scripts/bundle-size.mjs'],
    mend: 'Look at what the client imports.',
  },
  { name: 'tests', commands: ['npm test'], mend: 'Mend the code, or the test.' },
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
