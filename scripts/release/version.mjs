// Raises the version of all packages as the files in .changeset say, and moves what users read of them into
// CHANGELOG.md: `npm run release:version`. Commit what it changes. CONTRIBUTING.md, Releases
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { releaseChangelog, summaryOf } from './changelog.mjs'

const CHANGESETS = 'scripts/release/node_modules/@changesets/cli/bin.js'

const files = readdirSync('.changeset').filter(
  (name) => name.endsWith('.md') && name !== 'README.md',
)
if (files.length === 0)
  throw new Error('Nothing says how to raise the version. Run "npm run changeset".')
const summaries = files.map((name) => summaryOf(readFileSync(join('.changeset', name), 'utf8')))
execFileSync(process.execPath, [CHANGESETS, 'version'], { stdio: 'inherit' })

/** @type {{ version: string }} */
const { version } = JSON.parse(readFileSync('packages/protocol/package.json', 'utf8'))
const date = new Date().toISOString().slice(0, 10)
const changelog = readFileSync('CHANGELOG.md', 'utf8')
writeFileSync('CHANGELOG.md', releaseChangelog(changelog, { version, date, summaries }))
for (const file of manifestsOfExamples()) {
  const manifest = readFileSync(file, 'utf8')
  writeFileSync(file, manifest.replaceAll(/("@whereabouts\/[\w-]+": )"[^"]+"/g, `$1"${version}"`))
}
const lock = [
  'install',
  '--package-lock-only',
  '--omit-lockfile-registry-resolved',
  '--ignore-scripts',
]
execFileSync('npm', lock, { stdio: 'inherit' })

function manifestsOfExamples() {
  // Not every example is an application of its own.
  return readdirSync('examples')
    .map((name) => join('examples', name, 'package.json'))
    .filter((file) => existsSync(file))
}
