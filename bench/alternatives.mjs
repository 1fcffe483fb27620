import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Only the servers in it find what is installed there; the bench itself uses the project's packages. */
const PLACE = join(import.meta.dirname, 'servers', 'alternatives')
const FOLDERS = {
  alternatives: join(PLACE, 'node_modules'),
  project: join(import.meta.dirname, '..', 'node_modules'),
}

/**
 * Installs the packages of the alternatives into a folder of their own, as the project doesn't
 * need them. Installs exactly what is in the lockfile, and reports if npm can't.
 */
export function installAlternatives() {
  const lockfile = join(PLACE, 'package-lock.json')
  const installed = join(FOLDERS.alternatives, '.package-lock.json')
  const installedMs = statSync(installed, { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (installedMs > statSync(lockfile).mtimeMs) return
  console.log('Installing the alternatives')
  // Leaves out optional native helpers, which would have to be compiled and aren't needed.
  const args = ['ci', '--omit=optional', '--no-audit', '--no-fund']
  const { status, stderr } = spawnSync('npm', args, { cwd: PLACE, encoding: 'utf8' })
  if (status !== 0) console.error(`npm can't install the alternatives:\n${stderr}`)
}

/**
 * Returns the installed version of a package; `undefined` if it isn't installed.
 *
 * @param {string} name
 * @param {'alternatives' | 'project'} whose installation, as the versions may differ
 */
export function versionOf(name, whose) {
  const manifest = join(FOLDERS[whose], name, 'package.json')
  if (!existsSync(manifest)) return undefined
  /** @type {{ version: string }} */
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
  return version
}
