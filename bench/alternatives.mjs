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
 * Installs the packages of the alternatives, as the project doesn't need them, and reports if npm can't.
 */
export function installAlternatives() {
  install(PLACE)
}

/**
 * Installs exactly what is in the lockfile of a folder, into that folder. Returns whether it is installed.
 *
 * @param {string} folder
 */
export function install(folder) {
  const lockfile = join(folder, 'package-lock.json')
  const installed = join(folder, 'node_modules', '.package-lock.json')
  const installedMs = statSync(installed, { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (installedMs > statSync(lockfile).mtimeMs) return true
  console.log(`Installing what is in ${folder}`)
  // Leaves out optional native helpers, which would have to be compiled and aren't needed.
  const args = ['ci', '--omit=optional', '--no-audit', '--no-fund']
  const { status, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) console.error(`npm can't install what is in ${folder}:\n${stderr}`)
  return status === 0
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
