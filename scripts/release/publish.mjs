// Publishes each package whose version npm doesn't have, with provenance: which commit and which run of the
// workflow it was built by. Runs in .github/workflows/release.yml, for the tag of that version alone. With --dry-run it
// only says what it would do.
import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { faultsOf } from './faults.mjs'

/** @typedef {import('./faults.mjs').Manifest} Manifest */

const isDry = process.argv.includes('--dry-run')
const packages = readdirSync('packages')
  .map((name) => ({ folder: join('packages', name), manifest: manifestOf(join('packages', name)) }))
  .filter(({ manifest }) => manifest.private !== true)

const tag = process.env['GITHUB_REF_NAME']
const faults = packages.flatMap(({ folder, manifest }) => faultsOf(folder, manifest, tag))
if (faults.length > 0) {
  console.error(`Nothing was published.\n${faults.join('\n')}`)
  process.exit(1)
}

for (const { folder, manifest } of inOrder(packages)) {
  const { name, version } = manifest
  if (isPublished(name, version)) {
    console.log(`${name}@${version} is published already`)
    continue
  }
  const how = isDry ? ['--dry-run'] : ['--provenance']
  execFileSync('npm', ['publish', `./${folder}`, '--access', 'public', ...how], {
    stdio: 'inherit',
  })
}

/**
 * Returns packages after those that they depend on, so that each can be installed once it is published.
 *
 * @template {{ manifest: Manifest }} P
 * @param {readonly P[]} all
 */
function inOrder(all) {
  /** @type {P[]} */
  const ordered = []
  /** @param {P} each */
  const add = (each) => {
    if (ordered.includes(each)) return
    for (const name of Object.keys(each.manifest.dependencies ?? {})) {
      const needed = all.find(({ manifest }) => manifest.name === name)
      if (needed !== undefined) add(needed)
    }
    ordered.push(each)
  }
  for (const each of all) add(each)
  return ordered
}

/**
 * @param {string} name
 * @param {string} version
 */
function isPublished(name, version) {
  const { status, stdout } = spawnSync('npm', ['view', `${name}@${version}`, 'version'], {
    encoding: 'utf8',
  })
  return status === 0 && stdout.trim() !== ''
}

/**
 * @param {string} folder
 * @returns {Manifest}
 */
function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
