import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const HERE = import.meta.dirname
const FOLDERS = { bench: join(HERE, 'node_modules'), project: join(HERE, '..', 'node_modules') }

/**
 * Installs what the alternatives are made of, beside the bench: the project itself needs none of it.
 * What stands in the lockfile and nothing else. Says so if npm can't.
 */
export function installAlternatives() {
  const lockfile = join(HERE, 'package-lock.json')
  const installed = join(FOLDERS.bench, '.package-lock.json')
  const installedMs = statSync(installed, { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (installedMs > statSync(lockfile).mtimeMs) return
  console.log('Installing the alternatives')
  // Optional are native helpers, which none of them needs and which would have to be compiled.
  const args = ['ci', '--omit=optional', '--no-audit', '--no-fund']
  const { status, stderr } = spawnSync('npm', args, { cwd: HERE, encoding: 'utf8' })
  if (status !== 0) console.error(`npm can't install the alternatives:\n${stderr}`)
}

/**
 * The installed version of a package; `undefined` if it isn't there.
 *
 * @param {string} name
 * @param {'bench' | 'project'} whose one can have another version than the other
 */
export function versionOf(name, whose) {
  const manifest = join(FOLDERS[whose], name, 'package.json')
  if (!existsSync(manifest)) return undefined
  /** @type {{ version: string }} */
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
  return version
}
